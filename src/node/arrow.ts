/** Files of Apache Arrow: rows as records. */
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
 * The rows of an Arrow file, of its format for files or for streams, plain or packed by LZ4 or ZSTD, in order: lists
 * and vectors as arrays, structs as records, 64-bit integers as bigint, decimals as numbers with their scale, times in
 * milliseconds, what stands in a dictionary as what it is. It is read in a worker, one record batch at a time, and that
 * much is in memory; how large that is was decided when the file was written. Where it cannot be read, or does not have
 * the rows that it says, a `Broken` that is `lost` stands for the rest of the file; so it does where its reader takes
 * more than `timeout` or `memory`. A changed byte that leaves all counts right is not seen. The position is the number
 * of rows before the next; to go on there, the batches before are read and left out. How many are behind it is known
 * when the file has been gone through once. Needs the package apache-arrow, and hyparquet-compressors for ZSTD.
 *
 * Throws if an option is invalid; while running, if the file is not there, or if two columns have one name.
 *
 * Source: https://arrow.apache.org/docs/format/Columnar.html. Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const flights = arrow('flights.arrow');
 */
export const arrow = (path: string, options: TableOptions = {}): Source<Columns | Broken, number> =>
  tableSource(path, ARROW, options);
