/** The worker's program for Arrow files; see `table-protocol.ts` for the rules of such functions. */
import type { FileHandle } from 'node:fs/promises';
import type { RecordBatch, Schema } from 'apache-arrow';
import { arrowChecks, type Loading } from './arrow-checks.js';
import { arrowValues } from './arrow-values.js';
import { lz4Frame } from './lz4-frame.js';
import type { TableMessage, TableProgram, TableTask, WorkerModules } from './table-protocol.js';

const arrowHelpers = { arrowChecks, arrowValues, lz4Frame };

/**
 * Reads the record batches of a file in order. An error in one ends the file, since the next can only be found after
 * it.
 */
async function* readArrow(
  { fd, size, after, rows, memory, counting }: TableTask,
  { load, builtin }: WorkerModules,
  helpers: typeof arrowHelpers,
): AsyncGenerator<TableMessage, void, undefined> {
  const fs = builtin('node:fs');
  const arrow = (await load('apache-arrow')) as typeof import('apache-arrow');
  const checks = helpers.arrowChecks(arrow, fs, { fd, size });
  const values = helpers.arrowValues(arrow);

  const own = {
    /** A file handle for the package, so that only a part of the file is in memory. */
    handle: {
      fd,
      stat(): Promise<{ readonly size: number }> {
        return Promise.resolve({ size });
      },
      read(buffer: Uint8Array, offset: number, length: number, position: number) {
        const bytesRead = fs.readSync(fd, buffer, offset, length, position);
        if (bytesRead === 0 && length > 0)
          return Promise.reject(new Error('the file became shorter while it was read'));
        return Promise.resolve({ bytesRead, buffer });
      },
      close(): Promise<void> {
        return Promise.resolve();
      },
    },

    /** Unpacks a buffer and checks its length, which is stored before the compressed data. */
    unpacked(packed: Uint8Array, unpack: (input: Uint8Array, most: number) => Uint8Array): Uint8Array {
      const length = Number(new DataView(packed.buffer, packed.byteOffset - 8, 8).getBigInt64(0, true));
      if (!(length >= 0 && length <= memory))
        checks.fail(`a buffer of ${length} bytes, needed at most ${memory}`);
      // The writer of apache-arrow (21.2) stores the compressed length there: then only `memory` is the limit.
      const isKnown = length !== packed.length;
      // A copy if it is not aligned for all number types.
      const made = unpack(packed, isKnown ? length : memory);
      const bytes = made.byteOffset % 8 === 0 ? made : made.slice();
      return isKnown && bytes.length !== length
        ? checks.fail(`a buffer unpacks to ${bytes.length} bytes, needed ${length}`)
        : bytes;
    },

    /** The decompressor of ZSTD, if its package is installed. */
    async zstd(): Promise<(input: Uint8Array, size: number) => Uint8Array> {
      const name = 'hyparquet-compressors';
      try {
        const { compressors } = (await load(name)) as typeof import('hyparquet-compressors');
        if (compressors.ZSTD !== undefined) return compressors.ZSTD;
      } catch {
        // The error is reported when ZSTD is needed.
      }
      return () => {
        throw Object.assign(new Error('the file is compressed with ZSTD'), { needs: name });
      };
    },

    *rowsOf(batch: RecordBatch, first: number): Generator<TableMessage, void, undefined> {
      for (let from = Math.max(0, after - first); from < batch.numRows; from += rows) {
        const to = Math.min(batch.numRows, from + rows);
        const columns = batch.schema.fields.map((_, i) => {
          const vector = batch.getChildAt(i);
          return vector === null ? [] : values.column(vector, from, to);
        });
        yield { kind: 'rows', first: first + from, count: to - from, columns };
      }
    },
  };

  arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, {
    decode(bytes) {
      return own.unpacked(bytes, helpers.lz4Frame);
    },
  });
  const unpackZstd = await own.zstd();
  arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, {
    decode(bytes) {
      return own.unpacked(bytes, unpackZstd);
    },
  });
  const reader = await arrow.RecordBatchReader.from(own.handle as unknown as FileHandle);
  // The private part of the reader.
  const loading = Reflect.get(reader, '_impl') as Loading;
  checks.watchColumns(loading, '_loadVectors');
  checks.watchColumns(loading, '_loadCompressedVectors');
  await reader.open();
  const schema = reader.schema as Schema | undefined;
  if (schema === undefined) return checks.fail('the file has no schema');
  if (reader.isFile() && reader.footer !== null) checks.requireBlocks(reader.footer);
  yield { kind: 'opened', names: schema.fields.map(({ name }) => name) };
  const { batches, wrong } = reader.isFile()
    ? { batches: reader.numRecordBatches, wrong: undefined }
    : checks.countBatches();
  let first = 0;
  for (let i = 0; i < batches; i++) {
    const { done, value: batch } = await reader.next();
    if (done === true) return checks.fail(`${i} record batches, needed ${batches}`);
    if (!counting) yield* own.rowsOf(batch, first);
    first += batch.numRows;
  }
  if (wrong !== undefined) checks.fail(wrong);
  if (counting) yield { kind: 'counted', rows: first };
}

export const arrowProgram: TableProgram = { read: readArrow, helpers: arrowHelpers };
