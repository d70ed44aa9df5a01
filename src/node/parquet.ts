/** Parquet files: rows as records. */
import type { Broken } from '../online/source/raw-record.js';
import type { Source } from '../online/source/source.js';
import { parquetProgram } from './parquet-program.js';
import { type Columns, type TableKind, type TableOptions, tableSource } from './table-reader.js';

export interface ParquetOptions extends TableOptions {
  /** The columns to read; the others are not read from the file. Default: all. */
  readonly columns?: readonly string[];
}

const PARQUET: TableKind = {
  operation: 'parquet',
  program: parquetProgram,
  needs: ['hyparquet', 'hyparquet-compressors'],
};

/**
 * A source of the rows of a Parquet file, in order. Text columns become strings, other bytes `Uint8Array`, lists
 * arrays, 64-bit integers bigint, decimals numbers, times `Date`. A worker reads one row group at a time and keeps it
 * in memory. A row group that cannot be read, or does not have the rows that the file states, becomes a `Broken` of
 * kind `lost`; so does the rest of a file if the reader exceeds `timeout` or `memory`. A changed byte that leaves all
 * counts right is not detected. The position is the number of rows before the next. Needs the packages hyparquet and
 * hyparquet-compressors.
 *
 * Throws if an option is invalid; while running, if the file does not exist, or if two columns have the same name.
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
