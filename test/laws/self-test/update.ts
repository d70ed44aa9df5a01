/** Optimizers with planted bugs, and sound ones that a user may have written. */
import {
  adam,
  type Backend,
  cosineDecay,
  type ElementwiseRule,
  elementwiseUpdate,
  leaves,
  type LearningRate,
  mapTree,
  reference,
  scalar,
  type Schedule,
  sgd,
  type Tensor,
  unflatten,
  type Update,
  type UpdateState,
  zipTrees,
} from 'paralens';
import {
  besideEachOther,
  boundedSteps,
  brokenLaws,
  constantGradients,
  correctedMoments,
  drawing,
  drawUpdate,
  equalGradients,
  float64,
  joins,
  type Law,
  type ParameterSpecifications,
  looksAhead,
  quadratic,
  runningSize,
  sameUpdate,
  scaleFree,
  scheduleFormula,
  scheduleMap,
  signOfGradient,
  sizeUnderConstantGradient,
  stepsDownGradient,
  type UpdateAtPoint,
  type UpdateBattery,
  updateLaws,
  type UpdateMap,
  updateMap,
  type UpdatePoint,
  type Verdict,
  withoutMean,
  withUpdate,
} from 'paralens/laws';
import {
  add,
  cast,
  cos,
  divide,
  full,
  iota,
  maximum,
  minimum,
  multiply,
  sqrt,
  subtract,
  sum,
} from 'paralens/operation';
import type { Suspect } from './suspect.js';

type Form = (map: UpdateMap, point: UpdatePoint) => Verdict;

/** Leaves of one shape, so that what is kept for one would fit another. */
const alike = { a: { shape: [3] }, b: { shape: [3] } } as const;

const sound = reference();

interface SuspectOptions extends UpdateBattery {
  readonly forms?: readonly Form[];
  readonly like?: ParameterSpecifications;
}

/** A suspect under the laws of every update, in float64 unless backends are given, and closed forms. */
const suspect = (
  name: string,
  killedBy: readonly string[],
  update: Update,
  { forms = [], like = alike, ...traits }: SuspectOptions = {},
): Suspect => ({
  name,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing((sampler) => drawUpdate(sampler, { name, update }, like)),
      [
        ...updateLaws({ backends: [], ...traits }),
        ...forms.map(
          (form): Law<UpdateAtPoint> =>
            ({ on, point }) =>
              form(on(float64), point),
        ),
      ],
      { runs: 6 },
    ),
});

type Move = ElementwiseRule['move'];

const rule = (slots: readonly string[], move: Move, more: Partial<ElementwiseRule> = {}): Update =>
  elementwiseUpdate({ learningRate: 0.25, slots, move, ...more });

const zero = (like: Tensor): Tensor => full(like.shape, 0);

/** p′ = p − η·f(g, p) */
const descent = (f: (g: Tensor, p: Tensor) => Tensor, learningRate: LearningRate = 0.25): Update =>
  rule(
    [],
    ({ parameter, gradient, rate }) => ({
      parameter: subtract(parameter, multiply(f(gradient, parameter), rate)),
      slots: {},
    }),
    { learningRate },
  );

/** v′ = next(v, g), p′ = p − η·move(v′, g), the gradient taken at p − η·ahead(v) */
const velocity = ({
  next,
  move = (v) => v,
  ahead,
  learningRate = 0.25,
}: {
  readonly next: (v: Tensor, g: Tensor, rate: Tensor<readonly []>) => Tensor;
  readonly move?: (v: Tensor, g: Tensor) => Tensor;
  readonly ahead?: (v: Tensor) => Tensor;
  readonly learningRate?: LearningRate;
}): Update =>
  rule(
    ['velocity'],
    ({ parameter, gradient, slots: { velocity: v = zero(parameter) }, rate }) => {
      const after = next(v, gradient, rate);
      return {
        parameter: subtract(parameter, multiply(move(after, gradient), rate)),
        slots: { velocity: after },
      };
    },
    {
      learningRate,
      ...(ahead && {
        ahead: ({ parameter, slots: { velocity: v = zero(parameter) }, rate }) =>
          subtract(parameter, multiply(ahead(v), rate)),
      }),
    },
  );

