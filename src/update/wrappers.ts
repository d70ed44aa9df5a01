/** What is put around an update: it keeps a state of its own beside the update's, and moves on with it. */
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

/** Combines the floats of two trees; what is no float stays as in the first. */
const zipFloats = <P>(first: P, second: P, f: (a: Tensor, b: Tensor) => Tensor): P =>
  zipTrees('update', first, second, (a, b) =>
    isFloat((a as AnyTensor).dtype) ? f(a as Tensor, b as Tensor) : a,
  );

/** `first` where a condition holds for all, and `second` where not; of trees. */
const chooseTree = <T>(condition: Tensor<Scalar, 'bool'>, first: T, second: T): T =>
  zipTrees('update', first, second, (a, b) => {
    const [x, y] = [a as AnyTensor, b as AnyTensor];
    return select(broadcast(condition, x.shape, []), x, y);
  });

const zeros = <P>(tree: P): P => mapTree(tree, (each) => fullLike(each as AnyTensor, 0));

/** The state of the update inside. */
const INNER = 'inner';

interface Around {
  /** What is kept for each parameter, to begin with. */
  readonly slots: <P>(parameters: P) => { readonly [name: string]: P };
  readonly scalars?: UpdateState<unknown>['scalars'];
  /** From the own state, where the update inside stood and where it went, to the own next state and parameters. */
  readonly move: <P>(step: {
    readonly state: UpdateState<P>;
    readonly before: P;
    readonly inner: UpdateState<P>;
    readonly gradient: P;
    /** How much the gradient counts beside those of other batches; all alike if nothing is said. */
    readonly weight: UpdateInput<P>[2];
    /** What the update inside does with a gradient. */
    readonly update: (gradient: P) => Updated<P>;
  }) => { readonly inner: UpdateState<P>; readonly parameters: P } & Pick<
    UpdateState<P>,
    'count' | 'scalars' | 'slots'
  >;
}

/** An update with another inside, whose state is a part of its own. */
const around = (update: Update, { slots, scalars = {}, move }: Around): Update => ({
  init: <P>(parameters: P): UpdateState<P> => ({
    count: scalar(0, 'int32'),
    scalars,
    slots: slots(parameters),
    parts: { [INNER]: update.init(parameters) },
  }),
  lens: <P>(): Lens<UpdateInput<P>, Updated<P>, P, P> => ({
    run: ([state, parameters, weight]) => {
      // The part is the state of the update inside, over the same parameters.
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
 * The fast parameters move as `update` says; after every so many updates the slow ones follow by a share of the way,
 * and the fast begin anew from there. Throws if `every.steps` is not a positive integer or `rate`
 * is not in [0, 1].
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
 * Beside the parameters a running mean of them is kept, a′ = smoothing·a + (1 − smoothing)·p′: read it with `averageOf`.
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
 * The running mean of parameters that `movingAverage` keeps. Throws if the state is of another update.
 *
 * @example
 * const update = movingAverage(sgd(), 0.9);
 * averageOf(update.init([{ kernel: scalar(1) }]));
 */
export const averageOf = <P>({ slots: { average } }: UpdateState<P>): P =>
  average ??
  fail({
    operation: 'averageOf',
    what: 'no average is kept',
    needed: 'the state of movingAverage(update, smoothing)',
  });

/**
 * Gradients of so many steps are averaged before `update` moves anything: batches that do not fit are cut into
 * micro-batches. In a learner each counts as much as its loss is a mean of, Σ w·g/Σ w, by the number of examples, or of
 * those that are not ignored, so that the average is the gradient of them all; without a learner all count alike. Only
 * updates that move something are counted. Throws if `steps` is not a positive
 * integer.
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
      // A single gradient is its own mean, to the bit.
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
      // The first is taken as it is: 0 + (−0) would be another zero.
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
  /** Which parameters decay, by path; all unless given, where biases are often left out. */
  readonly mask?: (path: readonly string[]) => boolean;
}

/**
 * p′ = update(p) − weightDecay·p: a share of each parameter is taken away beside the update, and not through its gradient.
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
