/** Tensors given as data: the leaves of expressions. */
import { fail, showShape } from '../../error.js';
import { allocate, type Data, type DType, type DataOf, isFloat } from '../dtype.js';
import { type Shape, sizeOf } from '../shape.js';
import { type AnyTensor, makeTensor, type Tensor } from '../tensor.js';
import { broadcast } from './reduction.js';

/** A tensor that owns `data`, row-major. */
export const constant = <S extends Shape, D extends DType>(
  data: DataOf[D],
  shape: S,
  dtype: D,
): Tensor<S, D> => makeTensor(shape, dtype, { kind: 'constant', data }, 0);

/** Numbers nested in arrays to any depth. */
export type Nested = number | boolean | readonly Nested[];

const nestedShape = (nested: Nested): readonly number[] => {
  if (typeof nested === 'number' || typeof nested === 'boolean') return [];
  const [first] = nested;
  return [nested.length, ...(first === undefined ? [] : nestedShape(first))];
};

const flatten = (nested: Nested, shape: Shape, into: number[]): void => {
  if (typeof nested === 'number' || typeof nested === 'boolean') {
    if (shape.length > 0) ragged('a number', `[${shape[0] ?? 0}]`);
    into.push(Number(nested));
    return;
  }
  if (nested.length !== shape[0])
    ragged(`[${nested.length}]`, shape.length === 0 ? 'a number' : `[${shape[0] ?? 0}]`);
  for (const part of nested) flatten(part, shape.slice(1), into);
};

const ragged = (got: string, needed: string): never =>
  fail({ operation: 'tensor', what: 'ragged nested arrays', got, needed, hint: 'give every row one length' });

const isData = (values: Nested | Data): values is Data => ArrayBuffer.isView(values);

/** The shape of nested arrays as a type: sizes of arrays are numbers, sizes of tuples literals. */
export type ShapeOf<T> = T extends readonly (infer Part)[]
  ? number extends T['length']
    ? readonly [number, ...ShapeOf<Part>]
    : readonly [T['length'], ...ShapeOf<T[number]>]
  : readonly [];

/**
 * A tensor of nested arrays, or of a typed array and a shape; the numbers are copied. The dtype is float32
 * unless one is named. Throws on ragged arrays and where the shape does not hold the numbers.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 */
export function tensor<const T extends Nested>(values: T): Tensor<ShapeOf<T>>;
export function tensor<const T extends Nested, D extends DType>(values: T, dtype: D): Tensor<ShapeOf<T>, D>;
export function tensor<const S extends Shape, D extends DType = 'float32'>(
  values: Data | readonly number[],
  shape: S,
  dtype?: D,
): Tensor<S, D>;
export function tensor(values: Nested | Data, second?: DType | Shape, third?: DType): AnyTensor {
  const [given, named] = typeof second === 'string' ? [undefined, second] : [second, third];
  const dtype: DType = named ?? 'float32';
  if (isData(values) || given !== undefined) return ofFlat(values, given, dtype);
  const shape = nestedShape(values);
  const numbers: number[] = [];
  flatten(values, shape, numbers);
  return ofFlat(numbers, shape, dtype);
}

const ofFlat = (values: Nested | Data, given: Shape | undefined, dtype: DType): AnyTensor => {
  const numbers: Data | readonly number[] = isData(values) ? values : (values as readonly number[]);
  const shape = given ?? [numbers.length];
  if (!shape.every((size) => Number.isInteger(size) && size >= 0) || sizeOf(shape) !== numbers.length)
    fail({
      operation: 'tensor',
      what: `a shape that does not hold ${numbers.length} numbers`,
      got: showShape(shape),
      needed: `whole sizes whose product is ${numbers.length}`,
    });
  const data = allocate(dtype, numbers.length);
  data.set(numbers);
  if (!isFloat(dtype) && numbers.constructor !== data.constructor) requireHeld(numbers, data, dtype);
  return constant(data, Object.freeze([...shape]), dtype);
};

/** Throws where a number has become another: a fraction, or too large for an integer or a truth. */
const requireHeld = (numbers: ArrayLike<number>, data: Data, dtype: DType): void => {
  for (let i = 0; i < data.length; i++)
    if (numbers[i] !== data[i] || (dtype === 'bool' && Number(numbers[i]) > 1))
      fail({
        operation: 'tensor',
        what: `a number that ${dtype} does not hold`,
        got: `${numbers[i]} at ${i}`,
        needed: dtype === 'bool' ? '0 or 1' : `whole numbers in the range of ${dtype}`,
        hint: 'make a float32 tensor and convert it with cast',
      });
};

/** A single number. */
export const scalar = <D extends DType = 'float32'>(value: number, dtype?: D): Tensor<readonly [], D> => {
  // Left out, the dtype is float32, as the type's default says.
  const chosen = dtype ?? ('float32' as D);
  const data = allocate(chosen, 1);
  data[0] = value;
  return makeTensor([], chosen, { kind: 'constant', data, exact: value }, 0);
};

/** The tensor of this shape, the same number everywhere; it takes no memory. */
export const full = <const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  value: number,
  dtype?: D,
): Tensor<S, D> => broadcast(scalar(value, dtype), shape, []);

/** A tensor of the shape and dtype of another, the same number everywhere. */
export const fullLike = <S extends Shape, D extends DType>(like: Tensor<S, D>, value: number): Tensor<S, D> =>
  full(like.shape, value, like.dtype);
