/** What a step predicted of its examples, before it learned from them, beside what came. */
import { fail, showShape } from '../../error.js';
import { required } from '../../require.js';
import type { Data } from '../../tensor/dtype.js';
import { sizeOf } from '../../tensor/shape.js';
import type { AnyTensor } from '../../tensor/tensor.js';
import { leafPaths, leaves } from '../../tree/tree.js';
import { type Example, type Numbers, putAt } from './example.js';

/** Plain numbers, as those of an example: a number, a list of all numbers of a tensor, or a record of such. */
export type PredictionPair = { readonly prediction: Numbers; readonly target: Numbers };

const rowOf = (data: Data, width: number, isNumber: boolean, row: number): Numbers =>
  isNumber ? Number(data[row]) : Array.from(data.subarray(row * width, (row + 1) * width));

/**
 * The predictions of a batch, whose tensors are like those of `like`, one by one beside their targets. Throws if a
 * prediction does not have the examples as its first axis.
 */
export const predictedOf = (
  like: unknown,
  data: readonly Data[],
  batch: readonly Example[],
): readonly PredictionPair[] => {
  const tensors = leaves<AnyTensor>(like);
  const paths = leafPaths(like);
  for (const { shape } of tensors)
    if (shape[0] !== batch.length)
      fail({
        operation: 'online',
        what: 'the predictions have no axis of examples',
        got: showShape(shape),
        needed: `[${batch.length}, …], the examples as the first axis`,
      });
  return batch.map(({ target }, row) => {
    const tree: Record<string, Numbers> = {};
    let whole: Numbers = tree;
    for (const [i, { shape }] of tensors.entries()) {
      const own = required(data[i], 'a prediction');
      const numbers = rowOf(own, sizeOf(shape.slice(1)), shape.length === 1, row);
      const path = required(paths[i], 'a path');
      if (path.length === 0) whole = numbers;
      else putAt(tree, path, numbers);
    }
    return { prediction: whole, target };
  });
};

/** Of a run that was not asked to tell them. */
export const noPredictions = (): never =>
  fail({
    operation: 'online',
    what: 'the run does not compute predictions',
    needed: 'the option predictions: true',
  });