const kept = (v: Tensor): Tensor => multiply(v, 0.5);
const heavyBall = { rate: 0.25, momentum: 0.5, ahead: false };
const nesterovBall = { ...heavyBall, ahead: true };

/** The parts of Adam that a bug may be in. */
interface AdamParts {
  readonly mean?: number;
  readonly square?: number;
  /** What of the bias correction is there: of the mean, of the square. */
  readonly corrects?: readonly [boolean, boolean];
  /** 1 − βᵗ begins with this power of β before the first step. */
  readonly initial?: number;
  readonly stored?: boolean;
  readonly size?: (square: Tensor, epsilon: number) => Tensor;
  readonly epsilon?: number;
}

const BETA1 = 0.5;
const BETA2 = 0.9;
const EPSILON = 0.25;
const adamConstants = { rate: 0.25, beta1: BETA1, beta2: BETA2, epsilon: EPSILON };

const adamOf = ({
  mean: beta1 = BETA1,
  square: beta2 = BETA2,
  corrects: [first, second] = [true, true],
  initial = 1,
  stored = false,
  size = (square, epsilon) => add(sqrt(square), epsilon),
  epsilon = EPSILON,
}: AdamParts): Update =>
  rule(
    ['mean', 'square'],
    ({ parameter, gradient: g, slots, rate, scalars }) => {
      const { mean = zero(parameter), square = zero(parameter) } = slots;
      const { power1 = scalar(0), power2 = scalar(0) } = scalars;
      const m = add(multiply(mean, beta1), multiply(g, 1 - beta1));
      const s = add(multiply(square, beta2), multiply(multiply(g, g), 1 - beta2));
      const [mHat, sHat] = [
        first ? divide(m, subtract(1, power1)) : m,
        second ? divide(s, subtract(1, power2)) : s,
      ];
      return {
        parameter: subtract(parameter, divide(multiply(mHat, rate), size(sHat, epsilon))),
        slots: stored ? { mean: mHat, square: sHat } : { mean: m, square: s },
      };
    },
    {
      scalars: {
        power1: { initial, next: (power) => multiply(power, BETA1) },
        power2: { initial, next: (power) => multiply(power, BETA2) },
      },
    },
  );

const adamForms: readonly Form[] = [
  (map, point) => correctedMoments(map, adamConstants, point),
  (map, point) => equalGradients(map, adamConstants, point),
  (map, { history, gradient }) => boundedSteps(map, adamConstants, [...history, gradient]),
];

const adamSuspect = (name: string, killedBy: readonly string[], parts: AdamParts): Suspect =>
  suspect(`adam: ${name}`, killedBy, adamOf(parts), { forms: adamForms });

const rmspropConstants = { rate: 0.25, decay: BETA2, epsilon: EPSILON };

const rmspropOf = (next: (square: Tensor, g: Tensor) => Tensor, epsilon = EPSILON): Update =>
  rule(['square'], ({ parameter, gradient: g, slots: { square = zero(parameter) }, rate }) => {
    const after = next(square, g);
    return {
      parameter: subtract(parameter, divide(multiply(g, rate), add(sqrt(after), epsilon))),
      slots: { square: after },
    };
  });

/** An update written as a lens, without the library's rule: p′ = p − η·g. */
const lensOf = (
  next: <P>(state: UpdateState<P>, parameters: P, gradient: P) => readonly [UpdateState<P>, P],
  init: <P>(parameters: P) => UpdateState<P>['slots'] = () => ({}),
): Update => ({
  init: (parameters) => ({ count: scalar(0, 'int32'), scalars: {}, slots: init(parameters) }),
  lens: () => ({
    run: ([state, parameters]) => [parameters, (gradient) => next(state, parameters, gradient)],
  }),
});

const moved = <P>(parameters: P, gradient: P, rate: number | Tensor<readonly []> = 0.25): P =>
  zipTrees('step', parameters, gradient, (p, g) => subtract(p as Tensor, multiply(g as Tensor, rate)));
const counted = <P>(state: UpdateState<P>): UpdateState<P> => ({ ...state, count: add(state.count, 1) });

