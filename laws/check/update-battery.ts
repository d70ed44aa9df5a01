/** All laws of an update, whatever its formula, cheapest and strictest first. */
import { bitwise, normWise } from '../base/equality.js';
import type { Law } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import { backends as allBackends, type Engine, engineOf, float64 } from '../map/engine.js';
import { stepExact, stepNearFloat64, stepRepeatable, wholePoint } from '../update/backend.js';
import {
  looksAhead,
  looksAtParameters,
  looksSomewhere,
  pureUpdate,
  reentrantUpdate,
  runIsGetAndPut,
} from '../update/lens.js';
import type { UpdateAtPoint, UpdatePoint } from '../update/random-update.js';
import { constantSchedule, followsSchedule, linearInRate, rateAsCap, type WithRate } from '../update/rate.js';
import { restsAtFirst, restsInEveryState, wholeNumbersStay } from '../update/rest.js';
import { rotation, signedPermutation, translation } from '../update/symmetry.js';
import { besideEachOther, inTwo, leafByLeaf, renested, split, tensorOfUpdates } from '../update/tree.js';
import type { UpdateMap } from '../update/update-map.js';
import { countsUpdates, finiteState, resumable, stableForm } from '../update/value.js';

/** What an update is, where that decides which laws it owes. */
export interface UpdateTraits {
  /**
   * What the step of one number looks at beside itself: nothing (`'element'`, unless given); the rest of its
   * tensor, as layer-wise rates do (`'leaf'`: no O-10, and O-3 without cutting leaves); all parameters, as
   * clipping by the global norm does (`'tree'`: of O-3 only that names do not matter, ≈ₙ, and of O-18 only the
   * tensor); or where in the tree it stands, as rates by layer do (`'names'`: no O-3 at all).
   */
  readonly scope?: 'element' | 'leaf' | 'tree' | 'names' | undefined;
  /** Whether parameters shrink without a gradient, as under weight decay: no O-2 and no O-5. */
  readonly decays?: boolean | undefined;
  /** Whether a gradient of 0 stops it at once, because it keeps no velocity: O-2 in every state. */
  readonly memoryless?: boolean | undefined;
  /** Whether its moves are linear in the gradients: O-10 for rotations, and O-17 where `withRate` is given. */
  readonly linear?: boolean | undefined;
  /** Whether it is exact on whole numbers, its constants powers of two: B-2, and O-5 bit for bit. */
  readonly exact?: boolean | undefined;
  /** Whether the gradient is taken ahead, as Nesterov does, or never; either, coherently, unless given: O-8. */
  readonly ahead?: boolean | undefined;
  /** The same update with another learning rate, a number or a schedule: adds O-16 and of O-19 the rate. */
  readonly withRate?: WithRate | undefined;
  /** Whether its state is in units of the learning rate, as a velocity of η·g: no O-16, no O-17. */
  readonly rateInState?: boolean | undefined;
}

export interface UpdateBattery extends UpdateTraits {
  /** The backends that are held against float64; all unless given. */
  readonly backends?: readonly Backend[] | undefined;
}

type UpdateLaw = Law<UpdateAtPoint>;
type Predicate = (map: UpdateMap, point: UpdatePoint) => ReturnType<UpdateLaw>;

/** A predicate as a law, on an engine. */
export const onEngine =
  (engine: Engine, predicate: Predicate): UpdateLaw =>
  ({ on, point }) =>
    predicate(on(engine), point);

/** Those that hold to the bit, and so on every engine. */
const exactly = (traits: UpdateTraits): readonly Predicate[] => {
  const { scope = 'element', decays = false, memoryless = false, exact = false, withRate } = traits;
  const { linear = false, rateInState = false } = traits;
  return [
    runIsGetAndPut,
    reentrantUpdate,
    pureUpdate,
    countsUpdates,
    finiteState,
    wholeNumbersStay,
    ...(decays ? [] : [restsAtFirst]),
    ...(memoryless && !decays ? [restsInEveryState] : []),
    ...(exact && !decays ? [exactTranslation] : []),
    ...(scope === 'element' ? [signedPermutation] : []),
    (map, point) => tensorOfUpdates(map, map, point),
    ...(scope === 'element' || scope === 'leaf' ? [joint, leafByLeaf, renestedExactly] : []),
    ...(scope === 'element' ? [split] : []),
    ...(withRate === undefined ? [] : withRates(withRate, { linear, rateInState })),
    resumable,
  ];
};

const exactTranslation: Predicate = (map, point) => translation(map, wholePoint(point), bitwise);
const renestedExactly: Predicate = (map, point) => renested(map, point);
const joint: Predicate = (map, point) => besideEachOther(...inTwo(map), point);

const withRates = (
  withRate: WithRate,
  { linear, rateInState }: { readonly linear: boolean; readonly rateInState: boolean },
): readonly Predicate[] => [
  (map, point) => constantSchedule(map, withRate, point),
  (map, point) => followsSchedule(map, withRate, point),
  ...(rateInState ? [] : [(map: UpdateMap, point: UpdatePoint) => linearInRate(map, withRate, point)]),
  ...(rateInState || !linear
    ? []
    : [(map: UpdateMap, point: UpdatePoint) => rateAsCap(map, withRate, point)]),
];

/** Those that hold up to rounding, and so in float64. */
const nearly = ({ scope, decays = false, linear = false, ahead }: UpdateTraits): readonly Predicate[] => [
  ahead === undefined ? looksSomewhere : ahead ? looksAhead : looksAtParameters,
  ...(decays ? [] : [(map: UpdateMap, point: UpdatePoint) => translation(map, point)]),
  ...(linear ? [(map: UpdateMap, point: UpdatePoint) => rotation(map, point)] : []),
  ...(scope === 'tree'
    ? [(map: UpdateMap, point: UpdatePoint) => renested(map, point, normWise({ rtol: 1e-11, atol: 1e-12 }))]
    : []),
];

/**
 * The laws of every update: L-4, L-5, L-6, O-2, O-3, O-5, O-8, O-10, O-18, O-19 and O-20, in float64 and where they
 * are bit for bit on each backend too, and B-1, B-2, B-3; with `withRate` also O-16 and O-17. Laws of one algorithm,
 * O-1, O-6, O-7, O-9, O-11 to O-14, are predicates that take its constants.
 */
export const updateLaws = ({
  backends = allBackends,
  ...traits
}: UpdateBattery = {}): readonly UpdateLaw[] => {
  const near = againstFloat64(traits);
  return [
    // First of all: without it no state can be reached.
    onEngine(float64, stableForm),
    ...[float64, ...backends.map(engineOf)].flatMap((engine) =>
      exactly(traits).map((predicate) => onEngine(engine, predicate)),
    ),
    ...nearly(traits).map((predicate) => onEngine(float64, predicate)),
    ...backends.map(engineOf).flatMap((engine) => near.map((predicate) => onEngine(engine, predicate))),
  ];
};

/** Those that hold a backend to float64, and to itself. */
const againstFloat64 = ({ exact = false }: UpdateTraits): readonly Predicate[] => [
  stepNearFloat64,
  stepRepeatable,
  ...(exact ? [stepExact] : []),
];
