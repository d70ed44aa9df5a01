/** What a worker runs to read an Arrow file; see `table-protocol.ts` for what such a function may refer to. */
import type { FileHandle } from 'node:fs/promises';
import type { Data, DataType, RecordBatch, Schema, Vector } from 'apache-arrow';
import type { Column, WorkerModules, TableTask, TableMessage } from './table-protocol.js';

/** The part of a reader, not of its public face, that makes columns of the bytes of a batch. */
interface Loading {
  _loadVectors: Load;
  _loadCompressedVectors: Load;
}
type Load = (header: { readonly length: number }, body: unknown, types: unknown) => readonly Data[];

interface Block {
  readonly offset: number;
  readonly metaDataLength: number;
  readonly bodyLength: number;
}
interface Footer {
  readonly numRecordBatches: number;
  readonly numDictionaries: number;
  readonly getRecordBatch: (index: number) => Block | null;
  readonly getDictionaryBatch: (index: number) => Block | null;
}

/** The record batches of a file, one after the other. What is wrong with one ends the file: the next lies behind it. */
export async function* arrowProgram(
  { fd, size, after, rows, memory, counting }: TableTask,
  { load, builtin, unpackLz4 }: WorkerModules,
): AsyncGenerator<TableMessage, void, undefined> {
  const fs = builtin('node:fs');
  const arrow = (await load('apache-arrow')) as typeof import('apache-arrow');

  const own = {
    /** A file as the package takes one, of which only a part is in memory. */
    handle: {
      fd,
      stat(): Promise<{ readonly size: number }> {
        return Promise.resolve({ size });
      },
      read(buffer: Uint8Array, offset: number, length: number, position: number) {
        const bytesRead = fs.readSync(fd, buffer, offset, length, position);
        if (bytesRead === 0 && length > 0) return Promise.reject(new Error('the file has become shorter'));
        return Promise.resolve({ bytesRead, buffer });
      },
      close(): Promise<void> {
        return Promise.resolve();
      },
    },

    fail(what: string): never {
      throw new Error(what);
    },

    /** Checks the bytes of a buffer against how many should be, which stands in front of what is packed. */
    unpacked(packed: Uint8Array, unpack: (input: Uint8Array, most: number) => Uint8Array): Uint8Array {
      const length = Number(new DataView(packed.buffer, packed.byteOffset - 8, 8).getBigInt64(0, true));
      if (!(length >= 0 && length <= memory)) own.fail(`a buffer of ${length} bytes`);
      // The writer of apache-arrow itself (21.2) says there how long it is packed: then the bound is that of all.
      const isKnown = length !== packed.length;
      // A copy where it is part of something larger, so that every kind of number is aligned.
      const made = unpack(packed, isKnown ? length : memory);
      const bytes = made.byteOffset % 8 === 0 ? made : made.slice();
      return isKnown && bytes.length !== length ? own.fail(`${bytes.length} bytes, needed ${length}`) : bytes;
    },

    /** What unpacks ZSTD, where it is installed. */
    async zstd(): Promise<(input: Uint8Array, size: number) => Uint8Array> {
      const name = 'hyparquet-compressors';
      try {
        const { compressors } = (await load(name)) as typeof import('hyparquet-compressors');
        if (compressors.ZSTD !== undefined) return compressors.ZSTD;
      } catch {
        // Told where it is needed.
      }
      return () => {
        throw Object.assign(new Error('packed by ZSTD'), { needs: name });
      };
    },

    /** Offsets that rise, within what they point into. */
    requireOffsets(offsets: ArrayLike<number | bigint>, length: number, most: number): void {
      if (length > 0 && offsets.length <= length) own.fail(`${offsets.length} offsets for ${length} values`);
      let last = 0;
      for (let i = 0; i <= length && i < offsets.length; i++) {
        const offset = Number(offsets[i]);
        if (!(offset >= last && offset <= most))
          own.fail(`an offset of ${offset} behind ${last} within ${most}`);
        last = offset;
      }
    },

    /** Whether what lies in memory is as long as a column says. */
    requireWhole(data: Data): void {
      const { type, length, nullCount, nullBitmap, values, valueOffsets, typeIds, children, stride } = data;
      const { DataType: kinds } = arrow;
      if (!(Number.isSafeInteger(length) && length >= 0)) own.fail(`${length} values`);
      if (nullCount > 0 && (nullBitmap?.length ?? 0) * 8 < length) own.fail(`nulls of ${length} values`);
      if (kinds.isNull(type)) {
        if (length > size * 8) own.fail(`${length} nulls in a file of ${size} bytes`);
      } else if (kinds.isStruct(type)) {
        for (const child of children)
          if (child.length < length) own.fail(`${child.length} values for ${length}`);
      } else if (kinds.isUnion(type)) {
        if (typeIds.length < length) own.fail(`${typeIds.length} kinds of ${length} values`);
      } else if (kinds.isFixedSizeList(type)) {
        if ((children[0]?.length ?? 0) < length * type.listSize)
          own.fail(`lists of ${children[0]?.length} values`);
      } else if (kinds.isList(type) || kinds.isLargeList(type) || kinds.isMap(type))
        own.requireOffsets(valueOffsets, length, children[0]?.length ?? 0);
      else if (
        kinds.isUtf8(type) ||
        kinds.isLargeUtf8(type) ||
        kinds.isBinary(type) ||
        kinds.isLargeBinary(type)
      )
        own.requireOffsets(valueOffsets, length, values.length);
      else if (kinds.isDictionary(type)) {
        const known = data.dictionary?.length ?? 0;
        if (values.length < length) own.fail(`${values.length} values for ${length}`);
        for (let i = 0; i < length; i++)
          if (data.getValid(i) && !(values[i] >= 0 && values[i] < known))
            own.fail(`word ${values[i]} of ${known}`);
      } else if (kinds.isBool(type)) {
        if (values.length * 8 < length) own.fail(`${values.length} bytes for ${length} values`);
      } else if (values !== undefined && values.length < length * stride)
        own.fail(`${values.length} numbers for ${length} values`);
      for (const child of children) own.requireWhole(child);
    },

    /** Looks at columns as they are made, before they are brought to one length. */
    watched(loading: Loading, name: '_loadVectors' | '_loadCompressedVectors'): void {
      const make = loading[name];
      if (typeof make !== 'function') return;
      loading[name] = (header, body, types) => {
        const made = make.call(loading, header, body, types);
        for (const data of made) {
          if (data.length !== header.length) own.fail(`${data.length} values for ${header.length} rows`);
          own.requireWhole(data);
        }
        return made;
      };
    },

    bytesAt(position: number, length: number): DataView {
      const bytes = new DataView(new ArrayBuffer(length));
      if (fs.readSync(fd, bytes, 0, length, position) < length) own.fail(`no ${length} bytes at ${position}`);
      return bytes;
    },

    wordAt(position: number): number {
      return own.bytesAt(position, 4).getInt32(0, true);
    },

    /**
     * How many record batches a stream has, and why there may have been more: each message names its length and that
     * of what follows it, and the end is that of the file, or marked by a length of 0.
     */
    walk(): { readonly batches: number; readonly wrong?: string } {
      // The kind of a message that is a record batch.
      const RECORD_BATCH = 3;
      let batches = 0;
      let at = 0;
      try {
        while (at < size) {
          const first = own.wordAt(at);
          const begin = first === -1 ? at + 8 : at + 4;
          const length = first === -1 ? own.wordAt(at + 4) : first;
          if (length === 0) break;
          if (!(length > 0 && begin + length <= size)) own.fail(`a message of ${length} bytes at ${at}`);
          const message = own.bytesAt(begin, length);
          // A flatbuffer: of its fields the kind is at 6 of the table of places, and the length of the body at 10.
          const root = message.getInt32(0, true);
          const places = root - message.getInt32(root, true);
          const known = message.getUint16(places, true);
          const kindAt = known > 6 ? message.getUint16(places + 6, true) : 0;
          const bodyAt = known > 10 ? message.getUint16(places + 10, true) : 0;
          const body = bodyAt === 0 ? 0 : Number(message.getBigInt64(root + bodyAt, true));
          at = begin + length + body;
          if (!(body >= 0 && at <= size)) own.fail(`a body of ${body} bytes at ${begin + length}`);
          if (kindAt !== 0 && message.getUint8(root + kindAt) === RECORD_BATCH) batches += 1;
        }
        return size - at < 64 ? { batches } : { batches, wrong: `an end at ${at} of ${size} bytes` };
      } catch (error) {
        return { batches, wrong: error instanceof Error ? error.message : String(error) };
      }
    },

    /** What the footer of a file names must be all that lies before it. */
    requireBlocks(footer: Footer): void {
      const blocks = [
        ...Array.from({ length: footer.numDictionaries }, (_, i) => footer.getDictionaryBatch(i)),
        ...Array.from({ length: footer.numRecordBatches }, (_, i) => footer.getRecordBatch(i)),
      ];
      const footerAt = size - 10 - own.wordAt(size - 10);
      const sorted = blocks.toSorted((a, b) => (a?.offset ?? 0) - (b?.offset ?? 0));
      // Behind the magic letters may stand the schema, whose length may stand behind four bytes of ones.
      const length = own.wordAt(8);
      const isFirst = sorted[0] === undefined || sorted[0]?.offset === 8;
      let end = isFirst ? 8 : length === -1 ? 16 + own.wordAt(12) : 12 + length;
      // Writers align what they write to at most 64 bytes, and an end may be marked by 8.
      for (const block of sorted) {
        const { offset = -1, metaDataLength = -1, bodyLength = -1 } = block ?? {};
        if (!(metaDataLength >= 0 && bodyLength >= 0)) own.fail('a batch of no length');
        if (!(offset >= end && offset < end + 64)) own.fail(`a batch at ${offset}, needed at ${end}`);
        end = offset + metaDataLength + bodyLength;
      }
      if (sorted.length > 0 && !(end <= footerAt && footerAt < end + 72))
        own.fail(`batches up to ${end}, needed up to ${footerAt}`);
    },

    /** The value of a type as plain data: lists as arrays, decimals with their scale. */
    plain(type: DataType, value: unknown): unknown {
      const { DataType: kinds } = arrow;
      if (value === null || value === undefined) return null;
      if (kinds.isDictionary(type)) return own.plain(type.dictionary, value);
      if (kinds.isDecimal(type)) return own.decimal(value as Uint32Array, type.scale);
      if (kinds.isList(type) || kinds.isLargeList(type) || kinds.isFixedSizeList(type)) {
        const list = value as Vector;
        const numbers: unknown = list.nullCount === 0 && own.isNumber(list.type) ? list.toArray() : undefined;
        if (ArrayBuffer.isView(numbers)) return Array.from(numbers as Float64Array);
        return Array.from({ length: list.length }, (_, i) => own.plain(list.type, list.get(i)));
      }
      if (kinds.isStruct(type)) {
        const fields = [...(value as Iterable<readonly [unknown, unknown]>)].map(([, each]) => each);
        return Object.fromEntries(
          type.children.map((field, i) => [field.name, own.plain(field.type as DataType, fields[i])]),
        );
      }
      if (kinds.isMap(type)) {
        const entries = type.children[0]?.type.children ?? [];
        const to = entries[1]?.type as DataType;
        return Object.fromEntries(
          [...(value as Iterable<readonly [unknown, unknown]>)].map(([name, each]) => [
            String(name),
            own.plain(to, each),
          ]),
        );
      }
      // A copy, since of a view the whole of its buffer would be sent.
      if (value instanceof Uint8Array) return value.slice();
      return ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value;
    },

    /** A whole number of 32-bit words, the lowest first, divided by 10 to the scale, rounded once. */
    decimal(words: Uint32Array, scale: number): number {
      let whole = 0n;
      for (let i = words.length - 1; i >= 0; i--) whole = (whole << 32n) | BigInt(words[i] ?? 0);
      return Number(`${BigInt.asIntN(32 * words.length, whole)}e${-scale}`);
    },

    /** Whether values lie in memory as the numbers that they are. */
    isNumber(type: DataType): boolean {
      const { DataType: kinds } = arrow;
      return kinds.isInt(type) || (kinds.isFloat(type) && type.precision !== arrow.Precision.HALF);
    },

    column(vector: Vector, from: number, to: number): Column {
      const { type } = vector as { readonly type: DataType };
      if (vector.nullCount === 0 && own.isNumber(type)) {
        const numbers: unknown = vector.slice(from, to).toArray();
        if (ArrayBuffer.isView(numbers)) return (numbers as Float64Array).slice();
      }
      return Array.from({ length: to - from }, (_, i) => own.plain(type, vector.get(from + i)));
    },

    *rowsOf(batch: RecordBatch, first: number): Generator<TableMessage, void, undefined> {
      for (let from = Math.max(0, after - first); from < batch.numRows; from += rows) {
        const to = Math.min(batch.numRows, from + rows);
        const columns = batch.schema.fields.map((_, i) => {
          const vector = batch.getChildAt(i);
          return vector === null ? [] : own.column(vector, from, to);
        });
        yield { kind: 'rows', first: first + from, count: to - from, columns };
      }
    },
  };

  arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, {
    decode(bytes) {
      return own.unpacked(bytes, unpackLz4);
    },
  });
  const unpackZstd = await own.zstd();
  arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, {
    decode(bytes) {
      return own.unpacked(bytes, unpackZstd);
    },
  });
  const reader = await arrow.RecordBatchReader.from(own.handle as unknown as FileHandle);
  // Of the part that reads, of which nothing is said in public.
  const loading = Reflect.get(reader, '_impl') as Loading;
  own.watched(loading, '_loadVectors');
  own.watched(loading, '_loadCompressedVectors');
  await reader.open();
  const schema = reader.schema as Schema | undefined;
  if (schema === undefined) return own.fail('no schema');
  if (reader.isFile() && reader.footer !== null) own.requireBlocks(reader.footer);
  yield { kind: 'opened', names: schema.fields.map(({ name }) => name) };
  const { batches, wrong } = reader.isFile()
    ? { batches: reader.numRecordBatches, wrong: undefined }
    : own.walk();
  let first = 0;
  for (let i = 0; i < batches; i++) {
    const { done, value: batch } = await reader.next();
    if (done === true) return own.fail(`${i} record batches, needed ${batches}`);
    if (!counting) yield* own.rowsOf(batch, first);
    first += batch.numRows;
  }
  if (wrong !== undefined) own.fail(wrong);
  if (counting) yield { kind: 'counted', rows: first };
}
