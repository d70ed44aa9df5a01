/** The state of an online run as one value, and as a checkpoint. */
import { either as E } from 'fp-ts';
import type { Backend } from '../../backend/backend.js';
import { handleOf, type StateHandle } from '../../stream/stepper.js';
import type { Value } from '../../tensor/primitive/primitive.js';
import type { Checkpoint, ExpectedCheckpoint } from '../checkpoint/checkpoint.js';
import type { Counts } from './event.js';
import type { ExampleForm } from './example.js';
import { itemsOf, type Pending, pendingOf, type Waiting } from './pending.js';
import type { Json } from '../../tree/tree.js';
import { namedSpecs, namedTensors, restoreTree } from '../checkpoint/named-tensors.js';
import { type MonitorState, restoredMonitorState, signatureText } from '../checkpoint/signature.js';
import type { StructureError } from '../checkpoint/structure-hash.js';

/** States of the learner that a run may roll back to: the older one, and the one that takes its place. */
export interface RollBackStates<State> {
  readonly longAgo: StateHandle<State>;
  readonly lately: StateHandle<State>;
}

/** All that decides how a run goes on. */
export interface RunState<State> {
  readonly learner: StateHandle<State>;
  /** Where the source stands behind the last record that counts; `null` before the first. */
  readonly position: Json;
  /** Steps so far. */
  readonly step: number;
  readonly counts: Counts;
  /** The states of the folds that make examples, that monitor, and that revise. */
  readonly features: Json;
  readonly monitors: Json;
  readonly revision: Json;
  /** What every example must be like; `null` before the first that the model took. */
  readonly form: ExampleForm | null;
  /** Examples of records that count already, which wait for their step. */
  readonly pending: Pending;
  /** The state of the limit on bad records, where there is one. */
  readonly badShare: { readonly bad: number; readonly all: number; readonly seen: number } | undefined;
  /** Where the run may roll back. */
  readonly rollBack: RollBackStates<State> | undefined;
  /** Before the first example that the model took: the number of refused records, and why the first one was refused. */
  readonly refused: { readonly count: number; readonly first: string };
}

/** What a run is made of: what must be equal for it to go on, part by part, and the folds that only watch. */
export interface RunParts {
  readonly compared: { readonly [part: string]: Json };
  readonly monitors: Json;
}

/** What of it is plain data, as it is written down. */
type RunData = Omit<RunState<unknown>, 'learner' | 'step' | 'rollBack' | 'monitors' | 'pending'> & {
  readonly monitors: MonitorState;
  readonly pending: readonly Waiting[];
};

/** Tensors of states to roll back to, which a checkpoint may have beside those of the learner. */
const ROLL_BACK = 'rollBack.';
const [LONG_AGO, LATELY] = [`${ROLL_BACK}longAgo.`, `${ROLL_BACK}lately.`];

/** What must be equal for a run to go on from a checkpoint: the learner's tensors, and the parts that are compared. */
export const expectedBy = ({ learner }: RunState<unknown>, { compared }: RunParts): ExpectedCheckpoint => ({
  structure: signatureText(compared),
  tensors: namedSpecs(learner.state()),
  optional: ROLL_BACK,
});

/** A run before its first record. */
export const freshRun = <State>(
  learner: StateHandle<State>,
  { features, monitors, revision }: Pick<RunState<State>, 'features' | 'monitors' | 'revision'>,
): RunState<State> => ({
  learner,
  position: null,
  step: 0,
  counts: { records: 0, bad: 0, skipped: 0 },
  features,
  monitors,
  revision,
  form: null,
  pending: pendingOf([]),
  badShare: undefined,
  rollBack: undefined,
  refused: { count: 0, first: '' },
});

const prefixed = (
  prefix: string,
  tensors: Readonly<Record<string, Value>>,
): readonly (readonly [string, Value])[] =>
  Object.entries(tensors).map(([name, value]) => [`${prefix}${name}`, value]);

const unprefixed = (
  prefix: string,
  tensors: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );

/** A run as a checkpoint. */
export const writeRun = <State>(
  { learner, step, rollBack, monitors, pending, badShare, ...run }: RunState<State>,
  parts: RunParts,
): Checkpoint => ({
  step,
  structure: signatureText(parts.compared),
  tensors:
    rollBack === undefined
      ? namedTensors(learner.state())
      : Object.fromEntries([
          ...prefixed('', namedTensors(learner.state())),
          ...prefixed(LONG_AGO, namedTensors(rollBack.longAgo.state())),
          ...prefixed(LATELY, namedTensors(rollBack.lately.state())),
        ]),
  // In one order, whatever the state was made of: equal runs have equal bytes.
  data: {
    position: run.position,
    counts: run.counts,
    features: run.features,
    revision: run.revision,
    form: run.form,
    refused: run.refused,
    pending: itemsOf(pending),
    monitors: { description: parts.monitors, state: monitors },
    // A limit that is not there is written down as nothing.
    badShare: badShare ?? null,
  },
});

const readRollBack = <State>(
  like: State,
  tensors: Checkpoint['tensors'],
  backend: Backend,
): E.Either<StructureError, RollBackStates<State> | undefined> => {
  const [first, second] = [unprefixed(LONG_AGO, tensors), unprefixed(LATELY, tensors)];
  if (Object.keys(first).length + Object.keys(second).length === 0) return E.right(undefined);
  const longAgo = restoreTree(like, first);
  const lately = restoreTree(like, second);
  if (E.isLeft(longAgo)) return longAgo;
  if (E.isLeft(lately)) return lately;
  return E.right({ longAgo: handleOf(longAgo.right, backend), lately: handleOf(lately.right, backend) });
};

/** The run of a checkpoint, whose learner and folds are like those of a fresh one. */
export const readRun = <State>(
  { step, tensors, data }: Checkpoint,
  fresh: RunState<State>,
  parts: RunParts,
  backend: Backend,
): E.Either<StructureError, RunState<State>> => {
  // What was written by `writeRun` has its form: the structure has been compared.
  const { badShare, monitors, pending, ...rest } = data as RunData;
  const own = Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith(ROLL_BACK)));
  const like = fresh.learner.state();
  const learner = restoreTree(like, own);
  if (E.isLeft(learner)) return learner;
  return E.map((rollBack: RollBackStates<State> | undefined) => ({
    ...rest,
    monitors: restoredMonitorState({ description: parts.monitors, state: fresh.monitors }, monitors),
    badShare: badShare ?? undefined,
    pending: pendingOf([...pending]),
    step,
    learner: handleOf(learner.right, backend),
    rollBack,
  }))(readRollBack(like, tensors, backend));
};
