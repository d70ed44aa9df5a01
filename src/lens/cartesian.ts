/** Copies and projections, the structure of a category with products; gradients of copies are added. */
import { isFloat } from '../tensor/dtype.js';
import { add } from '../tensor/primitive/arithmetic.js';
import { fullLike } from '../tensor/primitive/constant.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { mapTree, zipTrees } from '../tree/tree.js';
import type { SimpleLens } from './lens.js';

/** The sum of two cotangents, leaf by leaf; leaves that are not floats have no cotangent. */
export const addTrees = <T>(first: T, second: T): T =>
  zipTrees('sum of changes', first, second, (a, b) => {
    // The leaves of a cotangent are tensors.
    const [x, y] = [a as AnyTensor, b as AnyTensor];
    return isFloat(x.dtype) ? add(x, y) : x;
  });

/** The zero cotangent of a tree. */
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
