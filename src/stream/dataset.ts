/** A data set: a tree of tensors whose first axes count the same examples. */
import { dataOf } from '../backend/evaluate.js';
import { defaultBackend } from '../backend/default.js';
import { fail, showShape } from '../error.js';
import { required } from '../require.js';
import { leafPaths, leaves, unflatten } from '../tree/tree.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { type Column, columnOf, gatherRows, type Rows, sliceRows } from './rows.js';

/** Examples in memory, ready to be cut into batches. */
export interface Dataset<T> {
  readonly count: number;
  /** The examples from `start` to before `stop`. */
  readonly slice: (start: number, stop: number) => Rows<T>;
  /** These examples, in this order. */
  readonly gather: (rows: Uint32Array) => Rows<T>;
}

const countOf = (operation: string, tree: unknown, tensors: readonly AnyTensor[]): number => {
  const names = leafPaths(tree).map((path) => path.join('.') || 'the data set');
  const [first] = tensors;
  if (first === undefined)
    return fail({
      operation,
      what: 'the data set has no tensors',
      got: 'an empty tree',
      needed: 'at least one tensor',
    });
  for (const [i, { shape }] of tensors.entries()) {
    const counts = shape[0] === first.shape[0];
    if (shape.length === 0 || !counts)
      fail({
        operation,
        what: 'the tensors have different numbers of examples',
        got: `${required(names[i], 'a name')} ${showShape(shape)} beside ${required(names[0], 'a name')} ${showShape(first.shape)}`,
        needed: 'the same size of the first axis',
        hint: 'the first axis counts the examples',
      });
  }
  const [count = 0] = first.shape;
  if (count === 0)
    fail({ operation, what: 'the data set is empty', got: '0 examples', needed: 'at least one example' });
  return count;
};

/**
 * The examples of a tree of tensors; those that are expressions are evaluated, once. The tree's arrays are
 * only read. Throws if the set is empty or its first axes differ.
 */
export const datasetOf = <T>(operation: string, tree: T): Dataset<T> => {
  const tensors = leaves<AnyTensor>(tree);
  const count = countOf(operation, tree, tensors);
  const data = dataOf(tensors, defaultBackend);
  const columns = tensors.map((tensor, i) => columnOf(tensor, required(data[i], 'a tensor')));
  // The tree of the same structure; its leaves have other counts of rows, which is what `Rows` says.
  const treeOf = (each: (column: Column) => AnyTensor): Rows<T> =>
    unflatten<unknown>(tree, columns.map(each)) as Rows<T>;
  return {
    count,
    slice: (start, stop) => treeOf((column) => sliceRows(column, start, stop)),
    gather: (rows) => treeOf((column) => gatherRows(column, rows)),
  };
};
