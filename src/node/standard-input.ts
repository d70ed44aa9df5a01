/** Lines of standard input, or of any stream of bytes. */
import type { Readable } from 'node:stream';
import { count } from '../online/count.js';
import type { Received, Source } from '../online/source.js';
import { pulling } from '../stream/pulling.js';
import type { RawRecord } from '../online/raw-record.js';
import { bytesOfLine } from './file-lag.js';
import { linesOf } from './lines.js';
import { type FileOptions, MAX_BYTES, requireFileOptions } from './read-file.js';

export type StreamOptions = Pick<FileOptions, 'maxBytes'>;

interface Opened {
  readonly readable: Readable;
  readonly chunks: AsyncIterator<Buffer, undefined>;
}

const openedOf = (readable: Readable): Opened => ({
  readable,
  chunks: readable[Symbol.asyncIterator](),
});

/**
 * The lines of a stream of bytes; lines and `maxBytes` are those of `ndjson`, and a last line without an end counts.
 * The stream is read as it is asked for; `return()` destroys it. The position is the byte after the line. A stream
 * cannot go back: opened after a position it is taken to begin anew, and so many bytes of it are read and left out.
 * Throws if `maxBytes` is not a positive integer.
 *
 * Laws: F-1, F-3 to F-9, F-13, F-19, F-23, where the stream gives the same each time.
 *
 * @example
 * const source = lineStream('log', () => Readable.from([Buffer.from('1\n2\n')]));
 * for await (const [first] of source.open(2)) console.log(first); // { value: '2', position: 4 }
 */
export const lineStream = (
  name: string,
  stream: () => Readable,
  { maxBytes = MAX_BYTES }: StreamOptions = {},
): Source<RawRecord, number> => {
  requireFileOptions('lineStream', { maxBytes });
  return {
    name,
    position: count,
    open: (after = 0) => ({
      [Symbol.asyncIterator]: () => {
        const lines = linesOf({ maxBytes, start: after, at: (end) => end });
        let toSkip = after;
        let opened: Opened | undefined;
        let ended = false;
        const next = async (): Promise<IteratorResult<readonly Received<RawRecord, number>[], undefined>> => {
          if (ended) return { done: true, value: undefined };
          opened ??= openedOf(stream());
          const result = await opened.chunks.next();
          ended = result.done === true;
          if (result.done === true) return { done: false, value: lines.end() };
          const rest = result.value.subarray(toSkip);
          toSkip -= result.value.length - rest.length;
          return { done: false, value: lines.push(rest) };
        };
        return pulling({
          next,
          release: () => {
            // Also cuts a pending read short.
            opened?.readable.destroy();
          },
        });
      },
    }),
    bytesOf: bytesOfLine,
  };
};

/**
 * The lines of standard input: see `lineStream`.
 *
 * @example
 * const source = standardInput({ maxBytes: 65536 });
 */
export const standardInput = (options: StreamOptions = {}): Source<RawRecord, number> =>
  lineStream('standard input', () => process.stdin, options);
