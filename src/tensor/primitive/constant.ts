/** Tensors given as data: the leaves of expressions. */
import { fail, showShape } from '../../error.js';
import { showGiven } from '../../require.js';
import { allocate, type Data, type DType, type DataOf, holds, isFloat, requireDType } from '../dtype.js';
import { requireShape, type Shape, sizeOf } from '../shape.js';
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

/** More axes than anybody means: what is nested deeper is no array of numbers. */
const MOST_AXES = 64;

const isNumber = (value: unknown): value is number | boolean =>
  typeof value === 'number' || typeof value === 'boolean';

const refuseElement = (value: unknown): never =>
  fail({
    operation: 'tensor',
    what: 'an element is not a number',
    got: showGiven(value),
    needed: 'numbers or booleans, in arrays',
    hint: 'convert strings with Number(text)',
  });

const nestedShape = (nested: Nested): readonly number[] => {
  const shape: number[] = [];
  let part: unknown = nested;
  while (Array.isArray(part)) {
    shape.push(part.length);
    if (shape.length > MOST_AXES)
      fail({
        operation: 'tensor',
        what: 'the arrays are nested too deep',
        needed: `at most ${MOST_AXES} axes`,
      });
    part = part[0];
  }
  return shape;
};

const flatten = (nested: Nested, shape: Shape, into: number[]): void => {
  const [size] = shape;
  const needed = size === undefined ? 'a number' : `[${size}]`;
  if (!Array.isArray(nested)) {
    if (!isNumber(nested)) refuseElement(nested);
    if (size !== undefined) ragged('a number', needed);
    into.push(Number(nested));
    return;
  }
  if (nested.length !== size) ragged(`[${nested.length}]`, needed);
  for (const part of nested as readonly Nested[]) flatten(part, shape.slice(1), into);
};

const ragged = (got: string, needed: string): never =>
  fail({
    operation: 'tensor',
    what: 'the nested arrays are ragged',
    got,
    needed,
    hint: 'all rows must have the same length',
  });

/** Whether values are a typed array of numbers; of bytes without a type, or big integers, no tensor is made. */
const isData = (values: unknown): values is Data => {
  if (!ArrayBuffer.isView(values)) return false;
  if (values instanceof DataView || values instanceof BigInt64Array || values instanceof BigUint64Array)
    fail({
      operation: 'tensor',
      what: 'the data are not numbers',
      got: values.constructor.name,
      needed: 'a typed array of numbers',
      hint: 'convert them with Float64Array.from(data, Number)',
    });
  return true;
};

/** The shape of nested arrays as a type: sizes of arrays are numbers, sizes of tuples literals. */
export type ShapeOf<T> = T extends readonly (infer Part)[]
  ? number extends T['length']
    ? readonly [number, ...ShapeOf<Part>]
    : readonly [T['length'], ...ShapeOf<T[number]>]
  : readonly [];

/**
 * A tensor of nested arrays, or of a typed array and a shape, `[length]` unless given; the numbers are copied. The dtype
 * is float32 unless one is named, whatever the typed array: `tensor(Float64Array.of(0.1), 'float64')` keeps all digits.
 * Throws on ragged arrays, if the shape does not hold the numbers, and if the dtype does not: fractions and what is out
 * of range are no integers, and only 0 and 1 are bools.
 *
 * @example
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 */
export function tensor<const T extends Nested>(values: T): Tensor<ShapeOf<T>>;
export function tensor<const T extends Nested, D extends DType>(values: T, dtype: D): Tensor<ShapeOf<T>, D>;
export function tensor<D extends DType = 'float32'>(values: Data, dtype?: D): Tensor<readonly [number], D>;
export function tensor<const S extends Shape, D extends DType = 'float32'>(
  values: Data | readonly number[],
  shape: S,
  dtype?: D,
): Tensor<S, D>;
export function tensor(values: Nested | Data, second?: DType | Shape, third?: DType): AnyTensor {
  const [given, named] = typeof second === 'string' ? [undefined, second] : [second, third];
  const dtype: DType = named === undefined ? 'float32' : requireDType('tensor', named);
  if (isData(values) || given !== undefined) return ofFlat(values, given, dtype);
  const shape = nestedShape(values);
  const numbers: number[] = [];
  flatten(values, shape, numbers);
  return ofFlat(numbers, shape, dtype);
}

const ofFlat = (values: Nested | Data, given: Shape | undefined, dtype: DType): AnyTensor => {
  const numbers: Data | readonly number[] = isData(values) ? values : (values as readonly number[]);
  if (!isData(values) && !(Array.isArray(values) && values.every(isNumber)))
    refuseElement(Array.isArray(values) ? values.find((value) => !isNumber(value)) : values);
  const shape = given ?? [numbers.length];
  requireShape('tensor', shape);
  if (sizeOf(shape) !== numbers.length)
    fail({
      operation: 'tensor',
      what: `the shape does not match the ${numbers.length} numbers`,
      got: showShape(shape),
      needed: `a shape of ${numbers.length} elements`,
    });
  const data = allocate(dtype, numbers.length);
  data.set(numbers);
  if (!isFloat(dtype) && (dtype === 'bool' || numbers.constructor !== data.constructor))
    for (let i = 0; i < data.length; i++) requireHeld('tensor', Number(numbers[i]), dtype, ` at ${i}`);
  return constant(data, Object.freeze([...shape]), dtype);
};

/** Throws if a number would become another in the dtype: a fraction, or what is out of range, of an integer. */
const requireHeld = (operation: string, value: number, dtype: DType, where = ''): void => {
  if (typeof value === 'number' && holds(dtype, value)) return;
  fail({
    operation,
    what: `${dtype} cannot represent the number`,
    got: `${showGiven(value)}${where}`,
    needed: dtype === 'bool' ? '0 or 1' : isFloat(dtype) ? 'a number' : `integers in the range of ${dtype}`,
    ...(isFloat(dtype) ? {} : { hint: 'use a float32 tensor: cast converts' }),
  });
};

/**
 * A single number. Throws if the dtype does not hold it: a fraction, or what is out of range, is no integer; a bool is 0
 * or 1. Floats round.
 */
export const scalar = <D extends DType = 'float32'>(value: number, dtype?: D): Tensor<readonly [], D> =>
  // Left out, the dtype is float32, as the type's default says.
  scalarFor('scalar', value, dtype ?? ('float32' as D));

/** A single number that stands beside a tensor of this dtype. Throws, naming the operation, if the dtype does not hold it. */
export const scalarFor = <D extends DType>(
  operation: string,
  value: number,
  dtype: D,
): Tensor<readonly [], D> => {
  requireDType(operation, dtype);
  requireHeld(operation, value, dtype);
  const data = allocate(dtype, 1);
  data[0] = value;
  return makeTensor([], dtype, { kind: 'constant', data, exact: value }, 0);
};

/** The tensor of this shape, the same number everywhere; it takes no memory. Throws as `scalar`, and on a wrong shape. */
export const full = <const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  value: number,
  dtype?: D,
): Tensor<S, D> => {
  requireShape('full', shape);
  return broadcast(scalarFor('full', value, dtype ?? ('float32' as D)), shape, []);
};

/** A tensor of the shape and dtype of another, the same number everywhere. Throws as `scalar`. */
export const fullLike = <S extends Shape, D extends DType>(like: Tensor<S, D>, value: number): Tensor<S, D> =>
  broadcast(scalarFor('fullLike', value, like.dtype), like.shape, []);
