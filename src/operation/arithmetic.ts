/**
 * Arithmetic and comparison that broadcast, by one rule: the shapes are equal, or one is the end of the
 * other (`[10]` beside `[128, 10]`), or one is a single number. Sizes of 1 are never stretched silently.
 */
import { fail, showShape } from '../error.js';
import { requireDouble, showGiven } from '../require.js';
import type { DType } from '../tensor/dtype.js';
import * as primitive from '../tensor/primitive/arithmetic.js';
import * as comparison from '../tensor/primitive/comparison.js';
import { scalar, scalarFor } from '../tensor/primitive/constant.js';
import * as magnitude from '../tensor/primitive/magnitude.js';
import { requireKind, requireSame, typed } from '../tensor/primitive/elementwise.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { isSuffix, range, sameElements, sameShape, type Shape } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { isLeaf } from '../tree/tree.js';

/** The ends of a shape: `[]`, `[10]` and `[128, 10]` of `[128, 10]`. */
export type SuffixOf<S extends Shape> = number extends S['length'] ? Shape : EndOf<S>;

// Matched against unknown, not number, so that it resolves for sizes that are type parameters.
type EndOf<S> = S extends readonly [unknown, ...infer Rest] ? S | EndOf<readonly [...Rest]> : S;

const asTensor = (operation: string, operand: AnyTensor | number, like: AnyTensor): AnyTensor =>
  typeof operand === 'number' ? scalarFor(operation, operand, like.dtype) : operand;

/** Throws if an operand is neither a tensor nor a number, whatever its type says. */
const requireOperand = (operation: string, operand: unknown): void => {
  if (typeof operand !== 'number' && !isLeaf(operand))
    fail({
      operation,
      what: 'an argument is neither a tensor nor a number',
      got: showGiven(operand),
      hint: 'wrap data with tensor(…)',
    });
};

/** Spreads a tensor along the leading axes of `shape`, whose end it has. */
export const spread = <S extends Shape, D extends DType>(x: Tensor<Shape, D>, shape: S): Tensor<S, D> => {
  if (sameShape(x.shape, shape)) return typed(x);
  const lead = shape.length - x.shape.length;
  return broadcast(
    x,
    shape,
    range(x.shape.length).map((axis) => axis + lead),
  );
};

/** Both operands in one shape. Throws if neither shape is the end of the other. */
const aligned = (
  operation: string,
  first: AnyTensor | number,
  second: AnyTensor | number,
): readonly [AnyTensor, AnyTensor] => {
  requireOperand(operation, first);
  requireOperand(operation, second);
  const like = typeof first === 'number' ? second : first;
  if (typeof like === 'number') return [scalar(Number(first)), scalar(like)];
  const [a, b] = [asTensor(operation, first, like), asTensor(operation, second, like)];
  const shape = a.shape.length >= b.shape.length ? a.shape : b.shape;
  if (!isSuffix(a.shape, shape) || !isSuffix(b.shape, shape))
    fail({
      operation,
      what: 'the shapes do not match',
      got: `${showShape(a.shape)} and ${showShape(b.shape)}`,
      needed: 'equal shapes, or one shape that is the end of the other',
      hint: sameElements(a.shape, b.shape)
        ? `the numbers of elements are equal: reshape one of them to ${showShape(a.shape)}`
        : 'broadcast one of them explicitly with broadcast(x, shape, axes)',
    });
  return [spread(a, shape), spread(b, shape)];
};

type ResultOf<R extends DType | 'same', D extends DType> = R extends DType ? R : D;

/** A binary operation on tensors of one shape, on one and an end of it, or on one and a number. */
export interface Binary<R extends DType | 'same' = 'same', K extends DType = DType> {
  <S extends Shape, D extends K>(
    a: Tensor<S, D>,
    b: Tensor<NoInfer<S>, NoInfer<D>> | number,
  ): Tensor<S, ResultOf<R, D>>;
  <S extends Shape, D extends K>(a: number, b: Tensor<S, D>): Tensor<S, ResultOf<R, D>>;
  <S extends Shape, D extends K>(
    a: Tensor<S, D>,
    b: Tensor<SuffixOf<S> & Shape, NoInfer<D>>,
  ): Tensor<S, ResultOf<R, D>>;
  <S extends Shape, D extends K>(
    a: Tensor<SuffixOf<S> & Shape, NoInfer<D>>,
    b: Tensor<S, D>,
  ): Tensor<S, ResultOf<R, D>>;
}

