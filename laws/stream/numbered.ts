/** A data set whose n-th example is n everywhere, so that batches show which examples they are made of. */
import type { Sampler } from '../arbitrary/draw.js';
import { dataOf } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import { type Key, key } from '../../src/operation/random.js';
import type { Batches, BatchesOptions, Remainder } from '../../src/stream/batches.js';
import type { Rows } from '../../src/stream/rows.js';
import { tensor } from '../../src/tensor/primitive/constant.js';
import type { Tensor } from '../../src/tensor/tensor.js';

export interface Numbered {
  readonly input: Tensor<readonly [number, number]>;
  readonly target: Tensor<readonly [number], 'int32'>;
}

/** What cuts a data set into batches: `batches`, unless a stand-in is under test. */
export type Batcher = (
  tree: Numbered,
  options: BatchesOptions,
) => Pick<Batches<Rows<Numbered>>, 'perEpoch' | 'total'> & Iterable<Rows<Numbered>>;

/** How a data set is cut. */
export interface Cut {
  readonly count: number;
  readonly width: number;
  readonly size: number;
  readonly epochs: number;
  readonly remainder: Remainder;
  readonly seed: number | undefined;
}

/** The examples of a batch, as each part of it tells them. */
export interface Drawn {
  readonly target: Int32Array;
  readonly input: Float32Array;
  readonly rows: readonly number[];
}

export const drawCut = ({ integer, pick }: Sampler): Cut => {
  const count = integer(1, 40);
  return {
    count,
    width: pick([1, 3, 30]) ?? 1,
    size: integer(1, count),
    epochs: integer(1, 3),
    remainder: pick(['drop', 'keep'] as const) ?? 'drop',
    seed: pick(['shuffled', 'in order']) === 'shuffled' ? integer(0, 2 ** 30) : undefined,
  };
};

export const numbered = ({ count, width }: Pick<Cut, 'count' | 'width'>): Numbered => ({
  input: tensor(
    Float32Array.from({ length: count * width }, (_, i) => Math.floor(i / width)),
    [count, width],
  ),
  target: tensor(
    Int32Array.from({ length: count }, (_, i) => i),
    [count],
    'int32',
  ),
});

const shuffleOf = (seed: number | undefined): { readonly shuffle?: Key } =>
  seed === undefined ? {} : { shuffle: key(seed) };

export const optionsOf = ({ size, epochs, remainder, seed }: Cut): BatchesOptions => ({
  size,
  epochs,
  remainder,
  ...shuffleOf(seed),
});

/** A batch as its own copy of numbers. */
export const drawnOf = ({ input, target }: Rows<Numbered>): Drawn => {
  const [x = [], t = []] = dataOf([input, target], reference());
  return {
    input: Float32Array.from(x),
    target: Int32Array.from(t),
    rows: [input.shape[0], target.shape[0]],
  };
};

export const drawnBy = (batcher: Batcher, cut: Cut): readonly Drawn[] =>
  [...batcher(numbered(cut), optionsOf(cut))].map(drawnOf);

/** The numbers of the examples, one batch after the other. */
export const orderOf = (drawn: readonly Drawn[]): Int32Array =>
  Int32Array.from(drawn.flatMap(({ target }) => [...target]));
