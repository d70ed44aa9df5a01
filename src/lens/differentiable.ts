/** Lenses whose backward is derived: any function over trees of tensors is one. */
import { pullback } from '../autodiff/pullback.js';
import { requireFunction } from '../require.js';
import { mapTree, zipTrees } from '../tree/tree.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { add } from '../tensor/primitive/arithmetic.js';
import { isFloat } from '../tensor/dtype.js';
import type { AnyTensor } from '../tensor/tensor.js';
import type { SimpleLens } from './lens.js';

/** The lens of a function and its reverse derivative. */
export const differentiate = <A, B>(f: (a: A) => B): SimpleLens<A, B> => {
  requireFunction('differentiate', 'f', f);
  return { run: pullback(f) };
};

/** The name in a record of parameters under which stands what is replaced at each step, not moved. */
export const CARRIED = 'carried';

/**
 * The sum of two changes, leaf by leaf; what is no float has no change to add. What is carried is no change but
 * the next value, and of two the second is the later.
 */
export const addTrees = <T>(first: T, second: T): T =>
  zipTrees('sum of changes', first, second, (a, b, path) => {
    // The leaves of a change are tensors.
    const [x, y] = [a as AnyTensor, b as AnyTensor];
    if (path.includes(CARRIED)) return y;
    return isFloat(x.dtype) ? add(x, y) : x;
  });

/** The zero change of a tree. */
export const zerosLike = <T>(tree: T): T => mapTree(tree, (each) => fullLike(each as AnyTensor, 0));

/** a ↦ (a, a), da + da′ ↤ (da, da′) */
export const copy = <A>(): SimpleLens<A, readonly [A, A]> => ({
  run: (a) => [[a, a], ([first, second]) => addTrees(first, second)],
});

/** (a, b) ↦ a, (da, 0) ↤ da */
export const projectFirst = <A, B>(): SimpleLens<readonly [A, B], A> => ({
  run: ([a, b]) => [a, (da) => [da, zerosLike(b)]],
});

/** (a, b) ↦ b, (0, db) ↤ db */
export const projectSecond = <A, B>(): SimpleLens<readonly [A, B], B> => ({
  run: ([a, b]) => [b, (db) => [zerosLike(a), db]],
});
