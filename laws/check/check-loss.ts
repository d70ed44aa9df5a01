/** One call for a user's loss: its derivatives, what it is at best, and what it does with a batch. */
import { drawing, type Sampler } from '../arbitrary/draw.js';
import { drawData } from '../arbitrary/point.js';
import { type Specifications, specified } from '../arbitrary/specification.js';
import { drawOrder } from '../arbitrary/view.js';
import { assertHolds, begun, check } from '../base/runner.js';
import { broken, holds, type Law, law } from '../base/verdict.js';
import { type BatchLaws, batchLaws } from '../loss/battery.js';
import { atLeast, bestIs, scalarLoss } from '../loss/bounds.js';
import { isMeanOfRows, leavesThatCount, weightedMeanOfChunks, type WeightedMaps } from '../loss/declared.js';
import { showing } from '../loss/draw.js';
import { type LossBatch, lossFamily, type LossFamily } from '../loss/family.js';
import { float64 } from '../map/engine.js';
import { type Subject, subjectOf } from '../map/subject.js';
import type { Vector } from '../map/vector.js';
import type { Loss } from '../../src/loss/loss.js';
import { range, type Shape } from '../../src/tensor/shape.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves, mapTree } from '../../src/tree/tree.js';
import {
  checkContinuous,
  checkSubject,
  type ContinuityOptions,
  type DifferentiableOptions,
  drawArgument,
} from './check-gradient.js';

/** What a batch is drawn from; the first axis of every leaf is the batch. */
export interface LossSpecification<B, L> {
  readonly prediction: Specifications<B>;
  readonly target: Specifications<L>;
}

export interface LossOptions<B, L>
  extends DifferentiableOptions<readonly [B, L]>, ContinuityOptions, BatchLaws {
  /** Whether it is never below 0 (S-1); so unless told otherwise. */
  readonly nonnegative?: boolean | undefined;
  /** Whether it is 0 where prediction and target, which are alike then, are equal (S-1). */
  readonly zero?: boolean | undefined;
  /** Whether some tensor of prediction and target is meant to be looked past, such as an id (S-11). */
  readonly ignores?: boolean | undefined;
}

/** Rounding in float64 of a loss that is 0. */
const ROUNDING = 1e-9;

/** Specifications of the same tree whose leaves have so many rows. */
const withRows = <T>(specifications: Specifications<T>, rows: number): Specifications<T> => {
  const { like, rangeOf } = specified<T>(specifications);
  // Each leaf has become its specification, which is what the type says.
  return mapTree<unknown>(like, (leaf) => {
    const of = rangeOf(leaf as AnyTensor);
    return { ...of, shape: of.shape.length === 0 ? of.shape : [rows, ...of.shape.slice(1)] };
  }) as Specifications<T>;
};

/** How many rows the batch has; throws if the leaves do not agree. */
const rowsOf = (name: string, shapes: readonly Shape[]): number => {
  const [rows = 1, ...others] = [...new Set(shapes.map(([first]) => first))];
  if (others.length > 0 || shapes.some((shape) => shape.length === 0))
    throw new TypeError(
      `checkLoss ${name}: the leaves have not one first axis, the batch; if they are to have none, give { permutation: false, chunks: false }`,
    );
  return rows;
};

/** The numbers that divide a batch into chunks. */
const divisors = (rows: number): readonly number[] =>
  range(rows).flatMap((i) => (rows % (i + 1) === 0 ? [i + 1] : []));

type Bounds = Pick<LossOptions<unknown, unknown>, 'nonnegative' | 'zero'>;

const boundLaws = ({ nonnegative = true, zero = false }: Bounds): readonly Law<LossBatch>[] => [
  ...(nonnegative
    ? [law('S-1', ({ family, shape, x }: LossBatch) => atLeast(family.at(shape).on(float64), x, 0, ROUNDING))]
    : []),
  ...(zero
    ? [
        law('S-1', ({ family, shape, x }: LossBatch) => {
          const target = x.slice(x.length / 2);
          return bestIs(family.at(shape).on(float64), [...target, ...target], 0, ROUNDING);
        }),
      ]
    : []),
];

