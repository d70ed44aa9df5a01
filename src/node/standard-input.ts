/** Lines of standard input, or of any byte stream. */
import type { Readable } from 'node:stream';
import { fail } from '../error.js';
import type { Broken, RawRecord } from '../online/source/raw-record.js';
import { countCodec, type Received, type Source } from '../online/source/source.js';
import { showGiven } from '../require.js';
import { pulling } from '../stream/async-iterator.js';
import { bytesOfLine } from './file-lag.js';
import { linesOf } from './lines.js';
import { type FileOptions, MAX_BYTES, requireFileOptions } from './follow-file.js';
import { readingOf } from './system-error.js';
import { encodingCheck } from './text-encoding.js';

export type StreamOptions = Pick<FileOptions, 'maxBytes'>;

interface Opened {
  readonly readable: Readable;
  readonly chunks: AsyncIterator<Uint8Array, undefined>;
}

/** The bytes of a chunk. Throws if a stream gives strings or objects, whose bytes are unknown. */
const bytesOf = (name: string, chunk: unknown): Buffer =>
  chunk instanceof Uint8Array
    ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : fail({
        operation: 'lineStream',
        what: `the stream '${name}' did not give bytes`,
        got: showGiven(typeof chunk === 'string' ? chunk.slice(0, 40) : chunk),
        needed: 'a Buffer or Uint8Array',
        hint: 'do not set an encoding on the stream; convert strings with Buffer.from(text)',
      });

const openedOf = (readable: Readable): Opened => ({
  readable,
  chunks: readable[Symbol.asyncIterator](),
});

/**
 * A source of the lines of a byte stream. Lines and `maxBytes` are as in `ndjson`; a last line without a line end
 * counts. The stream is read on demand; `return()` destroys it. The position is the offset after the line. A stream
 * cannot go back: opened after a position, it is assumed to start from the beginning, and that many bytes are skipped;
 * if it has fewer, a `Broken` of kind `lost` is emitted. Throws if `maxBytes` is not a positive integer; while running,
 * if the stream fails, does not give bytes, or seems to be UTF-16 or UTF-32.
 *
 * Laws: F-1, F-3 to F-9, F-13, F-19, F-23, if the stream gives the same bytes each time.
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
    position: countCodec,
    open: (after = 0) => ({
      [Symbol.asyncIterator]: () => {
        const lines = linesOf({ maxBytes, start: after, at: (end) => end });
        const checkEncoding = encodingCheck('lineStream', name);
        let toSkip = after;
        let opened: Opened | undefined;
        let ended = false;
        /** A stream that ends before the position is a different one. */
        const missing = (): readonly Received<Broken, number>[] => {
          const had = after - toSkip;
          const text = `${name} ended after ${had} bytes, before ${after}: the rest is lost`;
          return [{ value: { broken: 'lost', text }, position: had }];
        };
        const next = async (): Promise<IteratorResult<readonly Received<RawRecord, number>[], undefined>> => {
          if (ended) return { done: true, value: undefined };
          opened ??= openedOf(stream());
          const { chunks } = opened;
          const result = await readingOf('lineStream', name, () => chunks.next());
          ended = result.done === true;
          if (result.done === true) return { done: false, value: toSkip > 0 ? missing() : lines.end() };
          const bytes = bytesOf(name, result.value);
          checkEncoding(bytes);
          const rest = bytes.subarray(toSkip);
          toSkip -= bytes.length - rest.length;
          return { done: false, value: lines.push(rest) };
        };
        return pulling({
          next,
          release: () => {
            // This also cancels a pending read.
            opened?.readable.destroy();
          },
        });
      },
    }),
    bytesOf: bytesOfLine,
  };
};

/**
 * A source of the lines of standard input; see `lineStream`.
 *
 * @example
 * const source = standardInput({ maxBytes: 65536 });
 */
export const standardInput = (options: StreamOptions = {}): Source<RawRecord, number> =>
  lineStream('standard input', () => process.stdin, options);
