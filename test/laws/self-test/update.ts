/** Optimizers with planted bugs, and sound ones that a user may have written. */
import { sgd } from 'paralens';
import { cosineDecay, elementwiseUpdate, lion } from 'paralens/update';
import {
  add,
  cast,
  cos,
  divide,
  iota,
  less,
  maximum,
  minimum,
  multiply,
  select,
  sqrt,
  subtract,
} from 'paralens/operation';
import {
  constantGradients,
  followsRule,
  looksAhead,
  quadratic,
  runningSize,
  sameUpdate,
  scaleFree,
  signOfGradient,
  sizeUnderConstantGradient,
  stepsDownGradient,
  withoutMean,
  withUpdate,
} from 'paralens/laws/kit';
import { lionStep } from '../subject/composed-update.js';
import type { Suspect } from './suspect.js';
import {
  adamOf,
  BETA1,
  BETA2,
  descent,
  heavyBall,
  kept,
  layerwise,
  nesterovBall,
  rmspropConstants,
  rmspropOf,
  velocity,
} from './update-rules.js';
import {
  counted,
  globalNorm,
  growing,
  hiddenCount,
  late,
  lensOf,
  moved,
  overwriting,
  usedUp,
  zipped,
} from './update-lenses.js';
import { adamSuspect, brokenBackend, pairSuspect, scheduled, suspect } from './update-suspect.js';

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
  suspect('adam: sound, without a closed form', [], adamOf({}), { corrected: true }),
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
    cosineDecay({ rate: 0.5, steps: 10, end: 0.125 }),
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
  // Without a closed form: that it goes down is what every user's update owes.
  suspect(
    'sgd: up the gradient',
    ['O-21'],
    descent((g) => multiply(g, -1)),
    { memoryless: true, linear: true },
  ),
  suspect(
    'sgd: up the gradient of the larger half',
    ['O-21'],
    descent((g) => select(less(g, 0.5), g, multiply(g, -1))),
  ),
  suspect('momentum: up the gradient', ['O-21'], velocity({ next: (v, g) => subtract(kept(v), g) })),
  suspect(
    'sgd: the gradient is not used',
    ['O-22'],
    descent((g) => multiply(g, 0)),
  ),
  suspect('momentum: the gradient is not used', ['O-22'], velocity({ next: (v) => kept(v) })),
  suspect(
    'momentum: the next velocity is not kept',
    ['O-22'],
    elementwiseUpdate({
      learningRate: 0.25,
      slots: ['velocity'],
      move: ({ parameter, gradient, slots, rate }) => ({
        parameter: subtract(parameter, multiply(add(kept(slots['velocity'] ?? gradient), gradient), rate)),
        slots,
      }),
    }),
  ),
  suspect(
    'momentum: more than all of the velocity is left',
    ['O-22'],
    velocity({ next: (v, g) => add(multiply(v, 1.25), g) }),
  ),
  suspect(
    'sgd: weight decay by the wrong sign',
    ['O-15'],
    descent((g, p) => subtract(g, multiply(p, 0.1))),
    { decays: true },
  ),
  ...([true, false] as const).map((first) =>
    suspect(
      `adam: without a closed form, the mean of ${first ? 'squares' : 'gradients'} is not corrected`,
      ['O-12'],
      adamOf({ corrects: [first, !first] }),
      { corrected: true },
    ),
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
      (map, point) => withoutMean(map, { ...rmspropConstants, smoothing: BETA2 }, point),
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

  suspect('lion: its betas exchanged', ['O-14'], lion({ learningRate: 0.25, beta1: 0.99, beta2: 0.9 }), {
    forms: [(map, point) => followsRule(map, lionStep(0.25), point)],
  }),
  suspect('lion', [], lion({ learningRate: 0.25 }), {
    forms: [(map, point) => followsRule(map, lionStep(0.25), point)],
  }),

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