/** What a loss owes to what it says of itself: how much a batch counts, and what it is the mean of. */
const declaredLaws = <B, L>(
  name: string,
  loss: Loss<B, L>,
  family: LossFamily,
  pair: (rows?: number) => Specifications<readonly [B, L]>,
  chunks: boolean,
): readonly Law<LossBatch>[] => {
  const { weight, rows } = loss;
  const over = (f: (prediction: B, target: L) => unknown, count: number): Subject =>
    subjectOf<readonly [B, L], unknown>(name, ([prediction, target]) => f(prediction, target), pair(count));
  if (weight === undefined)
    return rows === undefined
      ? []
      : [
          law('S-10', ({ shape, x }) =>
            isMeanOfRows(family.at(shape).on(float64), over(rows, shape[0] ?? 1).on(float64), x),
          ),
        ];
  const maps = (count: number): WeightedMaps => ({
    loss: family.at([count]).on(float64),
    weight: over(weight, count).on(float64),
  });
  return chunks
    ? [
        law('S-6', ({ shape: [count = 1], x, chunks: parts }) =>
          weightedMeanOfChunks(maps(count), maps(count / parts), x, parts),
        ),
      ]
    : [];
};

/**
 * Holds a loss to the laws: those of `checkGradient` for prediction and target, in float64 and on every backend;
 * S-1, one number that is never below 0; S-7, the order of the batch, and S-6, the mean of equal chunks, of its
 * value and its gradient, or by its own `weight` where it has one; S-10, the mean of its `rows`; S-11, that each tensor of
 * prediction and target counts. Options leave out what a loss does not mean to be. Throws a `LawError`.
 *
 * @example
 * checkLoss(meanAbsoluteError(), { prediction: { shape: [4, 3] }, target: { shape: [4, 3] } });
 */
export const checkLoss = <B, L>(
  loss: Loss<B, L>,
  { prediction, target }: LossSpecification<B, L>,
  options: LossOptions<B, L> = {},
): void => {
  const { name = 'loss', argument, permutation = true, chunks = true, ignores = false } = options;
  const pair = (rows?: number): Specifications<readonly [B, L]> =>
    rows === undefined ? [prediction, target] : [withRows<B>(prediction, rows), withRows<L>(target, rows)];
  const whole = lossFamily<B, L>(name, loss, () => pair()).at([]);
  const shapes = leaves<AnyTensor>(specified<readonly [B, L]>(pair()).like).map(({ shape }) => shape);
  const rows = permutation || chunks ? rowsOf(name, shapes) : 1;
  const cut = lossFamily<B, L>(name, loss, ([count]) => pair(count));
  const family: LossFamily = { name, at: (shape) => (shape[0] === rows ? whole : cut.at(shape)) };
  const draw = (sampler: Sampler): Vector =>
    drawArgument(sampler, argument) ?? whole.ranges.map((each) => drawData(sampler, each));
  const example = drawing((sampler) => {
    const x = draw(sampler);
    const order = drawOrder(sampler, range(rows));
    return showing({ family, shape: [rows], x, order, chunks: sampler.pick(divisors(rows)) ?? 1 });
  });
  const timed = begun(options);
  check(
    name,
    example,
    law('S-1', () => scalarLoss(whole.on(float64))),
    { ...timed, runs: 1, path: undefined },
  );
  checkSubject(whole, timed);
  checkContinuous(whole, timed);
  const ofBatch =
    loss.weight === undefined
      ? batchLaws({ permutation, chunks })
      : batchLaws({ permutation, chunks: false });
  const laws = [...boundLaws(options), ...ofBatch, ...declaredLaws(name, loss, family, pair, chunks)];
  const once = { ...timed, path: undefined };
  check(name, example, laws, once);
  if (ignores) return;
  const counts = new Set<number>();
  const two = drawing((sampler) => ({ x: draw(sampler), other: draw(sampler) }));
  check(
    name,
    two,
    ({ x, other }) => {
      for (const [leaf, does] of leavesThatCount(whole.on(float64), x, other).entries())
        if (does) counts.add(leaf);
      return holds;
    },
    once,
  );
  const { domain } = whole.on(float64);
  const unused = domain.find(({ shape }, leaf) => !shape.includes(0) && !counts.has(leaf));
  if (unused === undefined) return;
  assertHolds(
    broken({
      law: 'S-11',
      subject: name,
      what: 'a tensor of prediction or target never changes the loss, whatever stands in it',
      path: unused.path,
      hint: 'a weight, mask or label that is not used; say { ignores: true } if it is not meant to be',
    }),
  );
};
