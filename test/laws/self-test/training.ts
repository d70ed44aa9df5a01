/** Trainings with planted bugs: what folds a learner's step over a stream, and gets it wrong. */
import {
  type Batch,
  compile,
  dense,
  evaluate,
  type Key,
  key,
  learner,
  meanSquaredError,
  momentum,
  type Tensor,
  tensor,
  train,
} from 'paralens';
import { reference } from 'paralens/program';
import {
  batchDrawer,
  brokenLaws,
  drawing,
  drawRun,
  learnerLaws,
  remade,
  resumes,
  type Told,
  type Trainer,
  trainingOf,
} from 'paralens/laws/kit';
import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  map,
  mergeMap,
  mergeScan,
  Observable,
  type OperatorFunction,
  observeOn,
  of,
  startWith,
} from 'rxjs';
import { lawsToAsk, type Suspect } from './suspect.js';

export type Column = Tensor<readonly [number, 1]>;
export type ColumnBatch = Batch<Column, Column>;
const backend = reference();

/** A line through points, with a velocity: the least that has a state beside its parameters. */
export const lineParts = {
  model: dense<1, 1>(1, 1),
  loss: meanSquaredError<readonly [number, 1]>(),
  update: momentum({ learningRate: 0.125, momentum: 0.5 }),
};
export const line = learner(lineParts);
export type LineState = ReturnType<typeof line.init>;
export type LineParameters = LineState['parameters'];

export const drawColumns = batchDrawer<ColumnBatch>({ input: { shape: [2, 1] }, target: { shape: [2, 1] } });
export const lineRuns = drawing((sampler) => drawRun(sampler, line, drawColumns));

type LineTold = Told<LineState>;
export type LineTrainer = Trainer<LineState, Column, Column>;
type LineOperator = OperatorFunction<ColumnBatch, LineTold>;
type Stepping = (
  state: LineState,
  batch: ColumnBatch,
) => readonly [LineState, { readonly loss: Tensor<readonly []> }];

const stepped: Stepping = compile(line.step, { backend });

const told = (step: number, [state, { loss }]: ReturnType<Stepping>): LineTold => {
  const number = evaluate(loss, { backend }).data[0] ?? Number.NaN;
  if (!Number.isFinite(number)) throw new Error('the loss is not finite');
  return { step, loss: number, metrics: {}, state };
};

/** The state that training begins with. */
const startOf = (options: { readonly state: LineState } | { readonly key: Key }): LineState =>
  'state' in options ? options.state : line.init(options.key);

/** A fold by hand over all that comes. */
const folded = (initial: LineState, step: Stepping = stepped): ((batch: ColumnBatch) => LineTold) => {
  let [state, count] = [initial, 0];
  return (batch) => {
    const result = step(state, batch);
    state = result[0];
    count += 1;
    return told(count, result);
  };
};

const scanning =
  (initial: LineState, step?: Stepping): LineOperator =>
  (source) =>
    defer(() => source.pipe(map(folded(initial, step))));

/** The state a bit further than where it was: what should not have been. */
const nudged = (state: LineState): LineState => {
  const [{ kernel, bias }] = state.parameters;
  const { data } = evaluate(kernel, { backend });
  return {
    ...state,
    parameters: [
      {
        kernel: tensor(
          Float32Array.from(data, (x) => x + 1),
          [1, 1],
        ),
        bias,
      },
    ],
  };
};

const suspect = (name: string, killedBy: readonly string[], trainer: LineTrainer): Suspect => ({
  name: `train: ${name}`,
  killedBy,
  breaks: () =>
    brokenLaws(
      lineRuns,
      lawsToAsk(killedBy, learnerLaws(line, { backends: [backend], examples: false, trainer })),
      { runs: 5 },
    ),
});