/** Slots as trees of zeros. */
const velocities = <P>(parameters: P): UpdateState<P>['slots'] => ({
  velocity: mapTree(parameters, (p) => zero(p as Tensor)),
});

/** Momentum as a lens, the velocities of the leaves chosen by a function. */
const zipped = (choose: <T>(velocities: readonly T[]) => readonly T[]): Update =>
  lensOf((state, parameters, gradient) => {
    const { velocity: before = gradient } = state.slots;
    const read = unflatten(before, choose(leaves<Tensor>(before)));
    const after = zipTrees('velocity', read, gradient, (v, g) =>
      add(multiply(v as Tensor, 0.5), g as Tensor),
    );
    return [{ ...counted(state), slots: { velocity: after } }, moved(parameters, after)];
  }, velocities);

/** A record of all gradients, which is no state of one form. */
const growing: Update = lensOf((state, parameters, gradient) => [
  { ...counted(state), slots: { ...state.slots, [`g${Object.keys(state.slots).length}`]: gradient } },
  moved(parameters, gradient),
]);

/** A rate that falls with the calls of a closure. */
const hiddenCount = (): Update => {
  let calls = 0;
  return {
    ...sgd(),
    lens: () => ({
      run: ([state, parameters]) => {
        calls += 1;
        const rate = 1 / calls;
        return [parameters, (gradient) => [counted(state), moved(parameters, gradient, rate)]];
      },
    }),
  };
};

/** The way back adds up what goes through it. */
const usedUp = (): Update => ({
  ...sgd(),
  lens: () => ({
    run: ([state, parameters]) => {
      let times = 0;
      return [
        parameters,
        (gradient) => {
          times += 1;
          return [counted(state), moved(parameters, gradient, times)];
        },
      ];
    },
  }),
});

/** Writes the next parameters into the tree that it was given. */
const overwriting: Update = lensOf((state, parameters, gradient) => {
  const next = moved(parameters, gradient);
  if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters))
    Object.assign(parameters, next);
  return [counted(state), next];
});

/** The rate of the count that follows. */
function late(learningRate: LearningRate): Update {
  const schedule: Schedule =
    typeof learningRate === 'number' ? () => scalar(learningRate) : (count) => learningRate(add(count, 1));
  return sgd({ learningRate: schedule });
}

/** Layer-wise: each tensor's gradient divided by its own length. */
const layerwise = descent((g) => divide(g, add(sqrt(sum(multiply(g, g))), 1)));

/** Clipping by the global norm, before a step of gradient descent. */
const globalNorm: Update = lensOf((state, parameters, gradient) => {
  const squares = leaves<Tensor>(gradient).map((g) => sum(multiply(g, g)));
  const norm = sqrt(squares.reduce((total, each) => add(total, each), scalar(0)));
  const factor = divide(1, maximum(norm, 1));
  return [counted(state), moved(parameters, gradient, multiply(factor, 0.25))];
});

