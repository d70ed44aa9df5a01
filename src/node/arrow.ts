/** Apache Arrow files: rows as records. */
import type { Broken } from '../online/source/raw-record.js';
import type { Source } from '../online/source/source.js';
import { arrowProgram } from './arrow-program.js';
import { type Columns, type TableKind, type TableOptions, tableSource } from './table-reader.js';

const ARROW: TableKind = {
  operation: 'arrow',
  program: arrowProgram,
  needs: ['apache-arrow'],
  may: ['hyparquet-compressors'],
};

/**
 * A source of the rows of an Arrow file, in order. Reads the file and the stream format, uncompressed or compressed
 * with LZ4 or ZSTD. Lists and vectors become arrays, structs records, 64-bit integers bigint, decimals numbers, times
 * milliseconds, and dictionary entries their values. A worker reads one record batch at a time and keeps it in memory.
 * If the file cannot be read, does not have the rows that it states, or the reader exceeds `timeout` or `memory`, one
 * `Broken` of kind `lost` replaces the rest of the file. A changed byte that leaves all counts right is not detected.
 * The position is the number of rows before the next; to resume, earlier batches are read and skipped. `behind` is
 * known after one pass over the file. Needs the package apache-arrow, and hyparquet-compressors for ZSTD.
 *
 * Throws if an option is invalid; while running, if the file does not exist, or if two columns have the same name.
 *
 * Source: https://arrow.apache.org/docs/format/Columnar.html. Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const flights = arrow('flights.arrow');
 */
export const arrow = (path: string, options: TableOptions = {}): Source<Columns | Broken, number> =>
  tableSource(path, ARROW, options);
