/** Files of Apache Arrow: rows as records. */
import { open } from 'node:fs/promises';
import type { Source } from '../online/source.js';
import { count } from '../online/count.js';
import { abortable } from '../stream/pulling.js';
import type { Columns } from './parquet.js';
import { peer } from './peer.js';

/**
 * The rows of an Arrow file, of its format for files or for streams, in order. It is read one record batch at a time,
 * and so much is in memory. The position is the number of rows before the next; to go on there, the batches before are
 * read and left out. Needs the package apache-arrow.
 *
 * Source: https://arrow.apache.org/docs/format/Columnar.html. Laws: F-1, F-13.
 *
 * @example
 * const flights = arrow('flights.arrow');
 */
export const arrow = (path: string): Source<Columns, number> => ({
  name: path,
  position: count,
  open: (after = 0) =>
    abortable(async function* (signal) {
      const { RecordBatchReader } = await peer('arrow', 'apache-arrow', () => import('apache-arrow'));
      const handle = await open(path);
      try {
        const reader = await RecordBatchReader.from(handle);
        let position = 0;
        for await (const batch of reader) {
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
      } finally {
        await handle.close();
      }
    }),
});
