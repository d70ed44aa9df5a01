/**
 * Checks of an Arrow file before its values are read, so that a damaged file neither invents rows nor makes the package
 * read beyond its buffers. See `table-protocol.ts` for the rules of functions that run in a worker.
 */
import type { Data } from 'apache-arrow';

/** The private part of a reader that makes columns from the bytes of a batch. */
export interface Loading {
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

/** Makes the checks of the file that is open as `fd`; each throws an error that says what is wrong. */
export const arrowChecks = (
  arrow: typeof import('apache-arrow'),
  fs: typeof import('node:fs'),
  { fd, size }: { readonly fd: number; readonly size: number },
) => {
  const own = {
    fail(what: string): never {
      throw new Error(what);
    },

    /** Throws unless the offsets increase and stay within the data. */
    requireOffsets(offsets: ArrayLike<number | bigint>, length: number, most: number): void {
      if (length > 0 && offsets.length <= length) own.fail(`${offsets.length} offsets for ${length} values`);
      let last = 0;
      for (let i = 0; i <= length && i < offsets.length; i++) {
        const offset = Number(offsets[i]);
        if (!(offset >= last && offset <= most))
          own.fail(`offset ${offset} is not between ${last} and ${most}`);
        last = offset;
      }
    },

    /** Throws if a buffer is shorter than its column requires. */
    requireWhole(data: Data): void {
      const { type, length, nullCount, nullBitmap, values, valueOffsets, typeIds, children, stride } = data;
      const { DataType: kinds } = arrow;
      if (!(Number.isSafeInteger(length) && length >= 0)) own.fail(`a column of ${length} values`);
      if (nullCount > 0 && (nullBitmap?.length ?? 0) * 8 < length)
        own.fail(`the null bitmap is too short for ${length} values`);
      if (kinds.isNull(type)) {
        if (length > size * 8) own.fail(`${length} nulls in a file of ${size} bytes`);
      } else if (kinds.isStruct(type)) {
        for (const child of children)
          if (child.length < length) own.fail(`${child.length} values, needed ${length}`);
      } else if (kinds.isUnion(type)) {
        if (typeIds.length < length) own.fail(`${typeIds.length} type ids for ${length} values`);
      } else if (kinds.isFixedSizeList(type)) {
        if ((children[0]?.length ?? 0) < length * type.listSize)
          own.fail(`${children[0]?.length} list elements, needed ${length * type.listSize}`);
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
        if (values.length < length) own.fail(`${values.length} values, needed ${length}`);
        for (let i = 0; i < length; i++)
          if (data.getValid(i) && !(values[i] >= 0 && values[i] < known))
            own.fail(`dictionary index ${values[i]} of ${known} entries`);
      } else if (kinds.isBool(type)) {
        if (values.length * 8 < length) own.fail(`${values.length} bytes for ${length} values`);
      } else if (values !== undefined && values.length < length * stride)
        own.fail(`${values.length} numbers for ${length} values`);
      for (const child of children) own.requireWhole(child);
    },

    /** Checks columns when they are made, before the package pads them to one length. */
    watchColumns(loading: Loading, name: '_loadVectors' | '_loadCompressedVectors'): void {
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
      if (fs.readSync(fd, bytes, 0, length, position) < length)
        own.fail(`the file ends before the ${length} bytes at ${position}`);
      return bytes;
    },

    wordAt(position: number): number {
      return own.bytesAt(position, 4).getInt32(0, true);
    },

    /**
     * Counts the record batches of a stream, and finds out whether the file is truncated: each message states its
     * length and the length of its body; the stream ends at the end of the file, or at a length of 0.
     */
    countBatches(): { readonly batches: number; readonly wrong?: string } {
      // The message type of a record batch.
      const RECORD_BATCH = 3;
      let batches = 0;
      let at = 0;
      try {
        while (at < size) {
          const first = own.wordAt(at);
          const begin = first === -1 ? at + 8 : at + 4;
          const length = first === -1 ? own.wordAt(at + 4) : first;
          if (length === 0) break;
          if (!(length > 0 && begin + length <= size))
            own.fail(`a message of ${length} bytes at ${at} is outside of the file`);
          const message = own.bytesAt(begin, length);
          // A flatbuffer: in its vtable the message type is at 6, and the length of the body at 10.
          const root = message.getInt32(0, true);
          const places = root - message.getInt32(root, true);
          const known = message.getUint16(places, true);
          const kindAt = known > 6 ? message.getUint16(places + 6, true) : 0;
          const bodyAt = known > 10 ? message.getUint16(places + 10, true) : 0;
          const body = bodyAt === 0 ? 0 : Number(message.getBigInt64(root + bodyAt, true));
          at = begin + length + body;
          if (!(body >= 0 && at <= size))
            own.fail(`a body of ${body} bytes at ${begin + length} is outside of the file`);
          if (kindAt !== 0 && message.getUint8(root + kindAt) === RECORD_BATCH) batches += 1;
        }
        return size - at < 64 ? { batches } : { batches, wrong: `the stream ends at byte ${at} of ${size}` };
      } catch (error) {
        return { batches, wrong: error instanceof Error ? error.message : String(error) };
      }
    },

    /** Throws unless the blocks in the footer fill the file before it. */
    requireBlocks(footer: Footer): void {
      const blocks = [
        ...Array.from({ length: footer.numDictionaries }, (_, i) => footer.getDictionaryBatch(i)),
        ...Array.from({ length: footer.numRecordBatches }, (_, i) => footer.getRecordBatch(i)),
      ];
      const footerAt = size - 10 - own.wordAt(size - 10);
      const sorted = blocks.toSorted((a, b) => (a?.offset ?? 0) - (b?.offset ?? 0));
      // After the magic bytes there may be the schema, whose length may follow four 0xFF bytes.
      const length = own.wordAt(8);
      const isFirst = sorted[0] === undefined || sorted[0]?.offset === 8;
      let end = isFirst ? 8 : length === -1 ? 16 + own.wordAt(12) : 12 + length;
      // Writers align to at most 64 bytes, and may mark the end with 8 bytes.
      for (const block of sorted) {
        const { offset = -1, metaDataLength = -1, bodyLength = -1 } = block ?? {};
        if (!(metaDataLength >= 0 && bodyLength >= 0)) own.fail('a batch without a length');
        if (!(offset >= end && offset < end + 64))
          own.fail(`a batch starts at byte ${offset}, needed ${end}`);
        end = offset + metaDataLength + bodyLength;
      }
      if (sorted.length > 0 && !(end <= footerAt && footerAt < end + 72))
        own.fail(`the batches end at byte ${end}, needed ${footerAt}`);
    },
  };
  return own;
};
