/** NDJSON files: the lines as text. */
import type { Source } from '../online/source/source.js';
import { abortable } from '../stream/async-iterator.js';
import { bytesBehind, bytesOfLine } from './file-lag.js';
import { type FilePosition, filePosition } from './file-position.js';
import type { RawRecord } from '../online/source/raw-record.js';
import { type FileOptions, type Reading, readFile, requireFileOptions } from './follow-file.js';

const asTheyAre: Reading<RawRecord> = { begin: () => Promise.resolve((lines) => lines) };

/**
 * A source of the lines of a UTF-8 file, without line ends (a newline, or a carriage return and a newline) and without
 * a byte order mark. Empty lines are skipped. Lines that are not UTF-8 or too long arrive as `Broken`. A last line
 * without a line end counts, except while the file is followed. The position is the offset after the line, with hashes
 * that identify the file: of its first 4096 bytes, and of the last 128 bytes before the position.
 *
 * With `follow` it waits for more lines, also through rotations: the file may be renamed and replaced by a new one (the
 * old file is read to its end first, and then any files between the two), or copied and truncated. Positions survive
 * rotations and copies: the file is found under another name in its folder, in subfolders, and in the folder of a
 * link's target, also compressed (`.gz`). If it is gone, a `Broken` of kind `lost` is emitted once. A file that is
 * created and deleted between two checks is not seen.
 *
 * While running, throws if the file does not exist and is not followed, if it is a folder or cannot be read, or if it
 * seems to be UTF-16 or UTF-32.
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
