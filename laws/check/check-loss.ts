/** One call for a user's loss: its derivatives, what it is at best, and what it does with a batch. */
import { drawing } from '../arbitrary/draw.js';
import { drawData } from '../arbitrary/point.js';
import { type Specifications, specified } from '../arbitrary/specification.js';
import { drawOrder } from '../arbitrary/view.js';
import { begun, check } from '../base/runner.js';
import { type Law, law } from '../base/verdict.js';
import { type BatchLaws, batchLaws } from '../loss/battery.js';
import { atLeast, bestIs, scalarLoss } from '../loss/bounds.js';
import { showing } from '../loss/draw.js';
import { type LossBatch, lossFamily, type LossFamily } from '../loss/family.js';
import { float64 } from '../map/engine.js';
import type { Loss } from '../../src/loss/loss.js';
import { range, type Shape } from '../../src/tensor/shape.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves, mapTree } from '../../src/tree/tree.js';
import { checkSubject, type DifferentiableOptions, drawArgument } from './check-gradient.js';

/** What a batch is drawn from; the first axis of every leaf is the batch. */
export interface LossSpecification<B, L> {
  readonly prediction: Specifications<B>;
  readonly target: Specifications<L>;
}

export interface LossOptions<B, L> extends DifferentiableOptions<readonly [B, L]>, BatchLaws {
  /** Whether it is never below 0 (S-1); so unless told otherwise. */
  readonly nonnegative?: boolean | undefined;
  /** Whether it is 0 where prediction and target, which are alike then, are equal (S-1). */
  readonly zero?: boolean | undefined;
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

/** How many rows the batch has; throws where the leaves do not agree. */
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

/**
 * Holds a loss to the laws: those of `checkGradient` for prediction and target, in float64 and on every backend;
 * S-1, one number that is never below 0; S-7, the order of the batch, and S-6, the mean of equal chunks, of its
 * value and its gradient. Options leave out what a loss does not mean to be. Throws a `LawError`.
 *
 * @example
 * checkLoss(meanAbsoluteError(), { prediction: { shape: [4, 3] }, target: { shape: [4, 3] } });
 */
export const checkLoss = <B, L>(
  loss: Loss<B, L>,
  { prediction, target }: LossSpecification<B, L>,
  options: LossOptions<B, L> = {},
): void => {
  const { name = 'loss', argument, permutation = true, chunks = true } = options;
  const pair = (rows?: number): Specifications<readonly [B, L]> =>
    rows === undefined ? [prediction, target] : [withRows<B>(prediction, rows), withRows<L>(target, rows)];
  const whole = lossFamily<B, L>(name, loss, () => pair()).at([]);
  const shapes = leaves<AnyTensor>(specified<readonly [B, L]>(pair()).like).map(({ shape }) => shape);
  const rows = permutation || chunks ? rowsOf(name, shapes) : 1;
  const cut = lossFamily<B, L>(name, loss, ([count]) => pair(count));
  const family: LossFamily = { name, at: (shape) => (shape[0] === rows ? whole : cut.at(shape)) };
  const example = drawing((sampler) => {
    const x = drawArgument(sampler, argument) ?? whole.ranges.map((each) => drawData(sampler, each));
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
  check(name, example, [...boundLaws(options), ...batchLaws({ permutation, chunks })], {
    ...timed,
    path: undefined,
  });
};
