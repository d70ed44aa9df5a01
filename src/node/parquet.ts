/** Files of Parquet: rows as records. */
import type { Broken } from '../online/source/raw-record.js';
import type { Source } from '../online/source/source.js';
import { parquetProgram } from './parquet-program.js';
import { type Columns, type TableKind, type TableOptions, tableSource } from './table-reader.js';

export interface ParquetOptions extends TableOptions {
  /** Only these columns, which saves reading the others. */
  readonly columns?: readonly string[];
}

const PARQUET: TableKind = {
  operation: 'parquet',
  program: parquetProgram,
  needs: ['hyparquet', 'hyparquet-compressors'],
};

/**
 * The rows of a Parquet file, in order: text where the file says that it is text, other bytes as `Uint8Array`, lists as
 * arrays, 64-bit integers as bigint, decimals as numbers with their scale, times as `Date`. It is read in a worker, one
 * row group at a time, and that much is in memory. A row group that cannot be read, or does not have the rows that the
 * file says, is a `Broken` that is `lost`; so is the rest of a file whose reader takes more than `timeout` or `memory`.
 * A changed byte that leaves all counts right is not seen. The position is the number of rows before the next. Needs
 * the packages hyparquet and hyparquet-compressors.
 *
 * Throws if an option is invalid; while running, if the file is not there, or if two columns have one name.
 *
 * Source: https://parquet.apache.org/docs/file-format. Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const flights = parquet('flights.parquet', { columns: ['delay', 'distance'] });
 */
export const parquet = (
  path: string,
  { columns, ...options }: ParquetOptions = {},
): Source<Columns | Broken, number> => tableSource(path, PARQUET, options, columns);
