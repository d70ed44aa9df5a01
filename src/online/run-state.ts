/** The state of an online run as one value, and as a checkpoint. */
import { either } from 'fp-ts';
import type { LearnerState } from '../learner/learner.js';
import type { Checkpoint, Wanted } from './checkpoint.js';
import type { Counts } from './event.js';
import type { Example } from './example.js';
import type { Json } from './json.js';
import { namedSpecs, namedTensors, restoreTree } from './named-tensors.js';
import { structureHash, type StructureError } from './structure.js';

/** All that a record may change. */
export interface RunState<P> {
  readonly learner: LearnerState<P>;
  /** Where the source stands behind the last record that counts; `null` before the first. */
  readonly position: Json;
  /** Steps so far. */
  readonly step: number;
  readonly counts: Counts;
  /** The states of the folds that make examples, that monitor, and that revise. */
  readonly features: Json;
  readonly monitors: Json;
  readonly revision: Json;
  /** Examples of records that count already, which wait for their step. */
  readonly pending: readonly Example[];
  /** The state of the limit on bad records, where there is one. */
  readonly badShare: { readonly bad: number; readonly all: number; readonly seen: number } | undefined;
}

/** What of it is plain data. */
type RunData = Omit<RunState<unknown>, 'learner' | 'step'>;

/** The kinds of a plain state, whatever its numbers: what was kept by other folds has other ones. */
const kindsOf = (data: Json): string => {
  if (Array.isArray(data)) return `[${data.map(kindsOf).join()}]`;
  if (typeof data !== 'object' || data === null) return data === null ? 'null' : typeof data;
  const record = data as Readonly<Record<string, Json>>;
  return `{${Object.keys(record)
    .toSorted()
    .map((name) => `${name}:${kindsOf(record[name] ?? null)}`)
    .join()}}`;
};

/** What must be equal for a run to go on from a checkpoint: the learner's tensors, and the folds as they begin. */
export const wantedBy = ({ learner, features, monitors, revision }: RunState<unknown>): Wanted => {
  const tensors = namedSpecs(learner);
  return { structure: structureHash(tensors, kindsOf([features, monitors, revision])), tensors };
};

/** A run before its first record. */
export const freshRun = <P>(
  learner: LearnerState<P>,
  { features, monitors, revision }: Pick<RunState<P>, 'features' | 'monitors' | 'revision'>,
): RunState<P> => ({
  learner,
  position: null,
  step: 0,
  counts: { records: 0, bad: 0, skipped: 0 },
  features,
  monitors,
  revision,
  pending: [],
  badShare: undefined,
});

/** A run as a checkpoint. */
export const writeRun = <P>({ learner, step, ...data }: RunState<P>, structure: string): Checkpoint => ({
  step,
  structure,
  tensors: namedTensors(learner),
  // A limit that is not there is written down as nothing.
  data: { ...data, badShare: data.badShare ?? null },
});

/** The run of a checkpoint, whose learner is like this one. */
export const readRun = <P>(
  { step, tensors, data }: Checkpoint,
  like: LearnerState<P>,
): either.Either<StructureError, RunState<P>> => {
  // What was written by `writeRun` has its form: the structure has been compared.
  const { badShare, ...rest } = data as RunData;
  return either.map((learner: LearnerState<P>) => ({
    ...rest,
    badShare: badShare ?? undefined,
    step,
    learner,
  }))(restoreTree(like, tensors));
};
