/** G-9 of derivatives: mapping over examples and differentiating may be done in either order, and mapping nests. */
import { gradient, hessianVectorProduct } from '../../src/autodiff/gradient.js';
import { pullback } from '../../src/autodiff/pullback.js';
import { pushforward } from '../../src/autodiff/pushforward.js';
import { vmap } from '../../src/autodiff/vmap.js';
import { sum } from '../../src/operation/reduce.js';
import { reshape } from '../../src/tensor/primitive/movement.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { every, type Verdict } from '../base/verdict.js';
import { type Comparison, sameOutcome } from '../para/same.js';

/** A function that keeps the shape of an example, and batches of arguments, directions and cotangents. */
export interface MappedFunction {
  readonly name: string;
  readonly f: (x: Tensor) => Tensor;
  readonly x: Tensor;
  readonly v: Tensor;
  readonly w: Tensor;
  /** The library's own unless another is under test. */
  readonly map?: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor;
}

type Pair = readonly [Tensor, Tensor];

/**
 * G-9. D[F](x, v) = [D[f](x₀, v₀), …], R[F](x, w) = [R[f](x₀, w₀), …], and of the sum of f the same of its gradient:
 * F = vmap(f)
 */
export const commutesWithDerivatives = (
  { name, f, x, v, w, map = vmap }: MappedFunction,
  comparison?: Comparison,
): Verdict => {
  const same = (what: string, got: Tensor, expected: Tensor): Verdict =>
    sameOutcome('G-9', `${what} of ${name}`, got, expected, comparison);
  const total = (a: Tensor) => sum(f(a));
  return every([
    () =>
      same(
        'pushforward',
        pushforward(map(f))(x, v)[1],
        vmap(([a, d]: Pair) => pushforward(f)(a, d)[1])([x, v]),
      ),
    () => same('pullback', pullback(map(f))(x)[1](w), vmap(([a, d]: Pair) => pullback(f)(a)[1](d))([x, w])),
    () =>
      same(
        'Hessian-vector product',
        pushforward(map(gradient(total)))(x, v)[1],
        vmap(([a, d]: Pair) => hessianVectorProduct(total)(a, d))([x, v]),
      ),
  ]);
};

/**
 * G-9. Examples in rows and columns are examples in a row: vmap(vmap(f)) over [m, n] is vmap(f) over [m·n].
 */
export const mapsNest = (
  { name, f, x, map = vmap }: MappedFunction,
  columns: number,
  comparison?: Comparison,
): Verdict => {
  const [size = 0, ...shape] = x.shape;
  const twice = map(map(f))(reshape(x, [size / columns, columns, ...shape]));
  return sameOutcome('G-9', `vmap(vmap(${name}))`, reshape(twice, x.shape), map(f)(x), comparison);
};
