/** Batches and watching operators with planted bugs. */
import {
  batches,
  type BatchesOptions,
  earlyStopping,
  evaluate,
  type Rows,
  type Tensor,
  tensor,
} from 'paralens';
import { leaves } from 'paralens/program';
import {
  type Batcher,
  batcherLaws,
  brokenLaws,
  drawCut,
  drawing,
  type Numbered,
  passesOn,
} from 'paralens/laws/kit';
import { filter, map, type MonoTypeOperatorFunction } from 'rxjs';
import type { Suspect } from './suspect.js';

const cuts = drawing(drawCut);

const suspect = (name: string, killedBy: readonly string[], batcher: Batcher): Suspect => ({
  name: `batches: ${name}`,
  killedBy,
  breaks: () => brokenLaws(cuts, batcherLaws('batches', batcher), { runs: 30 }),
});

type Order = (count: number, epoch: number, seed: number | undefined) => readonly number[];

const inOrder = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** Whole numbers that look random, of a seed: a linear congruential generator. */
const generator = (seed: number): ((bound: number) => number) => {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
};

const shuffled = (count: number, seed: number): readonly number[] => {
  const below = generator(seed);
  const order = [...inOrder(count)];
  for (let last = count - 1; last > 0; last--) {
    const chosen = below(last + 1);
    [order[last], order[chosen]] = [order[chosen] ?? 0, order[last] ?? 0];
  }
  return order;
};

const seedOf = ({ shuffle }: BatchesOptions): number | undefined =>
  shuffle && evaluate(shuffle).data.reduce((sum, word) => (Math.imul(sum, 31) + word) >>> 0, 7);

const rowsOf = ({ input, target }: Numbered, inputs: readonly number[], targets = inputs): Rows<Numbered> => {
  const [, width] = input.shape;
  const [x, t] = [evaluate(input).data, evaluate(target).data];
  const picked = inputs.flatMap((row) => [...x.subarray(row * width, (row + 1) * width)]);
  return {
    input: tensor(Float32Array.from(picked), [inputs.length, width]),
    target: tensor(
      Int32Array.from(targets, (row) => t[row] ?? -1),
      [targets.length],
      'int32',
    ),
  };
};

/** Batches by hand, in an order that is given. */
const byHand =
  (order: Order, rows: typeof rowsOf = rowsOf): Batcher =>
  (tree, options) => {
    const { size, epochs = 1, remainder = 'drop' } = options;
    const [count] = tree.target.shape;
    const perEpoch = remainder === 'drop' ? Math.floor(count / size) : Math.ceil(count / size);
    return {
      perEpoch,
      total: perEpoch * epochs,
      *[Symbol.iterator]() {
        for (let epoch = 0; epoch < epochs; epoch++) {
          const all = order(count, epoch, seedOf(options));
          for (let i = 0; i < perEpoch; i++) yield rows(tree, all.slice(i * size, (i + 1) * size));
        }
      },
    };
  };

const right: Order = (count, epoch, seed) =>
  seed === undefined ? inOrder(count) : shuffled(count, (seed + Math.imul(epoch, 2_654_435_761)) >>> 0);

/** A generator that is never made again. */
const endless = generator(1);

const batcherSuspects: readonly Suspect[] = [
  suspect('the library’s', [], batches),
  suspect('sound, by hand, another shuffle', [], byHand(right)),
  suspect(
    'examples are drawn with replacement',
    ['F-14'],
    byHand((count, epoch, seed) => {
      const below = generator((seed ?? 0) + epoch);
      return seed === undefined ? inOrder(count) : inOrder(count).map(() => below(count));
    }),
  ),
  suspect(
    'the first example comes again in place of the last',
    ['F-14'],
    byHand((...from) => {
      const order = right(...from);
      return order.map((row, i) => (i === order.length - 1 ? (order[0] ?? row) : row));
    }),
  ),
  suspect(
    'every epoch has one order',
    ['F-14'],
    byHand((count, _, seed) => right(count, 0, seed)),
  ),
  suspect(
    'the epoch alone decides',
    ['F-14'],
    byHand((count, epoch, seed) => right(count, epoch, seed && 1)),
  ),
  suspect(
    'all share one generator',
    ['F-4'],
    byHand((count, epoch, seed) => right(count, epoch, seed === undefined ? undefined : endless(2 ** 31))),
  ),
  suspect(
    'numbers are sorted as words',
    ['F-14'],
    byHand((count, epoch, seed) =>
      seed === undefined ? inOrder(count).map(String).toSorted().map(Number) : right(count, epoch, seed),
    ),
  ),
  suspect(
    'inputs are shuffled, targets are not',
    ['F-14'],
    byHand(right, (tree, rows) =>
      rowsOf(
        tree,
        rows,
        rows.toSorted((a, b) => a - b),
      ),
    ),
  ),
  suspect('the size of a batch goes into the seed', ['F-14'], (tree, options) =>
    byHand((count, epoch, seed) => right(count, epoch, seed === undefined ? undefined : seed + options.size))(
      tree,
      options,
    ),
  ),
  suspect('the last examples are kept when they should be dropped', ['F-14'], (tree, options) =>
    batches(tree, { ...options, remainder: 'keep' }),
  ),
  suspect('the data set is written to', ['F-14'], (tree, options) => ({
    perEpoch: batches(tree, options).perEpoch,
    total: batches(tree, options).total,
    *[Symbol.iterator]() {
      yield* batches(tree, options);
      // As one does who fills up the last batch in place.
      const [, { node }] = leaves<Tensor>(tree) as [Tensor, Tensor];
      if (node.kind === 'constant') node.data[0] = 1 + (node.data[0] ?? 0);
    },
  })),
  suspect('one buffer for all batches', ['F-14'], (tree, options) => {
    const sound = batches(tree, options);
    return {
      perEpoch: sound.perEpoch,
      total: sound.total,
      *[Symbol.iterator]() {
        let buffer: Int32Array | undefined;
        for (const { input, target } of sound) {
          const { data } = evaluate(target);
          buffer ??= new Int32Array(options.size);
          buffer.set(data);
          const own = {
            ...target,
            node: { kind: 'constant', data: buffer.subarray(0, data.length) },
          } as const;
          yield { input, target: own };
        }
      },
    };
  }),
];

const operator = (
  name: string,
  killedBy: readonly string[],
  extent: 'all' | 'prefix',
  make: () => MonoTypeOperatorFunction<{ readonly loss: number }>,
): Suspect => ({
  name,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing(({ integer }) => Array.from({ length: integer(0, 8) }, () => ({ loss: integer(0, 9) }))),
      [(values) => passesOn({ name, operator: make() }, values, extent)],
    ),
});

const measure = ({ loss }: { readonly loss: number }): number => loss;

const operatorSuspects: readonly Suspect[] = [
  operator('early stopping: the library’s', [], 'prefix', () => earlyStopping({ patience: 2, measure })),
  operator('early stopping: the best is dropped', ['F-8'], 'prefix', () => (source) => {
    let best = Infinity;
    return source.pipe(
      earlyStopping({ patience: 2, measure }),
      filter(({ loss }) => {
        const isBest = loss < best;
        best = Math.min(best, loss);
        return !isBest;
      }),
    );
  }),
  operator('progress: values are rounded for show', ['F-8'], 'all', () =>
    map(({ loss }) => ({ loss: Math.round(loss) })),
  ),
];

export const streamSuspects: readonly Suspect[] = [...batcherSuspects, ...operatorSuspects];
