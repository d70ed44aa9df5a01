/** Reverse mode: the value of a function, and the map from cotangents of its result to its argument's. */
import { fail, showShape } from '../error.js';
import { unflatten } from '../tree/tree.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { sameShape } from '../tensor/shape.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { sweep } from './sweep.js';
import { tensorsOf, variablesOf } from './variable.js';

const requireCotangents = (results: readonly AnyTensor[], cotangents: readonly AnyTensor[]): void => {
  for (const [i, result] of results.entries()) {
    const cotangent = cotangents[i];
    if (cotangent === undefined || cotangents.length !== results.length)
      return fail({
        operation: 'pullback',
        what: 'a cotangent of another structure',
        got: `${cotangents.length} leaves`,
        needed: `${results.length}, like the result`,
      });
    if (!sameShape(result.shape, cotangent.shape) || result.dtype !== cotangent.dtype)
      fail({
        operation: 'pullback',
        what: 'a cotangent unlike its result',
        got: `${cotangent.dtype} ${showShape(cotangent.shape)}`,
        needed: `${result.dtype} ${showShape(result.shape)}`,
      });
  }
};

/**
 * The value of `f` at a tree of tensors, and its pullback w ↦ Jᵀ·w, a linear map from cotangents like the
 * result to cotangents like the argument. `f` runs once; the pullback may be called any number of times.
 * Cotangents of leaves that are no floats are zeros. Throws where a cotangent is unlike the result.
 *
 * @example
 * const [y, back] = pullback((x: Tensor<[2]>) => multiply(x, x))(tensor([3, 4]));
 * back(tensor([1, 1])); // [6, 8]
 */
export const pullback =
  <A, B>(f: (a: A) => B) =>
  (a: A): readonly [b: B, pullback: (db: B) => A] => {
    const sources = variablesOf(tensorsOf(a));
    const b = f(unflatten(a, sources));
    const results = tensorsOf(b);
    const back = (db: B): A => {
      const cotangents = tensorsOf(db);
      requireCotangents(results, cotangents);
      const found = sweep(sources, results, cotangents);
      return unflatten(
        a,
        sources.map((source, i) => found[i] ?? fullLike(source, 0)),
      );
    };
    return [b, back];
  };
