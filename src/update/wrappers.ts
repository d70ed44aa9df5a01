/** Wrappers: updates around another update, with a state of their own. */
import { fail } from '../error.js';
import type { Lens } from '../lens/lens.js';
import { add, divide, equal, multiply, subtract } from '../operation/arithmetic.js';
import { requireCount, requireFunction, requireNumber } from '../require.js';
import { isFloat } from '../tensor/dtype.js';
import { select } from '../tensor/primitive/comparison.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import type { Scalar } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { mapTree, zipTrees } from '../tree/tree.js';
import { type LearningRate, scheduleOf } from './schedule.js';
import {
  inDtypeOf,
  nextCount,
  type Update,
  type Updated,
  type UpdateInput,
  type UpdateState,
} from './update.js';

/** Combines the float leaves of two trees; other leaves are those of the first. */
const zipFloats = <P>(first: P, second: P, f: (a: Tensor, b: Tensor) => Tensor): P =>
  zipTrees('update', first, second, (a, b) =>
    isFloat((a as AnyTensor).dtype) ? f(a as Tensor, b as Tensor) : a,
  );

/** The tree `first` if the condition is true, else `second`. */
const chooseTree = <T>(condition: Tensor<Scalar, 'bool'>, first: T, second: T): T =>
  zipTrees('update', first, second, (a, b) => {
    const [x, y] = [a as AnyTensor, b as AnyTensor];
    return select(broadcast(condition, x.shape, []), x, y);
  });

const zeros = <P>(tree: P): P => mapTree(tree, (each) => fullLike(each as AnyTensor, 0));

/** The name of the state of the inner update. */
const INNER = 'inner';

interface Around {
  /** The initial slots. */
  readonly slots: <P>(parameters: P) => { readonly [name: string]: P };
  readonly scalars?: UpdateState<unknown>['scalars'];
  /** From the own state and the inner update to the next own state and parameters. */
  readonly move: <P>(step: {
    readonly state: UpdateState<P>;
    readonly before: P;
    readonly inner: UpdateState<P>;
    readonly gradient: P;
    /** The weight of the gradient when gradients are averaged; default: equal weights. */
    readonly weight: UpdateInput<P>[2];
    /** Applies the inner update to a gradient. */
    readonly update: (gradient: P) => Updated<P>;
  }) => { readonly inner: UpdateState<P>; readonly parameters: P } & Pick<
    UpdateState<P>,
    'count' | 'scalars' | 'slots'
  >;
}

/** An update around another, whose state is a part of its own. */
const around = (update: Update, { slots, scalars = {}, move }: Around): Update => ({
  init: <P>(parameters: P): UpdateState<P> => ({
    count: scalar(0, 'int32'),
    scalars,
    slots: slots(parameters),
    parts: { [INNER]: update.init(parameters) },
  }),
  lens: <P>(): Lens<UpdateInput<P>, Updated<P>, P, P> => ({
    run: ([state, parameters, weight]) => {
      // The part is the state of the inner update, for the same parameters.
      const inner = (state.parts?.[INNER] ?? update.init(parameters)) as UpdateState<P>;
      const [at, back] = update.lens<P>().run([inner, parameters, weight]);
      return [
        at,
        (gradient) => {
          const next = move<P>({ state, before: parameters, inner, gradient, weight, update: back });
          const { count, scalars: numbers, slots: kept } = next;
          return [
            { count, scalars: numbers, slots: kept, parts: { [INNER]: next.inner } },
            next.parameters,
          ] as const;
        },
      ];
    },
  }),
});

export interface LookaheadOptions {
  /** After how many updates the slow parameters follow; 5 unless given. */
  readonly every?: { readonly steps: number };
  /** How far they follow. */
  readonly rate?: number;
}

/**
 * Lookahead: `update` moves the fast parameters. After every `every.steps` updates the slow parameters move by the share
 * `rate` towards the fast ones, and the fast ones are set to them. Throws if `every.steps` is not a positive integer or
 * `rate` is not in [0, 1].
 *
 * Source: M. Zhang et al., "Lookahead optimizer: k steps forward, 1 step back" (arXiv 1907.08610).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: lookahead(adam(), { every: { steps: 5 }, rate: 0.5 }) });
 */
export const lookahead = (
  update: Update,
  { every: { steps } = { steps: 5 }, rate = 0.5 }: LookaheadOptions = {},
): Update => {
  requireCount('lookahead', 'every.steps', steps);
  requireNumber('lookahead', 'rate', rate, '[0, 1]');
  return around(update, {
    slots: (parameters) => ({ slow: parameters }),
    move: ({ state, before, gradient, update: step }) => {
      const [inner, fast] = step(gradient);
      const { slow = before } = state.slots;
      const count = nextCount(state.count);
      const turn = equal(subtract(count, multiply(divide(count, steps), steps)), 0);
      // A rate of 1 goes all the way, to the bit.
      const followed =
        rate === 1 ? fast : zipFloats(slow, fast, (s, f) => add(s, multiply(subtract(f, s), rate)));
      return {
        inner,
        count,
        scalars: {},
        slots: { slow: chooseTree(turn, followed, slow) },
        parameters: chooseTree(turn, followed, fast),
      };
    },
  });
};

