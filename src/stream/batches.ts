/** Batches of a data set in memory: the stream that training is a fold over. */
import { dataOf, defaultBackend } from '../backend/evaluate.js';
import { fail } from '../error.js';
import type { Key } from '../operation/random.js';
import { type KeyWords, permutation } from '../random/permutation.js';
import { requireCount, required, requireOneOf } from '../require.js';
import { requireKey } from '../tensor/primitive/generation.js';
import { type Dataset, datasetOf } from './dataset.js';
import type { Rows } from './rows.js';
import { withTurns } from './event-loop.js';

/** Whether to drop or keep the last examples of an epoch if they do not fill a batch. */
export type Remainder = 'drop' | 'keep';

export const REMAINDERS: readonly Remainder[] = ['drop', 'keep'];

export interface BatchesOptions {
  /** Examples per batch. */
  readonly size: number;
  /** The key that determines, with the epoch, the order of the examples. Without it they keep their order. */
  readonly shuffle?: Key;
  /** The number of epochs; `Infinity` for an endless stream. */
  readonly epochs?: number;
  readonly remainder?: Remainder;
}

/** Batches that can be iterated any number of times, with the same batches each time. */
export interface Batches<T> extends Iterable<T>, AsyncIterable<T> {
  readonly perEpoch: number;
  /** The number of batches of all epochs. */
  readonly total: number;
}

const requireFit = (size: number, epochs: number, count: number): void => {
  requireCount('batches', 'size', size);
  if (size > count)
    fail({
      operation: 'batches',
      what: 'the batch is larger than the data set',
      got: `size ${size}`,
      needed: `at most ${count}`,
      hint: 'use smaller batches or more examples',
    });
  if (epochs !== Infinity) requireCount('batches', 'epochs', epochs);
};

interface Plan {
  readonly size: number;
  readonly epochs: number;
  readonly perEpoch: number;
  readonly shuffle: KeyWords | undefined;
}

/** Makes each batch when it is requested, so that at most one is in memory. */
function* each<T>(dataset: Dataset<T>, { size, epochs, perEpoch, shuffle }: Plan): Generator<Rows<T>> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffle && permutation(shuffle, epoch, dataset.count);
    for (let batch = 0; batch < perEpoch; batch++) {
      const [start, stop] = [batch * size, Math.min((batch + 1) * size, dataset.count)];
      yield order === undefined ? dataset.slice(start, stop) : dataset.gather(order.subarray(start, stop));
    }
  }
}

const wordsOf = (key: Key | undefined): KeyWords | undefined => {
  if (key === undefined) return undefined;
  requireKey('batches', key);
  const [first, second] = required(dataOf([key], defaultBackend)[0], 'a key');
  return [required(first, 'a word'), required(second, 'a word')];
};

/**
 * Cuts a tree of tensors, whose first axes all count the examples, into batches: the same tree with first axis `size`.
 * With `shuffle`, each epoch has a different order, determined by the key and the epoch. The last examples that do not
 * fill a batch are dropped, or with `remainder: 'keep'` form a shorter batch. The arrays are only read. Iterating again
 * gives the same batches.
 *
 * As an `Iterable` it is for plain loops. As an `AsyncIterable`, for rxjs, it yields to the event loop every 16 ms, so
 * that timers run and unsubscribing works.
 *
 * Throws if the data set is empty, if the first axes differ, or if an option is invalid. Laws: F-4, F-14.
 *
 * @example
 * const data = batches({ input, target }, { size: 128, shuffle: key(1), epochs: 5 });
 * for (const { input, target } of data) break; // input [128, 784], target [128]
 * from(data).pipe(train(mnist, { key: key(2) }));
 */
export const batches = <T>(tree: T, options: BatchesOptions): Batches<Rows<T>> => {
  const { size, shuffle, epochs = 1, remainder = 'drop' } = options;
  requireOneOf('batches', 'remainder', remainder, REMAINDERS);
  const dataset = datasetOf('batches', tree);
  requireFit(size, epochs, dataset.count);
  const perEpoch = (remainder === 'drop' ? Math.floor : Math.ceil)(dataset.count / size);
  const plan = { size, epochs, perEpoch, shuffle: wordsOf(shuffle) };
  const iterate = (): Iterator<Rows<T>> => each(dataset, plan);
  return {
    [Symbol.iterator]: iterate,
    [Symbol.asyncIterator]: () => withTurns({ [Symbol.iterator]: iterate }),
    perEpoch,
    total: perEpoch * epochs,
  };
};
