/** Gradients of functions whose result is a single number, and products with their Hessian. */
import { fail, showShape } from '../error.js';
import { isFloat } from '../tensor/dtype.js';
import { fullLike } from '../tensor/primitive/constant.js';
import type { Scalar } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { pullback } from './pullback.js';
import { pushforward } from './pushforward.js';

/** A single float. */
export type FloatScalar = Tensor<Scalar, 'float32' | 'float64'>;

const requireScalar = ({ shape, dtype }: AnyTensor): void => {
  if (shape.length > 0 || !isFloat(dtype))
    fail({
      operation: 'gradient',
      what: 'the function must return a single float',
      got: `${dtype} ${showShape(shape)}`,
      needed: 'float32 [] or float64 []',
      hint: 'take the mean or the sum of the result',
    });
};

/**
 * The value of `f` and its gradient, a tree like the argument. `f` runs once. Throws if the result is
 * not a single float.
 *
 * @example
 * valueAndGradient((x: Tensor<[2]>) => sum(multiply(x, x)))(tensor([1, 2])); // [5, [2, 4]]
 */
export const valueAndGradient =
  <A, B extends FloatScalar>(f: (a: A) => B) =>
  (a: A): readonly [value: B, gradient: A] => {
    const [value, back] = pullback(f)(a);
    requireScalar(value);
    // The cotangent 1 of the result itself: of its shape and dtype, so of its type.
    return [value, back(fullLike(value, 1) as B)];
  };

/**
 * The gradient of `f`: again a function over tensors, to any nesting.
 *
 * @example
 * gradient((x: Tensor<[]>) => multiply(x, multiply(x, x)))(scalar(2)); // 12
 */
export const gradient =
  <A>(f: (a: A) => FloatScalar) =>
  (a: A): A =>
    valueAndGradient(f)(a)[1];

/**
 * The Hessian of `f` times a tree like the argument, without the Hessian: forward over reverse.
 *
 * @example
 * hessianVectorProduct((x: Tensor<[]>) => multiply(x, multiply(x, x)))(scalar(2), scalar(1)); // 12
 */
export const hessianVectorProduct =
  <A>(f: (a: A) => FloatScalar) =>
  (a: A, v: A): A =>
    pushforward(gradient(f))(a, v)[1];
