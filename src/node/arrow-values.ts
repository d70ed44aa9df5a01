/**
 * The columns of an Arrow file as plain data; see `table-protocol.ts` for the rules of functions that run in a worker.
 */
import type { DataType, Vector } from 'apache-arrow';
import type { Column } from './table-protocol.js';

/** Makes the functions that convert vectors to columns. */
export const arrowValues = (arrow: typeof import('apache-arrow')) => {
  const own = {
    /** Converts a value to plain data: lists to arrays, decimals to numbers with their scale. */
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
      // A copy, since sending a view would send its whole buffer.
      if (value instanceof Uint8Array) return value.slice();
      return ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value;
    },

    /** An integer of 32-bit words, lowest first, divided by 10^scale and rounded once. */
    decimal(words: Uint32Array, scale: number): number {
      let whole = 0n;
      for (let i = words.length - 1; i >= 0; i--) whole = (whole << 32n) | BigInt(words[i] ?? 0);
      return Number(`${BigInt.asIntN(32 * words.length, whole)}e${-scale}`);
    },

    /** Whether the values can be used as numbers without conversion. */
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
  };
  return own;
};