/** Two updates beside each other over [p, q], their numbers under names of their own, or under the same. */
const pairOf = (first: Update, second: Update, apart: boolean): Update => {
  const named = <T>(prefix: string, record: { readonly [name: string]: T }) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}${name}`, value]));
  const unnamed = <T>(prefix: string, record: { readonly [name: string]: T }) =>
    Object.fromEntries(
      Object.entries(record).flatMap(([name, value]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
      ),
    );
  const prefixes = apart ? ['first ', 'second '] : ['', ''];
  const parts = [first, second] as const;
  type Pair = readonly unknown[];
  const merge = (states: readonly UpdateState<unknown>[]): UpdateState<Pair> => {
    const [one, other] = states;
    return {
      count: one?.count ?? scalar(0, 'int32'),
      scalars: Object.assign({}, ...states.map(({ scalars }, i) => named(prefixes[i] ?? '', scalars))),
      slots: Object.fromEntries(
        Object.keys(one?.slots ?? {}).map((name) => [name, [one?.slots[name], other?.slots[name]]]),
      ),
    };
  };
  const part = ({ count, scalars, slots }: UpdateState<Pair>, i: number): UpdateState<unknown> => ({
    count,
    scalars: unnamed(prefixes[i] ?? '', scalars),
    slots: Object.fromEntries(Object.entries(slots).map(([name, pair]) => [name, pair[i]])),
  });
  return {
    init: (parameters) =>
      merge(parts.map((update, i) => update.init((parameters as Pair)[i]))) as UpdateState<typeof parameters>,
    lens: () => ({
      run: ([state, parameters]) => {
        const runs = parts.map((update, i) =>
          update.lens<unknown>().run([part(state as UpdateState<Pair>, i), (parameters as Pair)[i]]),
        );
        return [
          runs.map(([at]) => at) as typeof parameters,
          (gradient) => {
            const ends = runs.map(([, back], i) => back((gradient as Pair)[i]));
            return [
              merge(ends.map(([each]) => each)) as typeof state,
              ends.map(([, each]) => each) as typeof parameters,
            ];
          },
        ];
      },
    }),
  };
};

const pairSuspect = (name: string, killedBy: readonly string[], apart: boolean): Suspect => {
  const [u, v] = [adam({ beta1: 0.5 }), adam({ beta1: 0.9 })] as const;
  return suspect(`two updates over [p, q]: ${name}`, killedBy, pairOf(u, v, apart), {
    like: [alike, alike],
    scope: 'names',
    forms: [
      (map, point) => {
        const [p, q] = map.tree as readonly unknown[];
        const alone = [updateMap('first', u, p, float64), updateMap('second', v, q, float64)] as const;
        return besideEachOther(map, alone, point);
      },
    ],
  });
};

/** A schedule and its formula, and what it is from a count on. */
const scheduled = (
  name: string,
  killedBy: readonly string[],
  schedule: Schedule,
  formula: (count: number) => number,
  end?: readonly [from: number, into: LearningRate],
): Suspect => ({
  name: `schedule: ${name}`,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing(({ integers }) => [0, 1, ...integers(4, 0, 40)]),
      [
        (counts) => scheduleFormula(scheduleMap(name, schedule, float64), counts, formula),
        ...(end === undefined
          ? []
          : [
              (counts: readonly number[]) =>
                joins(
                  scheduleMap(name, schedule, float64),
                  scheduleMap('its end', end[1], float64),
                  end[0],
                  counts,
                ),
            ]),
      ],
      { runs: 5 },
    ),
});

/** The reference, the last number of each larger result changed. */
const brokenBackend: Backend = {
  ...sound,
  name: 'broken',
  compile: (program) => {
    const executable = sound.compile(program);
    return {
      ...executable,
      start: (state) => {
        const machine = executable.start(state);
        return {
          ...machine,
          step: (inputs) =>
            machine
              .step(inputs)
              .map((data) =>
                data instanceof Float32Array
                  ? data.map((x, i) => (data.length > 2 && i === data.length - 1 ? x * (1 + 2 ** -10) : x))
                  : data,
              ),
        };
      },
    };
  },
};

export const updateSuspects: readonly Suspect[] = [
  // — sound —
  suspect(
    'sgd as a user’s own lens',
    [],
    lensOf((state, p, g) => [counted(state), moved(p, g)]),
    {
      memoryless: true,
      linear: true,
      exact: true,
      ahead: false,
      forms: [(map, point) => stepsDownGradient(map, { rate: 0.25 }, point)],
    },
  ),
  suspect(
    'momentum as a user’s own lens',
    [],
    zipped((all) => all),
    {
      linear: true,
      exact: true,
      forms: [(map, point) => constantGradients(map, heavyBall, point)],
    },
  ),
  suspect('Nesterov, by the velocity', [], velocity({ next: (v, g) => add(kept(v), g), ahead: kept }), {
    ahead: true,
    linear: true,
    exact: true,
    withRate: (learningRate) => velocity({ next: (v, g) => add(kept(v), g), ahead: kept, learningRate }),
    forms: [(map, point) => quadratic(map, nesterovBall, 2, point)],
  }),
  adamSuspect('sound', [], {}),
  suspect(
    'Adagrad',
    [],
    rmspropOf((square, g) => add(square, multiply(g, g))),
    { memoryless: true },
  ),
  suspect(
    'RMSprop',
    [],
    rmspropOf((square, g) => add(multiply(square, BETA2), multiply(multiply(g, g), 1 - BETA2))),
    {
      memoryless: true,
      forms: [(map, point) => runningSize(map, rmspropConstants, point)],
    },
  ),
  suspect('layer-wise rates', [], layerwise, { scope: 'leaf', memoryless: true }),
  suspect('clipping by the global norm', [], globalNorm, { scope: 'tree', memoryless: true }),
  suspect(
    'sgd with weight decay',
    [],
    descent((g, p) => add(g, multiply(p, 0.1))),
    {
      decays: true,
      withRate: (learningRate) => descent((g, p) => add(g, multiply(p, 0.1)), learningRate),
    },
  ),
  suspect(
    'a velocity in units of the rate',
    [],
    velocity({ next: (v, g, rate) => add(kept(v), multiply(g, rate)), move: (v) => multiply(v, 4) }),
    {
      rateInState: true,
      withRate: (learningRate) =>
        velocity({ next: (v, g, rate) => add(kept(v), multiply(g, rate)), learningRate }),
    },
  ),
  pairSuspect('sound', [], true),
  scheduled(
    'cosine',
    [],
    cosineDecay(0.5, 10, 0.125),
    (t) => 0.125 + 0.1875 * (1 + Math.cos((Math.PI * Math.min(t, 10)) / 10)),
    [10, 0.125],
  ),

  // — gradient descent —
  suspect(
    'sgd: the sign',
    ['O-1'],
    descent((g) => multiply(g, -1)),
    {
      forms: [(map, point) => stepsDownGradient(map, { rate: 0.25 }, point)],
    },
  ),
  suspect(
    'sgd: weight decay hides in it',
    ['O-2', 'O-5'],
    descent((g, p) => add(g, multiply(p, 0.01))),
  ),
  suspect(
    'sgd: the step is relative to the parameter',
    ['O-5'],
    descent((g, p) => multiply(g, add(p, 1))),
  ),
  suspect(
    'sgd: only uphill gradients',
    ['O-10'],
    descent((g) => maximum(g, 0)),
  ),
  suspect(
    'sgd: a clip hides in it',
    ['O-17', 'O-10'],
    descent((g) => minimum(maximum(g, -0.5), 0.5)),
    {
      linear: true,
      withRate: (learningRate) => descent((g) => minimum(maximum(g, -0.5), 0.5), learningRate),
    },
  ),
  suspect(
    'sgd: the gradient’s direction, 0/0 at none',
    ['O-2'],
    descent((g) => divide(g, sqrt(multiply(g, g)))),
  ),
  suspect(
    'sgd: a velocity in what is said to have none',
    ['O-2'],
    velocity({ next: (v, g) => add(kept(v), g) }),
    {
      memoryless: true,
    },
  ),
  suspect('sgd: the tensor’s size in each step', ['O-3'], layerwise, { memoryless: true }),
  suspect('sgd: the gradient of the whole in each step', ['O-3', 'O-18'], globalNorm, { memoryless: true }),
  suspect(
    'sgd: a rate by the place in the tensor',
    ['O-10', 'O-3'],
    descent((g) => multiply(g, add(iota(g.shape, 0, 'float32'), 1))),
  ),

  // — momentum —
  suspect('momentum: the sign of γ', ['O-7', 'O-9'], velocity({ next: (v, g) => subtract(g, kept(v)) }), {
    forms: [
      (map, point) => constantGradients(map, heavyBall, point),
      (map, point) => quadratic(map, heavyBall, 2, point),
    ],
  }),
  suspect(
    'momentum: dampened',
    ['O-7', 'O-9'],
    velocity({ next: (v, g) => add(kept(v), multiply(g, 0.5)) }),
    {
      forms: [
        (map, point) => constantGradients(map, heavyBall, point),
        (map, point) => quadratic(map, heavyBall, 2, point),
      ],
    },
  ),
  suspect(
    'momentum: nothing kept, and the gradient lost',
    ['O-6'],
    velocity({ next: (v, g) => multiply(add(v, g), 0) }),
    {
      forms: [(map, point) => sameUpdate(map, withUpdate(map, sgd({ learningRate: 0.25 }), 'sgd'), point)],
    },
  ),
  suspect(
    'momentum: slots zipped to the wrong leaves',
    ['O-3', 'O-18'],
    zipped((all) => all.toReversed()),
  ),
  suspect(
    'momentum: the rate in the state and in the step',
    ['O-16'],
    velocity({ next: (v, g, rate) => add(kept(v), multiply(g, rate)) }),
    {
      withRate: (learningRate) =>
        velocity({ next: (v, g, rate) => add(kept(v), multiply(g, rate)), learningRate }),
    },
  ),

  // — Nesterov —
  suspect('nesterov: no look ahead', ['O-8', 'O-9'], velocity({ next: (v, g) => add(kept(v), g) }), {
    ahead: true,
    forms: [looksAhead, (map, point) => quadratic(map, nesterovBall, 2, point)],
  }),
  suspect(
    'nesterov: looks back',
    ['O-8'],
    velocity({ next: (v, g) => add(kept(v), g), ahead: (v) => multiply(v, -0.5) }),
  ),
  suspect(
    'nesterov: looks ahead by the whole velocity',
    ['O-8'],
    velocity({ next: (v, g) => add(kept(v), g), ahead: (v) => v }),
  ),

  // — Adam and RMSprop —
  adamSuspect('β₂ for β₁', ['O-12'], { mean: BETA2 }),
  adamSuspect('no correction of bias', ['O-12'], { corrects: [false, false] }),
  adamSuspect('only the mean is corrected', ['O-12', 'O-13'], {
    corrects: [true, false],
    size: (square) => add(sqrt(square), 1e-8),
  }),
  adamSuspect('t begins at 0', ['O-2'], { initial: 2 }),
  adamSuspect('t begins at 2', ['O-12'], { initial: BETA1 }),
  adamSuspect('corrected moments are kept', ['O-12'], { stored: true }),
  adamSuspect('ε inside the root', ['O-12'], { size: (square, epsilon) => sqrt(add(square, epsilon)) }),
  suspect(
    'adam: a floor under the size',
    ['O-11'],
    adamOf({ epsilon: 0, size: (square) => maximum(sqrt(square), 0.5) }),
    {
      forms: [scaleFree],
    },
  ),
  suspect('adam: a mean where β₁ is 0', ['O-6'], adamOf({ mean: 0.5, corrects: [false, false] }), {
    forms: [
      (map, point) => withoutMean(map, { ...rmspropConstants, decay: BETA2 }, point),
      (map, point) => signOfGradient(map, { rate: 0.25 }, point),
    ],
  }),
  suspect(
    'rmsprop: += for =',
    ['O-14'],
    rmspropOf((square, g) => add(square, multiply(multiply(g, g), 1 - BETA2)), 0),
    {
      forms: [(map, point) => sizeUnderConstantGradient(map, rmspropConstants, point)],
    },
  ),

  // — state —
  suspect('a state that grows', ['O-20'], growing),
  suspect('a count outside of the state', ['L-4', 'O-20'], hiddenCount()),
  suspect('a way back that is used up', ['L-5'], usedUp()),
  suspect('parameters overwritten', ['L-6'], overwriting),
  suspect(
    'a count that is not counted',
    ['O-19'],
    lensOf((state, p, g) => [state, moved(p, g)]),
  ),
  pairSuspect('powers of β shared', ['O-18'], false),
  suspect('on a backend that loses digits at the end', ['B-1'], sgd({ learningRate: 0.25 }), {
    backends: [brokenBackend],
    exact: true,
  }),

  // — schedules —
  suspect('the schedule is asked after the step', ['O-19'], late(0.25), { withRate: late }),
  scheduled(
    'warm-up: one too many',
    ['O-19'],
    (count) => minimum(divide(add(cast(count, 'float32'), 1), 8), 1),
    (t) => Math.min(1, t / 8),
    [8, 1],
  ),
  scheduled(
    'cosine: goes up again',
    ['O-19'],
    (count) => multiply(add(cos(multiply(cast(count, 'float32'), Math.PI / 10)), 1), 0.5),
    (t) => 0.5 * (1 + Math.cos((Math.PI * Math.min(t, 10)) / 10)),
    [10, 0],
  ),
];
