/** A function with a backward of its own. */
import { unflatten } from '../tree/tree.js';
import { custom } from '../tensor/primitive/conversion.js';
import { fullLike } from '../tensor/primitive/constant.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { tensorsOf, variablesOf } from './variable.js';

/**
 * `f`, differentiated by the rule `backward(a)(db) = da` instead of through its own expression. The rule
 * must be linear in the cotangent; it is differentiated itself for second derivatives.
 *
 * @example
 * const softplus = withPullback(f, (x: Tensor) => (dy: Tensor) => multiply(dy, sigmoid(x)));
 */
export const withPullback =
  <A, B>(f: (a: A) => B, backward: (a: A) => (db: B) => A) =>
  (a: A): B => {
    const inputs = variablesOf(tensorsOf(a));
    const b = f(unflatten(a, inputs));
    const results = tensorsOf(b);
    // The leaves are linked to the rule one by one; what the others would add is the rule at 0, which is 0.
    const parts = results.map((result, i) =>
      custom(result, inputs, (x: readonly AnyTensor[], cotangent: AnyTensor) => {
        const db = unflatten(
          b,
          results.map((other, j) => (j === i ? cotangent : fullLike(other, 0))),
        );
        return tensorsOf(backward(unflatten(a, x))(db));
      }),
    );
    return unflatten(b, parts);
  };
