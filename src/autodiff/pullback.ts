/** Reverse mode: the value of a function, and the map from cotangents of its result to its argument's. */
import { unflatten } from '../tree/tree.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { requireLike, tensorsOf, variablesOf } from './variable.js';
import { sweep } from './sweep.js';

/**
 * The value of `f` at a tree of tensors, and its pullback w ↦ Jᵀ·w, a linear map from cotangents like the
 * result to cotangents like the argument. `f` runs once; the pullback may be called any number of times.
 * Cotangents of leaves that are no floats are zeros. Throws if a cotangent is unlike the result.
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
      requireLike({ operation: 'pullback', what: 'cotangent', like: 'result' }, results, cotangents);
      const found = sweep(sources, results, cotangents);
      return unflatten(
        a,
        sources.map((source, i) => found[i] ?? fullLike(source, 0)),
      );
    };
    return [b, back];
  };
