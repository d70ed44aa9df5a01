/** Files of lines, a JSON text each: the lines as they are. */
import type { Source } from '../online/source/source.js';
import { abortable } from '../stream/async-iterator.js';
import { bytesBehind, bytesOfLine } from './file-lag.js';
import { type FilePosition, filePosition } from './file-position.js';
import type { RawRecord } from '../online/source/raw-record.js';
import { type FileOptions, type Reading, readFile, requireFileOptions } from './follow-file.js';

const asTheyAre: Reading<RawRecord> = { begin: () => Promise.resolve((lines) => lines) };

/**
 * The lines of a file as text, UTF-8, each without its end (a newline, or a carriage return and a newline) and the
 * first without a byte order mark; empty lines are left out. What is no text or too long comes as `Broken`. A last
 * line without an end counts, but is waited for while the file is followed. The position is the byte after the line in
 * the file, which is known by its content: a hash of its first 4096 bytes and one of the last 128 before the position.
 *
 * With `follow` it waits for more, and goes on when the file is renamed and begun anew (the old one is read to its end
 * first, and what was begun between the two as well) or copied and cut short. A position outlives that, and copying:
 * the file is found by another name in its folder, in the folders within, and in that of the file a link points to,
 * also compressed (`.gz`). Where it is gone, a `Broken` that is `lost` says once what is missing. What nobody can see:
 * a file that was begun and deleted between two looks.
 *
 * While running, throws if the file is not there and not followed, if it is a folder or cannot be read, and if it looks
 * like UTF-16 or UTF-32.
 *
 * Source: https://github.com/ndjson/ndjson-spec. Laws: F-1, F-13.
 *
 * @example
 * const source = ndjson('events.ndjson', { follow: true });
 * const rest = source.open({ file: '1234:1700000000000000000', offset: 512 });
 */
export const ndjson = (path: string, options: FileOptions = {}): Source<RawRecord, FilePosition> => {
  requireFileOptions('ndjson', options);
  return {
    name: path,
    position: filePosition,
    open: (after) => abortable((signal) => readFile(path, options, after, asTheyAre, signal)),
    bytesOf: bytesOfLine,
    behind: (position) => bytesBehind(path, position),
  };
};
