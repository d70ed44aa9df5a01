/** Adam’s kin, and updates made of others: lenses behind them, state around them, one for each part. */
import { adam, adamw, chain, clipByGlobalNorm, momentum, sgd, type Update } from 'paralens';
import {
  accumulateGradients,
  adagrad,
  adamax,
  addDecayedWeights,
  clipByValue,
  cosineDecay,
  decoupledDecay,
  frozen,
  lamb,
  lion,
  lookahead,
  movingAverage,
  nadam,
  partition,
  withHyperparameters,
} from 'paralens/update';
import { multiply } from 'paralens/operation';
import { type Sampler, type Verdict } from 'paralens/laws';
import {
  accumulates,
  clipsByNorm,
  decaysBeside,
  followsRule,
  normWise,
  sameUpdate,
  type UpdateMap,
  type UpdatePoint,
  withUpdate,
} from 'paralens/laws/kit';
import { type ClosedForms, drawDecay, drawEpsilon, drawRate, type UpdateRow } from './update.js';

type Form = ClosedForms['near'][number];

/** One update is another, to the bit. */
const is =
  (one: Update, other: Update): Form =>
  (map, point) =>
    sameUpdate(withUpdate(map, one, 'one'), withUpdate(map, other, 'other'), point);

/** One update is another, up to rounding in float64. */
const isNearly =
  (one: Update, other: Update): Form =>
  (map, point) =>
    sameUpdate(
      withUpdate(map, one, 'one'),
      withUpdate(map, other, 'other'),
      point,
      normWise({ rtol: 1e-9, atol: 1e-12 }),
    );

const forms =
  (
    make: (sampler: Sampler) => {
      readonly update: Update;
      readonly near?: readonly Form[];
      readonly exact?: readonly Form[];
    },
  ) =>
  (sampler: Sampler): ClosedForms => ({ near: [], exact: [], ...make(sampler) });

const rule =
  (stepOf: (seen: readonly number[]) => number): Form =>
  (map: UpdateMap, point: UpdatePoint): Verdict =>
    followsRule(map, stepOf, point);

const last = (seen: readonly number[]): number => seen.at(-1) ?? 0;

/** Σ(1 − β)βᵗ⁻ⁱgᵢ */
const mean = (seen: readonly number[], beta: number): number =>
  seen.reduce((before, g) => beta * before + (1 - beta) * g, 0);

/** Lion with its usual betas: δ = −η·sign(β₁m + (1 − β₁)g), m the mean of what came before, by β₂. */
export const lionStep =
  (rate: number) =>
  (seen: readonly number[]): number =>
    -rate * Math.sign(0.9 * mean(seen.slice(0, -1), 0.99) + (1 - 0.9) * last(seen));

/** NAdam by its recurrences, in plain numbers. */
const nadamStep =
  (rate: number, beta1: number, beta2: number, epsilon: number) =>
  (seen: readonly number[]): number => {
    const momentumAt = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * 0.004));
    const t = seen.length;
    const product = seen.reduce((all, _, i) => all * momentumAt(i + 1), 1);
    const m = mean(seen, beta1);
    const v = mean(
      seen.map((g) => g * g),
      beta2,
    );
    const ahead = (momentumAt(t + 1) * m) / (1 - product * momentumAt(t + 1));
    const here = ((1 - momentumAt(t)) * last(seen)) / (1 - product);
    return (-rate * (ahead + here)) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
  };

