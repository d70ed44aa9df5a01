/** Every update and schedule of the library, with what it is and what mathematics says of it. */
import { adam, type LearningRate, momentum, rmsprop, type Schedule, sgd, type Update } from 'paralens';
import {
  cosineDecay,
  cosineRestarts,
  elementwiseUpdate,
  exponentialDecay,
  inverseSquareRoot,
  inverseTimeDecay,
  joinSchedules,
  nesterov,
  oneCycle,
  polynomialDecay,
  stepDecay,
  warmUp,
} from 'paralens/update';
import { abs, multiply, sign, subtract } from 'paralens/operation';
import { type Sampler, type UpdateTraits, type Verdict } from 'paralens/laws';
import {
  bitwise,
  boundedSteps,
  constantGradients,
  converges,
  correctedMoments,
  equalGradients,
  longestStep,
  looksAhead,
  looksAtParameters,
  normWise,
  quadratic,
  runningSize,
  sameUpdate,
  scaleFree,
  signOfGradient,
  sizeUnderConstantGradient,
  stepsDownGradient,
  type UpdateMap,
  type UpdatePoint,
  type Vector,
  wholePoint,
  withoutMean,
  withUpdate,
} from 'paralens/laws/kit';

type Form = (map: UpdateMap, point: UpdatePoint) => Verdict;

/** An update whose constants were drawn, and laws that know them. */
export interface ClosedForms {
  readonly update: Update;
  /** Mathematics, in float64. */
  readonly near: readonly Form[];
  /** To the bit, or nearly, on every engine. */
  readonly exact: readonly Form[];
}

/** An epsilon that changes no size of a gradient, and keeps 0/0 away. */
const NEGLIGIBLE = 1e-30;

export interface UpdateRow {
  readonly traits: UpdateTraits;
  /** The update as most would use it. */
  readonly usual: Update;
  /** With constants that are powers of two, where it is exact then. */
  readonly onWholeNumbers?: Update;
  readonly forms: (sampler: Sampler) => ClosedForms;
}

export const drawRate = ({ numbers }: Sampler): number => (numbers(1, 0.01, 0.5)[0] ?? 0.1) + 0;
const drawKept = ({ pick }: Sampler): number => pick([0, 0.25, 0.5, 0.9, 0.99]) ?? 0.9;
export const drawDecay = ({ pick }: Sampler): number => pick([0.5, 0.9, 0.99, 0.999]) ?? 0.9;
export const drawEpsilon = ({ pick }: Sampler): number => pick([1e-8, 1e-3, 0.25]) ?? 1e-8;
/** λ, of which with those rates some converge and some do not. */
const drawCurvature = ({ pick }: Sampler): number => pick([0.5, 2, 5, 20]) ?? 2;

/** Gradients of very different sizes, one after the other. */
const uneven = ({ history, gradient, other, exponent }: UpdatePoint): readonly Vector[] =>
  [...history, gradient, other, ...history, gradient].map((each, t) =>
    each.map((data) =>
      data instanceof Float32Array ? data.map((g) => g * 2 ** (exponent * (t % 3))) : data,
    ),
  );

const velocity =
  (
    update: (options: { readonly learningRate: LearningRate; readonly momentum: number }) => Update,
    ahead: boolean,
  ) =>
  (sampler: Sampler): ClosedForms => {
    const constants = { rate: drawRate(sampler), momentum: drawKept(sampler), ahead };
    const curvature = drawCurvature(sampler);
    const learningRate = constants.rate;
    return {
      update: update({ learningRate, momentum: constants.momentum }),
      near: [
        (map, point) => constantGradients(map, constants, point),
        (map, point) => quadratic(map, constants, curvature, point),
        (map, point) => converges(map, constants, curvature, point),
        ahead ? looksAhead : looksAtParameters,
      ],
      exact: [
        (map, point) =>
          sameUpdate(
            withUpdate(map, update({ learningRate, momentum: 0 }), 'without momentum'),
            withUpdate(map, sgd({ learningRate }), 'sgd'),
            point,
          ),
      ],
    };
  };

