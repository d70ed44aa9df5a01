/** Batches of a stream of examples: pulled, and never more than one batch in memory. */
import { dataOf, defaultBackend } from '../backend/evaluate.js';
import { fail, showShape } from '../error.js';
import type { Stacked } from '../operation/scan.js';
import { requireCount, required, requireOneOf } from '../require.js';
import { allocate, type Data } from '../tensor/dtype.js';
import { sameShape, sizeOf } from '../tensor/shape.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leafPaths, leaves, structureOf, unflatten } from '../tree/tree.js';
import { type Remainder, REMAINDERS } from './batches.js';
import { closeOnce } from './map-pulled.js';
import { pulling } from './async-iterator.js';
import { type Column, copyRow, tensorOfRows } from './rows.js';
import { turns } from './event-loop.js';

export interface BatchesOfOptions {
  /** Examples per batch. */
  readonly size: number;
  readonly remainder?: Remainder;
}

/** The structure, shapes and dtypes of the first example. */
interface Like {
  readonly example: unknown;
  readonly structure: string;
  readonly columns: readonly Omit<Column, 'data'>[];
}

const likeOf = (example: unknown): Like => ({
  example,
  structure: structureOf(example),
  columns: leaves<AnyTensor>(example).map(({ shape, dtype }) => ({ shape, dtype, width: sizeOf(shape) })),
});

const describe = ({ dtype, shape }: Pick<Column, 'dtype' | 'shape'>): string =>
  `${dtype} ${showShape(shape)}`;

/** The leaves of an example. Throws if its structure, shapes or dtypes differ from those of the first. */
const tensorsLike = ({ structure, columns }: Like, example: unknown, index: number): readonly AnyTensor[] => {
  const tensors = leaves<AnyTensor>(example);
  const found = structureOf(example);
  if (found !== structure)
    fail({
      operation: 'batchesOf',
      what: `example ${index} has another structure than the first`,
      got: found,
      needed: structure,
    });
  for (const [i, column] of columns.entries()) {
    const tensor = tensors[i];
    if (tensor === undefined || (tensor.dtype === column.dtype && sameShape(tensor.shape, column.shape)))
      continue;
    const name = required(leafPaths(example)[i], 'a path').join('.');
    fail({
      operation: 'batchesOf',
      what: `example ${index} has another shape or dtype than the first`,
      got: `${name} ${describe(tensor)}`.trim(),
      needed: `${name} ${describe(column)}`.trim(),
      hint: 'pad, crop or filter the examples before batching',
    });
  }
  return tensors;
};

const stacked = <T>({ example, columns }: Like, data: readonly Data[], rows: number): Stacked<T> => {
  const tensors = columns.map((column, i) => {
    const own = required(data[i], 'a column');
    return tensorOfRows(column, own.subarray(0, rows * column.width), rows);
  });
  // The structure is that of the example, and every leaf has a new first axis, as `Stacked` states.
  return unflatten(example, tensors) as Stacked<T>;
};

/** Collects examples one by one. Returns a batch when it is full, and the remainder at the end. */
const gathering = <T>(size: number, remainder: Remainder) => {
  let like: Like | undefined;
  let data: readonly Data[] = [];
  let index = 0;
  return {
    add: (example: T): Stacked<T> | undefined => {
      like ??= likeOf(example);
      const row = index % size;
      const tensors = tensorsLike(like, example, index);
      if (row === 0) data = like.columns.map(({ dtype, width }) => allocate(dtype, size * width));
      for (const [i, own] of dataOf(tensors, defaultBackend).entries())
        copyRow(own, 0, required(data[i], 'a column'), row, required(like.columns[i], 'a column').width);
      index += 1;
      return row + 1 === size ? stacked<T>(like, data, size) : undefined;
    },
    rest: (): Stacked<T> | undefined => {
      const left = index % size;
      if (like === undefined || left === 0 || remainder !== 'keep') return undefined;
      index = 0;
      return stacked<T>(like, data, left);
    },
  };
};

/**
 * Stacks the examples of a stream, trees of tensors, into batches: the same tree with a new first axis `size`. Reads
 * the source only when a batch is requested, and calls its `return` when the consumer stops. The result can be iterated
 * again if the source can. Unlike `batches`, it does not know the number of examples, does not shuffle, and has one
 * epoch.
 *
 * Throws if an option is invalid; while running, if an example differs from the first in structure, shape or dtype.
 *
 * @example
 * from(batchesOf(examples, { size: 32 })).pipe(train(mnist, { key: key(1) }));
 */
export const batchesOf = <T>(
  source: AsyncIterable<T>,
  { size, remainder = 'drop' }: BatchesOfOptions,
): AsyncIterable<Stacked<T>> => {
  requireCount('batchesOf', 'size', size);
  requireOneOf('batchesOf', 'remainder', remainder, REMAINDERS);
  return {
    [Symbol.asyncIterator]: () => {
      const { next, release } = closeOnce(source);
      const { add, rest } = gathering<T>(size, remainder);
      const due = turns();
      return pulling({
        next: async (): Promise<IteratorResult<Stacked<T>, unknown>> => {
          for (;;) {
            // A fast source with large batches must not block the event loop.
            const turn = due();
            if (turn !== undefined) await turn;
            const result = await next();
            const batch = result.done === true ? rest() : add(result.value);
            if (batch !== undefined) return { done: false, value: batch };
            if (result.done === true) return result;
          }
        },
        release,
      });
    },
  };
};