export const composedRows: { readonly [name: string]: UpdateRow } = {
  adagrad: {
    traits: { memoryless: true, ahead: false, withRate: (learningRate) => adagrad({ learningRate }) },
    usual: adagrad(),
    forms: forms((sampler) => {
      const [learningRate, epsilon] = [drawRate(sampler), drawEpsilon(sampler)];
      return {
        update: adagrad({ learningRate, epsilon }),
        near: [rule((seen) => (-learningRate * last(seen)) / (Math.hypot(...seen) + epsilon))],
      };
    }),
  },
  adamw: {
    traits: { decays: true, ahead: false },
    usual: adamw(),
    forms: forms((sampler) => {
      const [learningRate, beta2] = [drawRate(sampler), drawDecay(sampler)];
      const options = { learningRate, beta2 };
      return {
        update: adamw({ ...options, weightDecay: 0.1 }),
        near: [
          isNearly(
            adamw({ ...options, weightDecay: 0.1 }),
            decoupledDecay(adam(options), learningRate * 0.1),
          ),
        ],
        exact: [
          is(adamw({ ...options, weightDecay: 0 }), adam(options)),
          is(adamw({ ...options, weightDecay: 0, amsgrad: true }), adam({ ...options, amsgrad: true })),
        ],
      };
    }),
  },
  adamax: {
    traits: { ahead: false, withRate: (learningRate) => adamax({ learningRate }) },
    usual: adamax(),
    forms: forms((sampler) => {
      const [learningRate, epsilon, beta2] = [drawRate(sampler), drawEpsilon(sampler), drawDecay(sampler)];
      return {
        update: adamax({ learningRate, epsilon, beta2 }),
        near: [
          rule((seen) => {
            const largest = seen.reduce((u, g) => Math.max(beta2 * u, Math.abs(g) + epsilon), 0);
            return (-learningRate * mean(seen, 0.9)) / ((1 - 0.9 ** seen.length) * largest);
          }),
        ],
      };
    }),
  },
  nadam: {
    traits: { ahead: false, withRate: (learningRate) => nadam({ learningRate }) },
    usual: nadam(),
    forms: forms((sampler) => {
      const [learningRate, epsilon, beta2] = [drawRate(sampler), drawEpsilon(sampler), drawDecay(sampler)];
      return {
        update: nadam({ learningRate, epsilon, beta2 }),
        near: [rule(nadamStep(learningRate, 0.9, beta2, epsilon))],
      };
    }),
  },
  lion: {
    traits: { ahead: false, withRate: (learningRate) => lion({ learningRate }) },
    usual: lion(),
    forms: forms((sampler) => {
      const learningRate = drawRate(sampler);
      return {
        update: lion({ learningRate }),
        near: [rule(lionStep(learningRate))],
      };
    }),
  },
  lamb: {
    traits: { scope: 'leaf', decays: true, ahead: false, withRate: (learningRate) => lamb({ learningRate }) },
    usual: lamb(),
    forms: forms((sampler) => {
      const learningRate = drawRate(sampler);
      return {
        update: lamb({ learningRate }),
        // From 0 the ratio of the first step is 1, and it is Adam’s.
        near: [
          (map, { gradient }) =>
            followsRule(map, (seen) => (-learningRate * last(seen)) / (Math.abs(last(seen)) + 1e-6), {
              history: [],
              gradient,
            }),
        ],
      };
    }),
  },
  chain: {
    traits: { linear: true, ahead: false },
    usual: chain(sgd()),
    forms: forms((sampler) => {
      const update = momentum({ learningRate: drawRate(sampler) });
      const [a, b] = [clipByValue(0.5), clipByGlobalNorm(1)];
      return {
        update: chain(b, a, update),
        exact: [is(chain(update), update), is(chain(b, chain(a, update)), chain(b, a, update))],
      };
    }),
  },
  clipByValue: {
    traits: { memoryless: true, ahead: false },
    usual: chain(clipByValue(0.5), sgd()),
    forms: forms((sampler) => {
      const [rate, limit] = [drawRate(sampler), sampler.pick([0.25, 1, 4]) ?? 1];
      return {
        update: chain(clipByValue(limit), sgd({ learningRate: rate })),
        near: [rule((seen) => -rate * Math.min(limit, Math.max(-limit, last(seen))))],
        exact: [is(chain(clipByValue(Number.POSITIVE_INFINITY), adam()), adam())],
      };
    }),
  },
  clipByGlobalNorm: {
    traits: { scope: 'tree', memoryless: true, ahead: false },
    usual: chain(clipByGlobalNorm(1), sgd()),
    forms: forms((sampler) => {
      const limit = sampler.pick([0.25, 1, 4, 100]) ?? 1;
      const clipped = chain(clipByGlobalNorm(limit), sgd({ learningRate: 1 }));
      const twice = chain(clipByGlobalNorm(limit), clipByGlobalNorm(limit), sgd({ learningRate: 1 }));
      return {
        update: clipped,
        near: [(map, point) => clipsByNorm(map, limit, point), isNearly(twice, clipped)],
        exact: [is(chain(clipByGlobalNorm(Number.POSITIVE_INFINITY), adam()), adam())],
      };
    }),
  },
  addDecayedWeights: {
    traits: { decays: true, ahead: false },
    usual: chain(addDecayedWeights(0.1), sgd()),
    forms: forms((sampler) => {
      const [rate, decay] = [drawRate(sampler), 0.25];
      return {
        update: chain(addDecayedWeights(decay), sgd({ learningRate: rate })),
        near: [
          // Of gradient descent, and of it alone, a penalty is a decay.
          isNearly(
            chain(addDecayedWeights(decay), sgd({ learningRate: rate })),
            decoupledDecay(sgd({ learningRate: rate }), rate * decay),
          ),
        ],
        exact: [is(chain(addDecayedWeights(0), adam()), adam())],
      };
    }),
  },
  decoupledDecay: {
    traits: { decays: true, ahead: false },
    usual: decoupledDecay(adam(), 1e-3),
    forms: forms((sampler) => {
      const update = adam({ learningRate: drawRate(sampler) });
      return {
        update: decoupledDecay(update, 0.125),
        near: [(map, point) => decaysBeside(map, 0.125, point)],
        exact: [is(decoupledDecay(update, 0.125, { mask: () => false }), update)],
      };
    }),
  },
  lookahead: {
    traits: { linear: true, ahead: false, withRate: (learningRate) => lookahead(sgd({ learningRate })) },
    usual: lookahead(sgd(), { every: { steps: 2 } }),
    forms: forms((sampler) => {
      const [rate, every] = [drawRate(sampler), sampler.integer(1, 4)];
      const update = momentum({ learningRate: rate });
      return {
        update: lookahead(sgd({ learningRate: rate }), { every: { steps: every }, rate: 0.5 }),
        near: [
          // After every so many steps half the way back: what was gone since the last time counts half.
          rule((seen) => {
            const since = seen.slice(Math.floor((seen.length - 1) / every) * every);
            const gone = since.reduce((total, g) => total + g, 0);
            return seen.length % every === 0 ? -rate * last(seen) + (rate * gone) / 2 : -rate * last(seen);
          }),
        ],
        exact: [is(lookahead(update, { every: { steps: 1 }, rate: 1 }), update)],
      };
    }),
  },
  movingAverage: {
    traits: {
      linear: true,
      ahead: false,
      withRate: (rate) => movingAverage(sgd({ learningRate: rate }), 0.5),
    },
    usual: movingAverage(sgd(), 0.9),
    forms: forms((sampler) => {
      const update = adam({ learningRate: drawRate(sampler) });
      return { update: movingAverage(update, 0.9), exact: [is(movingAverage(update, 0.9), update)] };
    }),
  },
  withHyperparameters: {
    traits: { ahead: false },
    usual: withHyperparameters(0.125, (learningRate) => adam({ learningRate })),
    forms: forms((sampler) => {
      const rate = sampler.pick([0.5, 0.125, 0.0625]) ?? 1;
      return {
        update: withHyperparameters(rate, (learningRate) => adam({ learningRate })),
        exact: [
          is(
            withHyperparameters(rate, (learningRate) => adam({ learningRate })),
            adam({ learningRate: rate }),
          ),
          // As a factor of a schedule it is the schedule of so much more.
          is(
            withHyperparameters(rate, (factor) =>
              momentum({
                learningRate: (count) => multiply(factor(count), cosineDecay({ rate: 1, steps: 4 })(count)),
              }),
            ),
            momentum({ learningRate: (count) => multiply(rate, cosineDecay({ rate: 1, steps: 4 })(count)) }),
          ),
        ],
      };
    }),
  },
  accumulateGradients: {
    traits: {
      linear: true,
      ahead: false,
      withRate: (rate) => accumulateGradients(sgd({ learningRate: rate }), 1),
    },
    usual: accumulateGradients(sgd(), 1),
    forms: forms((sampler) => {
      const update = sgd({ learningRate: drawRate(sampler) });
      const steps = sampler.integer(2, 4);
      return {
        update: accumulateGradients(update, steps),
        near: [(map, point) => accumulates(map, withUpdate(map, update), steps, point)],
        exact: [is(accumulateGradients(adam(), 1), adam())],
      };
    }),
  },
  partition: {
    traits: { scope: 'names', ahead: false },
    usual: partition({}, adam()),
    forms: forms((sampler) => {
      const update = adam({ learningRate: drawRate(sampler) });
      return { update: partition({}, update), exact: [is(partition({}, update), update)] };
    }),
  },
  frozen: {
    traits: { memoryless: true, linear: true, ahead: false, still: true },
    usual: frozen,
    onWholeNumbers: frozen,
    forms: forms(() => ({ update: frozen, near: [rule(() => 0)] })),
  },
};