export const updateRows: { readonly [name: string]: UpdateRow } = {
  sgd: {
    traits: {
      memoryless: true,
      linear: true,
      ahead: false,
      withRate: (learningRate) => sgd({ learningRate }),
    },
    usual: sgd(),
    onWholeNumbers: sgd({ learningRate: 0.25 }),
    forms: (sampler) => {
      const constants = { rate: drawRate(sampler), momentum: 0, ahead: false };
      const curvature = drawCurvature(sampler);
      return {
        update: sgd({ learningRate: constants.rate }),
        near: [
          (map, point) => stepsDownGradient(map, constants, point),
          (map, point) => quadratic(map, constants, curvature, point),
          (map, point) => converges(map, constants, curvature, point),
        ],
        exact: [
          (map, point) =>
            stepsDownGradient(
              withUpdate(map, sgd({ learningRate: 0.5 })),
              { rate: 0.5 },
              wholePoint(point),
              bitwise,
            ),
        ],
      };
    },
  },
  momentum: {
    traits: { linear: true, ahead: false, withRate: (learningRate) => momentum({ learningRate }) },
    usual: momentum(),
    onWholeNumbers: momentum({ learningRate: 0.25, momentum: 0.5 }),
    forms: velocity(momentum, false),
  },
  nesterov: {
    traits: { linear: true, ahead: true, withRate: (learningRate) => nesterov({ learningRate }) },
    usual: nesterov(),
    onWholeNumbers: nesterov({ learningRate: 0.25, momentum: 0.5 }),
    forms: velocity(nesterov, true),
  },
  rmsprop: {
    traits: { memoryless: true, ahead: false, withRate: (learningRate) => rmsprop({ learningRate }) },
    usual: rmsprop(),
    forms: (sampler) => {
      const constants = {
        rate: drawRate(sampler),
        smoothing: drawDecay(sampler),
        epsilon: drawEpsilon(sampler),
      };
      const { rate: learningRate, smoothing } = constants;
      const withoutEpsilon = rmsprop({ learningRate, smoothing, epsilon: NEGLIGIBLE });
      return {
        update: rmsprop({ ...constants, learningRate }),
        near: [
          (map, point) => runningSize(map, constants, point),
          (map, point) => sizeUnderConstantGradient(withUpdate(map, withoutEpsilon), constants, point),
        ],
        exact: [(map, point) => scaleFree(withUpdate(map, withoutEpsilon), point)],
      };
    },
  },
  adam: {
    traits: { ahead: false, withRate: (learningRate) => adam({ learningRate }) },
    usual: adam(),
    forms: (sampler) => {
      const constants = {
        rate: drawRate(sampler),
        beta1: sampler.pick([0, 0.5, 0.9]) ?? 0.9,
        beta2: drawDecay(sampler),
        epsilon: drawEpsilon(sampler),
      };
      const { rate: learningRate, beta2, epsilon } = constants;
      const withoutEpsilon = adam({ ...constants, learningRate, epsilon: NEGLIGIBLE });
      const withoutMemory = adam({ learningRate, beta1: 0, beta2: 0, epsilon: NEGLIGIBLE });
      const steps = sampler.integer(1, 40);
      return {
        update: adam({ ...constants, learningRate }),
        near: [
          (map, point) => correctedMoments(map, constants, point),
          (map, point) => equalGradients(map, constants, point),
          (map, point) => boundedSteps(map, constants, uneven(point)),
          (map, point) => longestStep(withUpdate(map, withoutEpsilon), constants, point.parameters, steps),
          (map, point) =>
            withoutMean(
              withUpdate(map, adam({ learningRate, beta1: 0, beta2, epsilon })),
              { ...constants, smoothing: beta2 },
              point,
            ),
          (map, point) => signOfGradient(withUpdate(map, withoutMemory), constants, point),
        ],
        exact: [
          (map, point) => scaleFree(withUpdate(map, withoutEpsilon), point),
          // In float32 as well: the correction of the bias loses no digits.
          (map, point) => equalGradients(map, constants, point, normWise({ rtol: 1e-6 })),
        ],
      };
    },
  },
  elementwiseUpdate: {
    // p′ = p − η·sign(g)·|g|, which is gradient descent in other words
    traits: { memoryless: true, linear: true, withRate: (learningRate) => bySign(learningRate) },
    usual: bySign(0.1),
    onWholeNumbers: bySign(0.25),
    forms: (sampler) => {
      const learningRate = drawRate(sampler);
      return {
        update: bySign(learningRate),
        near: [(map, point) => stepsDownGradient(map, { rate: learningRate }, point)],
        exact: [(map, point) => sameUpdate(map, withUpdate(map, sgd({ learningRate }), 'sgd'), point)],
      };
    },
  },
};

function bySign(learningRate: LearningRate): Update {
  return elementwiseUpdate({
    learningRate,
    slots: [],
    move: ({ parameter, gradient, rate }) => ({
      parameter: subtract(parameter, multiply(multiply(sign(gradient), abs(gradient)), rate)),
      slots: {},
    }),
  });
}

/** A schedule, its formula, and where it is another one from some count on. */
export interface ScheduleRow {
  readonly schedule: Schedule;
  readonly formula: (count: number) => number;
  readonly joins?: { readonly from: number; readonly into: LearningRate };
}

