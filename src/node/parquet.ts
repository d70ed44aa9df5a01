/** Files of Parquet: rows as records. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Source } from '../online/source.js';
import { count } from '../online/count.js';
import { abortable } from '../stream/pulling.js';
import { peer } from './peer.js';

/** A row by the names of its columns, values as the package reads them: 64-bit whole numbers are bigints. */
export type Columns = Readonly<Record<string, unknown>>;

export interface ParquetOptions {
  /** Only these columns, which saves reading the others. */
  readonly columns?: readonly string[];
}

/** A file as hyparquet reads one, of which it is known when it is closed. */
const bufferOf = (handle: FileHandle, byteLength: number) => ({
  byteLength,
  slice: async (start: number, end: number = byteLength): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(end - start);
    await handle.read(bytes, 0, bytes.length, start);
    return bytes.buffer;
  },
});

/** Rows handed on at once. */
const ROWS = 1024;

/**
 * The rows of a Parquet file, in order. It is read one row group at a time, and so much is in memory: how large that
 * is was decided when the file was written. The position is the number of rows before the next. Needs the packages
 * hyparquet and hyparquet-compressors.
 *
 * Source: https://parquet.apache.org/docs/file-format. Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const flights = parquet('flights.parquet', { columns: ['delay', 'distance'] });
 */
export const parquet = (path: string, { columns }: ParquetOptions = {}): Source<Columns, number> => ({
  name: path,
  position: count,
  open: (after = 0) =>
    abortable(async function* (signal) {
      const { parquetMetadataAsync, parquetReadObjects } = await peer(
        'parquet',
        'hyparquet',
        () => import('hyparquet'),
      );
      const { compressors } = await peer(
        'parquet',
        'hyparquet-compressors',
        () => import('hyparquet-compressors'),
      );
      const handle = await open(path);
      try {
        const file = bufferOf(handle, (await handle.stat()).size);
        const metadata = await parquetMetadataAsync(file);
        let first = 0;
        for (const { num_rows: size } of metadata.row_groups) {
          const end = first + Number(size);
          const rowStart = Math.max(first, after);
          first = end;
          if (rowStart >= end) continue;
          signal.throwIfAborted();
          const rows: readonly Columns[] = await parquetReadObjects({
            file,
            metadata,
            compressors,
            rowStart,
            rowEnd: end,
            ...(columns && { columns: [...columns] }),
          });
          for (let from = 0; from < rows.length; from += ROWS)
            yield rows
              .slice(from, from + ROWS)
              .map((value, i) => ({ value, position: rowStart + from + i + 1 }));
        }
      } finally {
        await handle.close();
      }
    }),
  behind: async (position) => {
    const { parquetMetadataAsync } = await peer('parquet', 'hyparquet', () => import('hyparquet'));
    const handle = await open(path);
    try {
      const { num_rows: rows } = await parquetMetadataAsync(bufferOf(handle, (await handle.stat()).size));
      return { amount: Math.max(0, Number(rows) - (position ?? 0)), unit: 'records' };
    } finally {
      await handle.close();
    }
  },
});