/** The operation that broadcasts, of one on tensors of one shape. */
export const lift =
  <R extends DType | 'same' = 'same', K extends DType = DType>(
    name: string,
    f: (a: AnyTensor, b: AnyTensor) => AnyTensor,
  ): Binary<R, K> =>
  (first: AnyTensor | number, second: AnyTensor | number) =>
    // The rule of the primitive gives the shape and dtype that the type states.
    f(...aligned(name, first, second)) as never;

/** A comparison the other way round, whose errors name it. */
const turned = (name: string, f: (a: AnyTensor, b: AnyTensor) => AnyTensor): Binary<'bool'> =>
  lift(name, (a, b) => {
    requireKind(name, 'number', a.dtype);
    requireSame(name, a, b);
    return f(b, a);
  });

/** a + b */
export const add: Binary = lift('add', primitive.add);
/** a − b */
export const subtract: Binary = lift('subtract', primitive.subtract);
/** a·b, element by element */
export const multiply: Binary = lift('multiply', primitive.multiply);
/** a/b; a quotient of integers is cut towards 0, and by 0 it is 0 */
export const divide: Binary = lift('divide', primitive.divide);
/** The larger of two; NaN stays NaN. Where they tie, the first has the derivative. */
export const maximum: Binary = lift('maximum', magnitude.maximum);
/** The smaller of two; NaN stays NaN. Where they tie, the first has the derivative. */
export const minimum: Binary = lift('minimum', magnitude.minimum);
/**
 * Whether a = b; NaN equals nothing.
 *
 * @example
 * equal(tensor([1, 2, 3]), 2); // [0, 1, 0]
 */
export const equal: Binary<'bool'> = lift('equal', comparison.equal);
/**
 * Whether a ≠ b; NaN differs from everything, from NaN too. Throws if shapes or dtypes do not fit.
 *
 * @example
 * notEqual(tensor([1, 2, 3]), 2); // [1, 0, 1]
 */
export const notEqual: Binary<'bool'> = lift('notEqual', (a, b) => {
  requireSame('notEqual', a, b);
  return comparison.not(comparison.equal(a, b));
});
/**
 * Whether a < b; false of NaN.
 *
 * @example
 * less(tensor([1, 2, 3]), 2); // [1, 0, 0]
 */
export const less: Binary<'bool'> = lift('less', comparison.less);
/**
 * Whether a ≤ b; false of NaN.
 *
 * @example
 * lessOrEqual(tensor([1, 2, 3]), 2); // [1, 1, 0]
 */
export const lessOrEqual: Binary<'bool'> = lift('lessOrEqual', comparison.lessOrEqual);
/**
 * Whether a > b; false of NaN. Throws if shapes or dtypes do not fit, or if the dtype is bool.
 *
 * @example
 * greater(tensor([1, 2, 3]), 2); // [0, 0, 1]
 */
export const greater: Binary<'bool'> = turned('greater', comparison.less);
/**
 * Whether a ≥ b; false of NaN. Throws if shapes or dtypes do not fit, or if the dtype is bool.
 *
 * @example
 * greaterOrEqual(tensor([1, 2, 3]), 2); // [0, 1, 1]
 */
export const greaterOrEqual: Binary<'bool'> = turned('greaterOrEqual', comparison.lessOrEqual);

/**
 * x held from `low` to `high`, either of which may be infinite; the shape and dtype stay, and so does NaN. The
 * derivative is 1 from `low` to `high`, both included, and 0 outside, as PyTorch's. Throws if `low` > `high`, or if
 * the dtype does not hold them.
 *
 * @example
 * clip(tensor([-3, 0.5, 3]), -1, 1); // [-1, 0.5, 1]
 */
export const clip = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  low: number,
  high: number,
): Tensor<S, D> => {
  requireDouble('clip', 'low', low, '[-∞, ∞]');
  requireDouble('clip', 'high', high, `[${low}, ∞]`);
  requireKind('clip', 'number', x.dtype);
  const bound = (value: number): Tensor<S, D> => broadcast(scalarFor('clip', value, x.dtype), x.shape, []);
  // x stands first: where it ties with a bound, it has the derivative.
  return magnitude.minimum(magnitude.maximum(x, bound(low)), bound(high));
};