/**
 * Exponential moving average of the parameters, a′ = smoothing·a + (1 − smoothing)·p′, in the state of the update. Read
 * it with `averageOf`. Throws if `smoothing` is not in [0, 1).
 *
 * Source: B. Polyak, A. Juditsky, "Acceleration of stochastic approximation by averaging" (1992).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: movingAverage(adam(), 0.999) });
 */
export const movingAverage = (update: Update, smoothing: number): Update => {
  requireNumber('movingAverage', 'smoothing', smoothing, '[0, 1)');
  return around(update, {
    slots: (parameters) => ({ average: parameters }),
    move: ({ state, before, gradient, update: step }) => {
      const [inner, parameters] = step(gradient);
      const { average = before } = state.slots;
      const next =
        smoothing === 0
          ? parameters
          : zipFloats(average, parameters, (a, p) => add(multiply(a, smoothing), multiply(p, 1 - smoothing)));
      return { inner, count: nextCount(state.count), scalars: {}, slots: { average: next }, parameters };
    },
  });
};

/**
 * The moving average of the parameters in a state of `movingAverage`. Throws if the state belongs to another update.
 *
 * @example
 * const update = movingAverage(sgd(), 0.9);
 * averageOf(update.init([{ kernel: scalar(1) }]));
 */
export const averageOf = <P>({ slots: { average } }: UpdateState<P>): P =>
  average ??
  fail({
    operation: 'averageOf',
    what: 'the state has no moving average',
    needed: 'the state of movingAverage(update, smoothing)',
  });

/**
 * Gradient accumulation: averages the gradients of `steps` steps before `update` is applied, for batches that are too
 * large for one step. In a learner the average is weighted, Σ w·g/Σ w, by the number of examples that are not ignored,
 * so that it is the gradient of the whole batch; without a learner all weights are equal. The count is that of the
 * applied updates. Throws if `steps` is not a positive integer.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: accumulateGradients(adam(), 4) });
 */
export const accumulateGradients = (update: Update, steps: number): Update => {
  requireCount('accumulateGradients', 'steps', steps);
  return around(update, {
    slots: (parameters) => ({ sum: zeros(parameters) }),
    scalars: { taken: scalar(0), weight: scalar(0) },
    move: ({ state, before, inner, gradient: given, weight, update: step }) => {
      const { taken = scalar(0), weight: weighed = scalar(0) } = state.scalars;
      const first = equal(taken, 0);
      const { sum: sofar = zeros(given) } = state.slots;
      // The mean of a single gradient is bitwise the gradient.
      const counts = steps === 1 ? scalar(1) : (weight?.() ?? scalar(1));
      const none = equal(counts, 0);
      const gradient =
        steps === 1 || weight === undefined
          ? given
          : zipFloats(given, given, (g) =>
              select(
                broadcast(none, g.shape, []),
                fullLike(g, 0),
                multiply(g, inDtypeOf(g, counts) as Tensor<never>),
              ),
            );
      const total = select(first, counts, add(weighed, counts));
      // The first gradient is not added to 0, since 0 + (−0) is 0.
      const sum = chooseTree(
        first,
        gradient,
        zipFloats(sofar, gradient, (a, b) => add(a, b)),
      );
      const last = equal(taken, steps - 1);
      const divisor = select(equal(total, 0), fullLike(total, 1), total);
      const mean =
        steps === 1 ? sum : zipFloats(sum, sum, (s) => divide(s, inDtypeOf(s, divisor) as Tensor<never>));
      const [moved, parameters] = step(mean);
      return {
        inner: chooseTree(last, moved, inner),
        count: select(last, nextCount(state.count), state.count),
        scalars: { taken: select(last, fullLike(taken, 0), add(taken, 1)), weight: total },
        slots: { sum },
        parameters: chooseTree(last, parameters, before),
      };
    },
  });
};

export interface DecayOptions {
  /** Selects the parameters that decay by path; default: all. Often biases are excluded. */
  readonly mask?: (path: readonly string[]) => boolean;
}

/**
 * Decoupled weight decay: p′ = update(p) − weightDecay·p. The decay does not go through the gradient.
 *
 * Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization" (arXiv 1711.05101).
 *
 * @example
 * decoupledDecay(adam(), 1e-5, { mask: (path) => path.at(-1) === 'kernel' });
 */
export const decoupledDecay = (
  update: Update,
  weightDecay: LearningRate,
  { mask = () => true }: DecayOptions = {},
): Update => {
  const schedule = scheduleOf(weightDecay, ['decoupledDecay', 'weightDecay']);
  requireFunction('decoupledDecay', 'mask', mask);
  return around(update, {
    slots: () => ({}),
    move: ({ state, before, gradient, update: step }) => {
      const [inner, moved] = step(gradient);
      const share = schedule(state.count);
      const parameters = zipTrees('decoupledDecay', moved, before, (next, p, path) => {
        const [after, own] = [next as Tensor, p as Tensor];
        return isFloat(after.dtype) && mask(path)
          ? subtract(after, multiply(own, inDtypeOf(own, share)))
          : after;
      });
      return { inner, count: nextCount(state.count), scalars: {}, slots: {}, parameters };
    },
  });
};
