/** The worker's program for Parquet files; see `table-protocol.ts` for the rules of such functions. */
import type { AsyncBuffer, FileMetaData, RowGroup } from 'hyparquet';
import type { Column, TableMessage, TableProgram, TableTask, WorkerModules } from './table-protocol.js';

/**
 * Reads the row groups of a file in order. A group that cannot be read is reported as lost, and reading continues with
 * the next.
 */
async function* readParquet(
  { fd, size, after, rows, memory, counting, columns }: TableTask,
  { load, builtin }: WorkerModules,
): AsyncGenerator<TableMessage, void, undefined> {
  const fs = builtin('node:fs');
  const { parquetMetadataAsync, parquetRead } = (await load('hyparquet')) as typeof import('hyparquet');
  const { compressors } = (await load('hyparquet-compressors')) as typeof import('hyparquet-compressors');

  const file: AsyncBuffer = {
    byteLength: size,
    slice(start, end = size) {
      if (!(start >= 0 && end >= start && end <= size))
        throw new Error(`bytes ${start} to ${end} are outside of the file of ${size} bytes`);
      const bytes = new Uint8Array(end - start);
      for (let at = 0; at < bytes.length;) {
        const read = fs.readSync(fd, bytes, at, bytes.length - at, start + at);
        if (read === 0) throw new Error('the file became shorter while it was read');
        at += read;
      }
      return bytes.buffer;
    },
  };

  const own = {
    /** Decompressors with a limit on the size of their output. */
    bounded: Object.fromEntries(
      Object.entries(compressors).map(([codec, unpack]) => [
        codec,
        (input: Uint8Array, length: number): Uint8Array => {
          if (!(length >= 0 && length <= memory))
            throw new Error(`a page of ${length} bytes, needed at most ${memory}`);
          return unpack(input, length);
        },
      ]),
    ),

    /** The names of the columns: the children of the root, the first element of the schema. */
    names({ schema }: FileMetaData): readonly string[] {
      const names: string[] = [];
      for (let at = 1; at < schema.length;) {
        names.push(schema[at]?.name ?? '');
        let left = 1;
        for (; left > 0 && at < schema.length; at++) left += (schema[at]?.num_children ?? 0) - 1;
      }
      return names;
    },

    /** Throws if the row counts in the footer are inconsistent. */
    requireCounts({ num_rows: total, row_groups: groups }: FileMetaData): void {
      const sum = groups.reduce((count, group) => count + group.num_rows, 0n);
      if (groups.some((group) => group.num_rows < 0n) || sum !== total)
        throw new Error(`the row groups have ${sum} rows, the file says ${total}`);
      if (total > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`too many rows: ${total}`);
    },

    /** Throws if the column metadata of a group do not match the file, the group and the schema. */
    requireChunks(
      { columns: chunks, num_rows: count }: RowGroup,
      { schema, metadata_length }: FileMetaData,
    ): void {
      const leaves = schema.filter((element) => element.type !== undefined);
      if (chunks.length !== leaves.length)
        throw new Error(`a row group has ${chunks.length} columns, the schema ${leaves.length}`);
      if (BigInt(chunks.length) * count * 8n > BigInt(memory))
        throw new Error(`${count} rows of ${chunks.length} columns take more than \`memory\``);
      const ranges: (readonly [begin: bigint, end: bigint])[] = [];
      for (const [i, { meta_data: chunk }] of chunks.entries()) {
        if (chunk === undefined) throw new Error(`column ${i} of a row group has no metadata`);
        const { dictionary_page_offset: dictionary, data_page_offset: data } = chunk;
        const begin = dictionary !== undefined && dictionary > 0n && dictionary < data ? dictionary : data;
        const name = chunk.path_in_schema.join('.');
        if (chunk.type !== leaves[i]?.type)
          throw new Error(`${name} has type ${chunk.type}, ${leaves[i]?.type} in the schema`);
        if (chunk.path_in_schema.at(-1) !== leaves[i]?.name)
          throw new Error(`${name} is not at its place in the schema`);
        const isFlat = chunk.path_in_schema.length === 1 && leaves[i]?.repetition_type !== 'REPEATED';
        if (isFlat ? chunk.num_values !== count : chunk.num_values < count)
          throw new Error(`${name} has ${chunk.num_values} values for ${count} rows`);
        if (chunk.total_compressed_size < 0n || chunk.total_uncompressed_size > BigInt(memory))
          throw new Error(`${name} takes ${chunk.total_uncompressed_size} bytes, needed at most ${memory}`);
        ranges.push([begin, begin + chunk.total_compressed_size]);
      }
      let end = 4n;
      for (const [begin, behind] of ranges.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
        if (begin < end) throw new Error('the data of two columns overlap');
        end = behind;
      }
      if (end > BigInt(size - 8 - metadata_length))
        throw new Error('the data of a column go beyond the end of the file');
    },

    /** A copy, since sending a view would send its whole buffer. */
    plain(value: unknown): unknown {
      if (typeof value !== 'object' || value === null || value instanceof Date) return value;
      if (value instanceof Uint8Array) return value.slice();
      if (Array.isArray(value)) return value.map((each: unknown) => own.plain(each));
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, own.plain(each)]));
    },
  };

  const metadata = await parquetMetadataAsync(file);
  own.requireCounts(metadata);
  if (counting) {
    yield { kind: 'counted', rows: Number(metadata.num_rows) };
    return;
  }
  // Text with another type name.
  for (const element of metadata.schema)
    if (element.converted_type === 'ENUM') element.converted_type = 'UTF8';
  const all = own.names(metadata);
  yield { kind: 'opened', names: all };
  const names = columns ?? all;
  let first = 0;
  for (const group of metadata.row_groups) {
    const [start, end] = [first, first + Number(group.num_rows)];
    first = end;
    if (end <= after) continue;
    const pieces = new Map<string, Column[]>(names.map((name) => [name, []]));
    try {
      own.requireChunks(group, metadata);
      await parquetRead({
        file,
        metadata,
        compressors: own.bounded,
        utf8: false,
        rowStart: start,
        rowEnd: end,
        columns: [...names],
        onChunk: ({ columnName, columnData }) => pieces.get(columnName)?.push(columnData),
      });
      for (const [name, parts] of pieces) {
        const count = parts.reduce((sum, part) => sum + part.length, 0);
        if (count !== end - start) throw new Error(`${name} has ${count} values for ${end - start} rows`);
      }
    } catch (error) {
      yield { kind: 'lost', reason: error instanceof Error ? error.message : String(error), until: end };
      continue;
    }
    for (let from = Math.max(start, after); from < end; from += rows) {
      const count = Math.min(rows, end - from);
      const piece: Column[] = [];
      for (const parts of pieces.values()) {
        const values: unknown[] = [];
        let at = start;
        for (const part of parts) {
          const low = Math.max(from, at);
          const high = Math.min(from + count, at + part.length);
          for (let row = low; row < high; row++) values.push(own.plain(part[row - at]));
          at += part.length;
        }
        piece.push(values);
      }
      yield { kind: 'rows', first: from, count, columns: piece };
    }
  }
}

export const parquetProgram: TableProgram = { read: readParquet, helpers: {} };
