/** Element types and the typed arrays that hold them. */

/** The element types: float32 by default, bool stored a byte an element. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint32' | 'bool';

export type FloatDType = 'float32' | 'float64';
export type IntegerDType = 'int32' | 'uint32';

/** The typed array that holds each dtype. */
export interface DataOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly bool: Uint8Array;
}

export type Data<D extends DType = DType> = DataOf[D];

const allocators: { readonly [D in DType]: (length: number) => DataOf[D] } = {
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
  int32: (length) => new Int32Array(length),
  uint32: (length) => new Uint32Array(length),
  bool: (length) => new Uint8Array(length),
};

/** A typed array of zeros. */
export const allocate = <D extends DType>(dtype: D, length: number): DataOf[D] => allocators[dtype](length);

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
