/** Element types and the typed arrays that hold them. */
import { fail } from '../error.js';
import { required, requireOneOf } from '../require.js';

/** The element types: float32 by default, bool stored a byte an element. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint32' | 'bool';

export type FloatDType = 'float32' | 'float64';
export type IntegerDType = 'int32' | 'uint32';

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'uint32', 'bool'];

/** The typed array that holds each dtype. */
export interface DataOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly bool: Uint8Array;
}

export type Data<D extends DType = DType> = DataOf[D];

const arrays: {
  readonly [D in DType]: { readonly prototype: DataOf[D] } & (new (length: number) => DataOf[D]);
} = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
};

/** Throws if a name is not that of a dtype. */
export const requireDType = (operation: string, dtype: DType): DType =>
  requireOneOf(operation, 'dtype', dtype, dtypes);

/** A typed array of zeros. Throws if there is no memory for so many. */
export const allocate = <D extends DType>(dtype: D, length: number): DataOf[D] => {
  try {
    return new arrays[dtype](length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail({
      operation: 'allocate',
      what: 'out of memory',
      got: `an array of ${length} × ${dtype}, ${length * bytesOf[dtype]} bytes`,
      needed: 'a size that the JavaScript engine can allocate',
      hint: 'use smaller batches',
    });
  }
};

/** Whether a number is one of the dtype: any of a float, which rounds it; of an integer no fraction, NaN or what is out of range. */
export const holds = (dtype: DType, value: number): boolean => {
  switch (dtype) {
    case 'int32':
      return value === (value | 0);
    case 'uint32':
      return value === value >>> 0;
    case 'bool':
      return value === 0 || value === 1;
    default:
      return true;
  }
};

const isTruths = (data: Data): boolean => {
  // A plain loop: this runs for every mask of every step.
  for (let i = 0; i < data.length; i++) if (required(data[i], 'a byte') > 1) return false;
  return true;
};

/** The data in the array type of a dtype, bools as 0 and 1; the same array where they are already. */
export const asData = (data: Data, dtype: DType): Data => {
  // By the constructor: a `Buffer` is a Uint8Array too, and its slices share memory.
  if (data.constructor === arrays[dtype]) return dtype === 'bool' ? truthsOf(data) : data;
  const result = allocate(dtype, data.length);
  result.set(data);
  return result;
};

/** Truths as 0 and 1: a byte that is neither is 1, as cast has it. The same array where all are. */
export const truthsOf = (data: Data): Data =>
  isTruths(data) ? data : Uint8Array.from(data, (byte) => Number(byte !== 0));

/** Bytes an element. */
export const bytesOf: { readonly [D in DType]: number } = {
  float32: 4,
  float64: 8,
  int32: 4,
  uint32: 4,
  bool: 1,
};

export const isFloat = (dtype: DType): dtype is FloatDType => dtype === 'float32' || dtype === 'float64';
export const isInteger = (dtype: DType): dtype is IntegerDType => dtype === 'int32' || dtype === 'uint32';
