/** All laws of an update, whatever its formula, cheapest and strictest first. */
import { bitwise, normWise } from '../base/equality.js';
import { type Law, law } from '../base/verdict.js';
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
import { comesToRest, decayShrinks, evenSteps, isAlive } from '../update/alive.js';
import { descends } from '../update/convex.js';
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
  /** Whether it is meant to move nothing, as `frozen` is: no O-22. */
  readonly still?: boolean | undefined;
  /** Whether its means are freed of the bias of beginning at 0, as Adam's are: under equal gradients even steps, O-12. */
  readonly corrected?: boolean | undefined;
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

/** A predicate under the name of its law. */
type Claim = readonly [id: string, predicate: Predicate];

/** A predicate as a law, on an engine. */
export const onEngine = (engine: Engine, [id, predicate]: Claim): UpdateLaw =>
  law(id, ({ on, point }) => predicate(on(engine), point));

/** Those that hold to the bit, and so on every engine. */
const exactly = (traits: UpdateTraits): readonly Claim[] => {
  const { scope = 'element', decays = false, memoryless = false, exact = false, withRate } = traits;
  const { linear = false, rateInState = false } = traits;
  return [
    ['L-4', runIsGetAndPut],
    ['L-5', reentrantUpdate],
    ['L-6', pureUpdate],
    ['O-19', countsUpdates],
    ['O-20', finiteState],
    ['O-2', wholeNumbersStay],
    ...only(!decays, ['O-2', restsAtFirst]),
    ...only(memoryless && !decays, ['O-2', restsInEveryState]),
    ...only(exact && !decays, ['O-5', exactTranslation]),
    ...only(scope === 'element', ['O-10', signedPermutation]),
    ['O-18', (map, point) => tensorOfUpdates(map, map, point)],
    ...only(
      scope === 'element' || scope === 'leaf',
      ['O-18', joint],
      ['O-3', leafByLeaf],
      ['O-3', renestedExactly],
    ),
    ...only(scope === 'element', ['O-3', split]),
    ...(withRate === undefined ? [] : withRates(withRate, { linear, rateInState })),
    ['O-20', resumable],
  ];
};

/** Claims, where they are owed. */
const only = (owed: boolean, ...claims: readonly Claim[]): readonly Claim[] => (owed ? claims : []);

const exactTranslation: Predicate = (map, point) => translation(map, wholePoint(point), bitwise);
const renestedExactly: Predicate = (map, point) => renested(map, point);
const joint: Predicate = (map, point) => besideEachOther(...inTwo(map), point);

const withRates = (
  withRate: WithRate,
  { linear, rateInState }: { readonly linear: boolean; readonly rateInState: boolean },
): readonly Claim[] => [
  ['O-19', (map, point) => constantSchedule(map, withRate, point)],
  ['O-19', (map, point) => followsSchedule(map, withRate, point)],
  ...only(!rateInState, ['O-16', (map, point) => linearInRate(map, withRate, point)]),
  ...only(linear && !rateInState, ['O-17', (map, point) => rateAsCap(map, withRate, point)]),
];

/** Those that hold up to rounding, and so in float64. */
const nearly = ({
  scope,
  decays = false,
  linear = false,
  ahead,
  still = false,
  corrected = false,
}: UpdateTraits): readonly Claim[] => [
  ['O-21', (map, point) => descends(map, { falling: scope === 'names' ? 'leaf' : scope, decays }, point)],
  ...only(
    !still,
    ['O-22', (map, point) => isAlive(map, point, { byName: scope === 'names' })],
    ['O-22', comesToRest],
  ),
  ...only(decays, ['O-15', decayShrinks]),
  ...only(corrected, ['O-12', evenSteps]),
  ['O-8', ahead === undefined ? looksSomewhere : ahead ? looksAhead : looksAtParameters],
  ...only(!decays, ['O-5', (map, point) => translation(map, point)]),
  ...only(linear, ['O-10', (map, point) => rotation(map, point)]),
  ...only(scope === 'tree', [
    'O-3',
    (map, point) => renested(map, point, normWise({ rtol: 1e-11, atol: 1e-12 })),
  ]),
];

/**
 * The laws of every update: L-4, L-5, L-6, O-2, O-3, O-5, O-8, O-10, O-18 to O-22, in float64 and where they
 * are bit for bit on each backend too, and B-1, B-2, B-3; with `withRate` also O-16 and O-17, with `decays` O-15, with `corrected` O-12. Laws of one algorithm,
 * O-1, O-6, O-7, O-9, O-11 to O-14, are predicates that take its constants.
 */
export const updateLaws = ({
  backends = allBackends,
  ...traits
}: UpdateBattery = {}): readonly UpdateLaw[] => {
  const near = againstFloat64(traits);
  return [
    // First of all: without it no state can be reached.
    onEngine(float64, ['O-20', stableForm]),
    ...[float64, ...backends.map(engineOf)].flatMap((engine) =>
      exactly(traits).map((claim) => onEngine(engine, claim)),
    ),
    ...nearly(traits).map((claim) => onEngine(float64, claim)),
    ...backends.map(engineOf).flatMap((engine) => near.map((claim) => onEngine(engine, claim))),
  ];
};

/** Those that hold a backend to float64, and to itself. */
const againstFloat64 = ({ exact = false }: UpdateTraits): readonly Claim[] => [
  ['B-1', stepNearFloat64],
  ['B-3', stepRepeatable],
  ...only(exact, ['B-2', stepExact]),
];
