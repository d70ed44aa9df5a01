/** Files of Apache Arrow: rows as records. */
import { open } from 'node:fs/promises';
import type { Source } from '../online/source.js';
import { count } from '../online/count.js';
import { abortable } from '../stream/pulling.js';
import type { Columns } from './parquet.js';
import { peer } from './peer.js';

/** The record batches of a file, which is closed behind the last one that is asked for. */
async function* batchesOf(path: string) {
  const { RecordBatchReader } = await peer('arrow', 'apache-arrow', () => import('apache-arrow'));
  const handle = await open(path);
  try {
    yield* await RecordBatchReader.from(handle);
  } finally {
    await handle.close();
  }
}

const rowsIn = async (path: string): Promise<number> => {
  let rows = 0;
  for await (const batch of batchesOf(path)) rows += batch.numRows;
  return rows;
};

/**
 * The rows of an Arrow file, of its format for files or for streams, in order. It is read one record batch at a time,
 * and so much is in memory. The position is the number of rows before the next; to go on there, the batches before are
 * read and left out. How many are behind it is known when the file has been gone through once. Needs the package
 * apache-arrow.
 *
 * Source: https://arrow.apache.org/docs/format/Columnar.html. Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const flights = arrow('flights.arrow');
 */
export const arrow = (path: string): Source<Columns, number> => {
  let rows: Promise<number> | undefined;
  return {
    name: path,
    position: count,
    open: (after = 0) =>
      abortable(async function* (signal) {
        let position = 0;
        for await (const batch of batchesOf(path)) {
          signal.throwIfAborted();
          const skipped = Math.min(batch.numRows, Math.max(0, after - position));
          const first = position + skipped;
          position += batch.numRows;
          if (skipped < batch.numRows)
            yield Array.from({ length: batch.numRows - skipped }, (_, i) => ({
              value: batch.get(skipped + i)?.toJSON() ?? {},
              position: first + i + 1,
            }));
        }
      }),
    behind: async (position) => {
      // A file of this kind does not grow: it is gone through once, and not at all where that fails.
      rows ??= rowsIn(path).catch((error: unknown) => {
        rows = undefined;
        throw error;
      });
      return { amount: Math.max(0, (await rows) - (position ?? 0)), unit: 'records' };
    },
  };
};
