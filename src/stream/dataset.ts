/** A data set: a tree of tensors whose first axes count the same examples. */
import { dataOf, defaultBackend } from '../backend/evaluate.js';
import { fail, showShape } from '../error.js';
import { required } from '../require.js';
import { leafPaths, leaves, unflatten } from '../tree/tree.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { type Column, columnOf, gatherRows, type Rows, sliceRows } from './rows.js';

/** Examples in memory. */
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
 * Makes a data set of a tree of tensors. Expressions are evaluated once. The arrays are only read. Throws if the data
 * set is empty or the first axes differ.
 */
export const datasetOf = <T>(operation: string, tree: T): Dataset<T> => {
  const tensors = leaves<AnyTensor>(tree);
  const count = countOf(operation, tree, tensors);
  const data = dataOf(tensors, defaultBackend);
  const columns = tensors.map((tensor, i) => columnOf(tensor, required(data[i], 'a tensor')));
  // A tree of the same structure whose leaves have another number of rows, as `Rows` states.
  const treeOf = (each: (column: Column) => AnyTensor): Rows<T> =>
    unflatten<unknown>(tree, columns.map(each)) as Rows<T>;
  return {
    count,
    slice: (start, stop) => treeOf((column) => sliceRows(column, start, stop)),
    gather: (rows) => treeOf((column) => gatherRows(column, rows)),
  };
};
