/** F-1, F-3 to F-9, F-13, F-19 and F-23 of online runs, as sources of their steps; and of what stands downstream. */
import { dense, evaluate, key, learner, meanSquaredError, sgd, type Step } from 'paralens';
import { reference } from 'paralens/program';
import { type Snapshot, snapshots } from 'paralens/online';
import { check, checkSource } from 'paralens/laws';
import { drawing, operatorLaws, type Run, type StreamSubject } from 'paralens/laws/kit';
import { test } from 'vitest';
import { onlineRuns, watchedRun } from './subject/run-source.js';

test.each(onlineRuns.map((run) => [run.name, run] as const))('%s', (_, run) =>
  checkSource(run, { runs: 12 }),
);

test('F-8 counters, snapshots and checkpointing do not change the run', () =>
  checkSource(watchedRun, { runs: 8 }));

test('snapshots of every step', () => {
  const line = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
  type State = ReturnType<typeof line.init>;
  type Model = Pick<State, 'parameters' | 'buffers'>;
  const backend = reference();
  const run = drawing(({ integer, integers }) => {
    const several = (): readonly Step<State>[] =>
      integers(integer(0, 6), 0, 99).map((seed, i) => ({
        step: i + 1,
        loss: seed,
        metrics: {},
        revision: null,
        state: line.init(key(seed)),
      }));
    return { values: several(), others: several(), k: integer(1, 6), gaps: integers(2, 0, 3) };
  });
  const subject: StreamSubject<Step<State>, Snapshot<Model, never, unknown>> = {
    name: 'snapshots',
    operator: snapshots(line, { backend }),
    plain: ({ step, checksum, model }) => ({
      step,
      checksum,
      model: evaluate(model, { backend }),
    }),
  };
  const laws = operatorLaws(
    () => subject,
    ({
      values,
    }: { readonly values: readonly Step<State>[] } & Pick<
      Run<unknown, Step<State>>,
      'others' | 'k' | 'gaps'
    >) => values,
  );
  check('snapshots', run, laws);
});
