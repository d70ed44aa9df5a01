/**
 * An online run as a source: its records are its steps, and a position is the whole run, written down. So what is said
 * of sources is said of runs: gone on with from any step, stopped anywhere, read in other pieces, by turns with another,
 * it is the same to the bit.
 */
import { either } from 'fp-ts';
import * as t from 'io-ts';
import { adam, dense, evaluate, key, learner, meanSquaredError, tensor } from 'paralens';
import { force, reference, type Value } from 'paralens/program';
import {
  type Checkpoint,
  type CheckpointStore,
  counters,
  decoder,
  jsonOfText,
  jsonText,
  mapPulled,
  online,
  type OnlineEvent,
  pipeFold,
  pure,
  type RawRecord,
  snapshots,
  type Source,
  toPull,
} from 'paralens/online';
import type { Medium, PlacedRecord, SourceSubject } from 'paralens/laws';
import { Observable, share } from 'rxjs';
import { allocate, type DType } from '../../../src/tensor/dtype.js';
import { bitsOf } from '../../stream/tiny.js';

type Records = readonly PlacedRecord[];

const backend = reference();
const subject = learner({
  model: dense(2, 1),
  loss: meanSquaredError(),
  update: adam({ learningRate: 0.1 }),
});
type State = ReturnType<typeof subject.init>;

/** What is told of a step. */
interface Told {
  readonly step: number;
  readonly loss: number;
  readonly monitored: number;
  readonly records: number;
  readonly bad: number;
  /** The dead letters since the step before. */
  readonly letters: readonly string[];
  readonly bits: readonly string[];
}

const written = ({ text, sound }: PlacedRecord): string => (sound ? JSON.stringify(text) : `{${text}`);

/** The sum so far goes into the features, so that a state that is lost or counted twice shows. */
const summed = (sum: number, text: string): readonly [number, readonly [number, number]] => {
  const next = sum + text.length;
  return [next, [text.length / 8, next / 100]];
};

const targetOf = ([a, b]: readonly [number, number]): number => a - b;

/** By hand: each step of the learner on its batch, one after the other. */
const plainly = (records: Records, size: number): readonly Told[] => {
  const told: Told[] = [];
  let state = subject.init(key(3));
  let [sum, bad] = [0, 0];
  let waiting: (readonly [number, number])[] = [];
  let letters: string[] = [];
  const step = (taken: number): void => {
    const [next, { loss }] = subject.step(state, {
      input: tensor(waiting.flat(), [waiting.length, 2]),
      target: tensor(waiting.map(targetOf), [waiting.length, 1]),
    });
    const number = told.length + 1;
    // Numbers, and of the backend of the run.
    state = force(next, { backend });
    told.push({
      step: number,
      loss: evaluate(loss, { backend }).data[0] ?? Number.NaN,
      monitored: number,
      records: taken,
      bad,
      letters,
      bits: bitsOf(state),
    });
    [waiting, letters] = [[], []];
  };
  for (const [i, record] of records.entries()) {
    if (!record.sound) {
      bad += 1;
      letters.push(written(record));
      continue;
    }
    const [total, row] = summed(sum, record.text);
    sum = total;
    waiting.push(row);
    if (waiting.length === size) step(i + 1);
  }
  if (waiting.length > 0) step(records.length);
  return told;
};

/** Lines in memory, in pieces. */
const linesIn = (
  values: readonly string[],
  pieces: readonly number[],
  place: { held: number },
): Source<RawRecord, number> => ({
  name: 'lines',
  position: t.number,
  open: async function* (after = 0) {
    place.held += 1;
    try {
      for (let [i, at] = [0, after]; at < values.length; i++) {
        const size = pieces[i % pieces.length] ?? 1;
        await new Promise(setImmediate);
        const first = at;
        at += size;
        yield values.slice(first, at).map((value, k) => ({ value, position: first + k + 1 }));
      }
    } finally {
      place.held -= 1;
    }
  },
});

const write = ({ tensors, ...rest }: Checkpoint): string => {
  const plain = Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
    name,
    { dtype, shape: [...shape], data: [...data] },
  ]);
  return jsonText({ ...rest, tensors: Object.fromEntries(plain) });
};

