/** What costs more than it must: zeros for what was not looked at, states copied that nobody reads. */
import { type Tensor, train } from 'paralens';
import {
  composeLenses,
  copy,
  parallelLenses,
  projectFirst,
  projectSecond,
  type SimpleLens,
  swap,
} from 'paralens/lens';
import { reference } from 'paralens/program';
import { brokenLaws, costsItsSteps, countedBackend, noZerosAdded, subjectOfLens } from 'paralens/laws/kit';
import fc from 'fast-check';
import { concatMap, defer, from, of, tap } from 'rxjs';
import type { Suspect } from './suspect.js';
import { line, type LineTrainer, lineRuns } from './training.js';

type Nine = Tensor<readonly [9]>;
type Pair = readonly [Nine, Nine];

const reading = (name: string, killedBy: readonly string[], lens: SimpleLens<Pair, Pair>): Suspect => ({
  name: `reading a pair: ${name}`,
  killedBy,
  breaks: () => {
    const subject = subjectOfLens(name, lens, [{ shape: [9] }, { shape: [9] }]);
    const { program } = subject.computations().backward;
    return brokenLaws(fc.constant(program), [(each) => noZerosAdded(name, each)]);
  },
});

/** A trainer that is run over a hundred batches, nobody reading a state. */
const running = (name: string, killedBy: readonly string[], trainer: LineTrainer): Suspect => ({
  name: `cost: ${name}`,
  killedBy,
  breaks: () =>
    brokenLaws(
      lineRuns,
      [
        ({ initial, batches: [batch] }) => {
          if (batch === undefined) return { kind: 'holds' };
          const { backend, use } = countedBackend(reference());
          const all = Array.from({ length: 100 }, () => batch);
          from(all)
            .pipe(trainer({ state: initial, backend }))
            .subscribe();
          return costsItsSteps(name, use(), all.length);
        },
      ],
      { runs: 3 },
    ),
});

const trained: LineTrainer = (options) => train(line, options);

export const costOfTrainingSuspects: readonly Suspect[] = [
  reading('sound, by exchanging', [], swap()),
  reading(
    'each projection makes zeros for the other part',
    ['C-2'],
    composeLenses(copy<Pair>(), parallelLenses(projectFirst<Nine, Nine>(), projectSecond<Nine, Nine>())),
  ),
  running('the library’s', [], trained),
  running(
    'each state is copied when it is told',
    ['C-3'],
    (options) => (source) =>
      source.pipe(
        trained(options),
        tap(({ state }) => state),
      ),
  ),
  running(
    'each batch has a machine of its own',
    ['C-3'],
    ({ backend, ...options }) =>
      (source) =>
        defer(() => {
          let state = 'state' in options ? options.state : line.init(options.key);
          return source.pipe(
            concatMap((batch) => of(batch).pipe(train(line, { backend, state }))),
            tap((told) => (state = told.state)),
          );
        }),
  ),
];