const sound: readonly Suspect[] = [
  suspect('the library’s', [], (options) => train(line, options)),
  suspect('sound, a fold by hand', [], (options) => scanning(startOf(options))),
  suspect(
    'sound, one step merged after the other',
    [],
    (options) => (source) =>
      source.pipe(
        mergeScan(
          (before: { readonly last: LineTold | undefined; readonly state: LineState }, batch) => {
            const last = told((before.last?.step ?? 0) + 1, stepped(before.state, batch));
            return of({ last, state: last.state });
          },
          { last: undefined, state: startOf(options) },
          1,
        ),
        map(({ last }) => last),
        mergeMap((last) => (last === undefined ? EMPTY : of(last))),
      ),
  ),
  suspect(
    'sound, every step from the very beginning',
    [],
    (options) => (source) =>
      defer(() => {
        const seen: ColumnBatch[] = [];
        return source.pipe(
          map((batch) => {
            seen.push(batch);
            const fold = folded(startOf(options));
            return seen.map((each) => fold(each)).at(-1);
          }),
          mergeMap((last) => (last === undefined ? EMPTY : of(last))),
        );
      }),
  ),
];

/** A count that all of a module shares. */
let shared = 0;

const bugs: readonly Suspect[] = [
  suspect('the state is kept between subscriptions', ['F-4'], (options) => {
    const fold = folded(startOf(options));
    return (source) => source.pipe(map(fold));
  }),
  suspect('a generator that all share makes the first state', ['F-4'], (options) =>
    scanning('state' in options ? options.state : line.init(key(shared++))),
  ),
  suspect('the first state is told as well', ['F-2'], (options) => (source) => {
    const state = startOf(options);
    return source.pipe(scanning(state), startWith({ step: 0, loss: 0, metrics: {}, state }));
  }),
  suspect(
    'the state before the step is told, the last is lost',
    ['F-2'],
    (options) => (source) =>
      defer(() => {
        let before = startOf(options);
        return source.pipe(
          scanning(before),
          map((each) => {
            const late = { ...each, state: before };
            before = each.state;
            return late;
          }),
        );
      }),
  ),
  suspect(
    'a state that is read later is the newest',
    ['F-2'],
    (options) => (source) =>
      defer(() => {
        let newest = startOf(options);
        return source.pipe(
          scanning(newest),
          map(({ state, ...rest }): LineTold => {
            newest = state;
            return {
              ...rest,
              get state() {
                return newest;
              },
            };
          }),
        );
      }),
  ),
  suspect(
    'a state that is read twice has moved on',
    ['F-8'],
    (options) => (source) =>
      source.pipe(
        scanning(startOf(options)),
        map(({ state, ...rest }): LineTold => {
          let now = state;
          return {
            ...rest,
            get state() {
              const before = now;
              now = nudged(now);
              return before;
            },
          };
        }),
      ),
  ),
  suspect(
    'one step is kept back',
    ['F-3'],
    (options) => (source) =>
      new Observable((subscriber) => {
        let kept: LineTold | undefined;
        return source.pipe(scanning(startOf(options))).subscribe({
          next: (each) => {
            if (kept !== undefined) subscriber.next(kept);
            kept = each;
          },
          error: (error) => {
            if (kept !== undefined) subscriber.next(kept);
            subscriber.error(error);
          },
          complete: () => {
            if (kept !== undefined) subscriber.next(kept);
            subscriber.complete();
          },
        });
      }),
  ),
  suspect(
    'a batch fetched ahead has moved the state',
    ['F-3'],
    (options) => (source) =>
      new Observable((subscriber) => {
        const batches: ColumnBatch[] = [];
        return source.subscribe({
          next: (batch) => batches.push(batch),
          error: (error) => {
            subscriber.error(error);
          },
          complete: () => {
            const fold = folded(startOf(options));
            for (const [i, batch] of batches.entries()) {
              const ahead = batches[i + 1] ?? batch;
              subscriber.next({ ...fold(batch), loss: told(0, stepped(startOf(options), ahead)).loss });
            }
            subscriber.complete();
          },
        });
      }),
  ),
  suspect(
    'the state that is given is written to',
    ['L-6'],
    (options) => (source) =>
      source.pipe(
        scanning(startOf(options)),
        map((each) => {
          const [{ bias }] = startOf(options).parameters;
          if (bias.node.kind === 'constant') bias.node.data[0] = (bias.node.data[0] ?? 0) + 1;
          return each;
        }),
      ),
  ),
  suspect(
    'steps begun at once lose updates',
    ['F-2', 'F-5'],
    (options) => (source) =>
      defer(() => {
        let state = startOf(options);
        return source.pipe(
          mergeMap((batch, i) => {
            // What the step begins with is read now, what it ends with is written when it is done.
            const before = state;
            return of(batch).pipe(
              observeOn(asyncScheduler),
              map((each) => {
                const result = stepped(before, each);
                state = result[0];
                return told(i + 1, result);
              }),
            );
          }),
        );
      }),
  ),
  suspect(
    'the clock decides how far a step goes',
    ['F-5'],
    (options) => (source) =>
      defer(() => {
        const start = asyncScheduler.now();
        return source.pipe(
          scanning(startOf(options), (state, batch) => {
            const [next, report] = stepped(state, batch);
            return [asyncScheduler.now() > start ? nudged(next) : next, report];
          }),
        );
      }),
  ),
  suspect(
    'steps go on when nobody listens',
    ['F-7'],
    (options) => (source) =>
      new Observable((subscriber) => {
        source.pipe(scanning(startOf(options))).subscribe({
          next: (each) => {
            subscriber.next(each);
          },
          error: (error) => {
            subscriber.error(error);
          },
          complete: () => {
            subscriber.complete();
          },
        });
      }),
  ),
  suspect(
    'errors are swallowed',
    ['F-7'],
    (options) => (source) =>
      source.pipe(
        scanning(startOf(options)),
        catchError(() => EMPTY),
      ),
  ),
  suspect(
    'a step that failed has moved the last state',
    ['F-7'],
    (options) => (source) =>
      defer(() => {
        let failed = false;
        return source.pipe(
          scanning(startOf(options)),
          map(({ state, ...rest }): LineTold => ({
            ...rest,
            get state() {
              return failed ? nudged(state) : state;
            },
          })),
          catchError((error) => {
            failed = String(error).includes('finite');
            throw error;
          }),
        );
      }),
  ),
  suspect(
    'a state told is gone on from where its machine stands now',
    ['F-1'],
    (() => {
      const machines = new WeakMap<LineState, { newest: LineState }>();
      return (options) => (source) =>
        defer(() => {
          const start = startOf(options);
          const machine = machines.get(start) ?? { newest: start };
          return source.pipe(
            scanning(machine.newest),
            map((each) => {
              machine.newest = each.state;
              machines.set(each.state, machine);
              return each;
            }),
          );
        });
    })(),
  ),
  suspect(
    'the velocity is taken up only of states that were made here',
    ['F-13'],
    (() => {
      const made = new WeakSet<LineState>();
      return (options) => (source) =>
        defer(() => {
          const start = startOf(options);
          const [count = 0] = evaluate(start.optimizer.count, { backend }).data;
          const fresh = {
            ...start,
            optimizer: { ...start.optimizer, slots: line.init(key(0)).optimizer.slots },
          };
          return source.pipe(
            scanning(count > 1 && !made.has(start) ? fresh : start),
            map((each) => {
              made.add(each.state);
              return each;
            }),
          );
        });
    })(),
  ),
];

/** A state written down and read again, by one who forgets something. */
const remaking = (
  name: string,
  killedBy: readonly string[],
  remake: (state: LineState) => LineState,
): Suspect => ({
  name: `remade: ${name}`,
  killedBy,
  breaks: () => {
    const training = trainingOf('line', line, backend);
    return brokenLaws(
      lineRuns,
      [({ initial, batches, others }) => resumes(training, initial, [batches, others], remake)],
      { runs: 6 },
    );
  },
});

const remakes: readonly Suspect[] = [
  remaking('sound', [], remade),
  remaking('without the count', ['F-13'], (state) => ({
    ...remade(state),
    optimizer: { ...remade(state.optimizer), count: line.init(key(0)).optimizer.count },
  })),
  remaking('without the velocity', ['F-13'], (state) => ({
    ...remade(state),
    optimizer: { ...line.init(key(0)).optimizer, count: state.optimizer.count },
  })),
];

export const trainingSuspects: readonly Suspect[] = [...sound, ...bugs, ...remakes];