/** A checkpoint as it is written. */
type Written = Pick<Checkpoint, 'step' | 'structure' | 'data'> & {
  readonly tensors: {
    readonly [name: string]: {
      readonly dtype: DType;
      readonly shape: readonly number[];
      readonly data: readonly number[];
    };
  };
};

const read = (text: string): Checkpoint => {
  const json = jsonOfText(text);
  if (either.isLeft(json)) throw new Error(json.left);
  // What was written above.
  const { tensors, ...rest } = json.right as Written;
  const made = Object.entries(tensors).map(([name, { dtype, shape, data }]): [string, Value] => {
    const own = allocate(dtype, data.length);
    own.set(data);
    return [name, { dtype, shape, data: own }];
  });
  return { ...rest, tensors: Object.fromEntries(made) };
};

/** A place for checkpoints that nobody looks at. */
const nowhere: CheckpointStore = {
  restore: async () => either.right({ checkpoint: undefined, passedOver: [] }),
  save: async ({ step }) => either.right(`step ${step}`),
};

interface RunKind {
  /** Examples a step. */
  readonly size: number;
  readonly isWatched: boolean;
}

type Run = Observable<OnlineEvent<State, number>>;

/** Watched by counters and snapshots at every step: which is to change nothing. */
const watched = (run: Run): Run =>
  new Observable((subscriber) => {
    const shared = run.pipe(share());
    const silent = { error: () => undefined };
    subscriber.add(shared.pipe(counters({ every: { seconds: 0.001 } })).subscribe(silent));
    subscriber.add(shared.pipe(snapshots(subject, { backend })).subscribe(silent));
    subscriber.add(shared.subscribe(subscriber));
  });

const runOver = (
  lines: Source<RawRecord, number>,
  from: string | undefined,
  { size, isWatched }: RunKind,
): Run => {
  const run = online({
    source: lines,
    decode: decoder(t.string),
    examples: pipeFold(
      { initial: 0, step: summed },
      pure((row) => [{ input: row, target: [targetOf(row)] }]),
    ),
    learner: subject,
    key: key(3),
    size,
    monitors: { initial: 0, step: (steps: number) => [steps + 1, steps + 1] as const },
    backend,
    ...(isWatched && { checkpoints: { store: nowhere, every: { steps: 1 } } }),
    ...(from !== undefined && { from: read(from) }),
  });
  return isWatched ? watched(run) : run;
};

const medium = (records: Records, pieces: readonly number[], kind: RunKind): Medium<Told, string> => {
  const place = { held: 0 };
  const lines = linesIn(records.map(written), pieces, place);
  const open: Source<Told, string>['open'] = (after) => {
    let letters: string[] = [];
    // All steps of so few records fit into the buffer.
    return mapPulled(toPull(runOver(lines, after, kind), { buffer: 100 }), (event) => {
      if (event.kind === 'dead letter') letters.push(event.letter.raw);
      if (event.kind !== 'step') return [];
      const { step, loss, monitored, counts } = event;
      const value: Told = {
        step,
        loss,
        monitored,
        letters,
        records: counts.records,
        bad: counts.bad,
        bits: bitsOf(event.state),
      };
      letters = [];
      return [{ value, position: write(event.checkpoint()) }];
    });
  };
  return {
    source: { name: 'run', position: t.string, open },
    values: plainly(records, kind.size),
    decided: (count) => Math.floor(records.slice(0, count).filter(({ sound }) => sound).length / kind.size),
    held: () => place.held,
  };
};

const runs = (name: string, kind: RunKind): SourceSubject<Told, string> => ({
  name,
  medium: (records) => Promise.resolve(medium(records, [3], kind)),
  arriving: (records, pieces) => Promise.resolve(medium(records, pieces, kind)),
});

export const onlineRuns = [1, 3].map((size) => runs(`online, ${size} a step`, { size, isWatched: false }));
export const watchedRun = runs('online, watched', { size: 2, isWatched: true });