export const scheduleRows: { readonly [name: string]: (sampler: Sampler) => ScheduleRow } = {
  stepDecay: (sampler) => {
    const [rate, factor, every] = [drawRate(sampler), drawKept(sampler) + 0.1, sampler.integer(1, 10)];
    return {
      schedule: stepDecay({ rate, factor, steps: every }),
      formula: (count) => rate * factor ** Math.floor(count / every),
    };
  },
  exponentialDecay: (sampler) => {
    const [rate, factor, every] = [drawRate(sampler), drawKept(sampler) + 0.1, sampler.integer(1, 10)];
    return {
      schedule: exponentialDecay({ rate, factor, steps: every }),
      formula: (count) => rate * factor ** (count / every),
    };
  },
  cosineDecay: (sampler) => {
    const [rate, end, over] = [
      drawRate(sampler),
      sampler.pick([0, 0.125, 0.01]) ?? 0,
      sampler.integer(1, 20),
    ];
    return {
      schedule: cosineDecay({ rate, steps: over, end }),
      formula: (count) => end + ((rate - end) * (1 + Math.cos(Math.PI * Math.min(1, count / over)))) / 2,
      joins: { from: over, into: end },
    };
  },
  polynomialDecay: (sampler) => {
    const [rate, over, power] = [drawRate(sampler), sampler.integer(1, 20), sampler.pick([1, 2, 0.5]) ?? 1];
    const end = sampler.pick([0, 0.125]) ?? 0;
    return {
      schedule: polynomialDecay({ rate, steps: over, end, power }),
      formula: (count) => end + (rate - end) * Math.max(0, 1 - count / over) ** power,
      joins: { from: over, into: end },
    };
  },
  cosineRestarts: (sampler) => {
    const [rate, every] = [drawRate(sampler), sampler.integer(1, 20)];
    const schedule = cosineRestarts({ rate, steps: every, end: 0.01 });
    return {
      schedule,
      formula: (count) => 0.01 + ((rate - 0.01) * (1 + Math.cos((Math.PI * (count % every)) / every))) / 2,
      joins: { from: every, into: schedule },
    };
  },
  joinSchedules: (sampler) => {
    const [rate, over] = [drawRate(sampler), sampler.integer(1, 20)];
    const then = exponentialDecay({ rate, factor: 0.5, steps: 3 });
    return {
      schedule: joinSchedules({ first: 0.25, steps: over, next: then }),
      formula: (count) => (count < over ? 0.25 : rate * 0.5 ** ((count - over) / 3)),
      joins: { from: over, into: then },
    };
  },
  oneCycle: (sampler) => {
    const [peak, tens] = [drawRate(sampler), sampler.integer(1, 4)];
    // Of ten updates three go up, and the peak is at the last of them; the end is at the last of all.
    const [over, turn, last] = [10 * tens, 3 * tens - 1, 10 * tens - 1];
    const wave = (from: number, to: number, share: number): number =>
      to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, share)))) / 2;
    return {
      schedule: oneCycle({ peak, steps: over }),
      formula: (count) =>
        count < turn
          ? wave(peak / 25, peak, count / turn)
          : wave(peak, peak / 25 / 1e4, (count - turn) / (last - turn)),
      joins: { from: turn, into: cosineDecay({ rate: peak, steps: last - turn, end: peak / 25 / 1e4 }) },
    };
  },
  inverseSquareRoot: (sampler) => {
    const [peak, over] = [drawRate(sampler), sampler.integer(1, 20)];
    return {
      schedule: inverseSquareRoot({ peak, steps: over }),
      formula: (count) => peak * Math.min((count + 1) / over, Math.sqrt(over / (count + 1))),
    };
  },
  inverseTimeDecay: (sampler) => {
    const [rate, over] = [drawRate(sampler), sampler.integer(1, 20)];
    return {
      schedule: inverseTimeDecay({ rate, steps: over }),
      formula: (count) => rate / (1 + count / over),
    };
  },
  warmUp: (sampler) => {
    const [rate, over] = [drawRate(sampler), sampler.integer(1, 20)];
    const then = sampler.pick([rate, exponentialDecay({ rate, factor: 0.5, steps: 3 })]) ?? rate;
    const after = (count: number): number => (typeof then === 'number' ? rate : rate * 0.5 ** (count / 3));
    return {
      schedule: warmUp({ steps: over, next: then }),
      formula: (count) => Math.min(1, count / over) * after(Math.max(0, count - over)),
      joins: { from: over, into: then },
    };
  },
};
