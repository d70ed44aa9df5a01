/** Batches as sets of examples: joined, cut and put into another order along their first axes. */
import { dataOf } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import { allocate, type Data, type DType } from '../../src/tensor/dtype.js';
import { constant } from '../../src/tensor/primitive/constant.js';
import { type Shape, sizeOf } from '../../src/tensor/shape.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves, unflatten } from '../../src/tree/tree.js';

const tensorOf = (data: Data, rows: number, { shape, dtype }: AnyTensor): AnyTensor =>
  constant<Shape, DType>(data, [rows, ...shape.slice(1)], dtype);

/** How many examples a batch has: the first axis of its first leaf. */
export const countOf = (batch: unknown): number => leaves<AnyTensor>(batch)[0]?.shape[0] ?? 0;

/** The examples of all batches, in order, as one batch. */
export const joinedBatches = <B>(batches: readonly [B, ...B[]]): B => {
  const parts = batches.map((batch) => leaves<AnyTensor>(batch));
  const [first] = batches;
  const joined = leaves<AnyTensor>(first).map((like, i) => {
    const own = parts.flatMap((each) => each[i] ?? []);
    const arrays = dataOf(own, reference());
    const width = sizeOf(like.shape.slice(1));
    const rows = own.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
    const data = allocate(like.dtype, rows * width);
    let at = 0;
    for (const array of arrays) {
      data.set(array, at);
      at += array.length;
    }
    return tensorOf(data, rows, like);
  });
  return unflatten(first, joined);
};

/** These examples of a batch, in this order. */
export const chosenExamples = <B>(batch: B, rows: readonly number[]): B => {
  const tensors = leaves<AnyTensor>(batch);
  const arrays = dataOf(tensors, reference());
  return unflatten(
    batch,
    tensors.map((like, i) => {
      const width = sizeOf(like.shape.slice(1));
      const data = allocate(like.dtype, rows.length * width);
      for (const [at, row] of rows.entries())
        for (let j = 0; j < width; j++) data[at * width + j] = arrays[i]?.[row * width + j] ?? 0;
      return tensorOf(data, rows.length, like);
    }),
  );
};
