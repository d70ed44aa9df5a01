/** One step of an online run: the model learns from the examples, or they are refused, or the step is skipped. */
import { fail, ParalensError } from '../../error.js';
import type { Batch } from '../../learner/learner.js';
import { type Optimized, withRates } from '../../stream/reduce-on-plateau.js';
import type { Stepper, Taken } from '../../stream/stepper.js';
import { withLazy } from '../../stream/lazy-property.js';
import type { Json } from '../../tree/tree.js';
import type { OnlineEvent, OnlineStep, StepReport } from './event.js';
import { type Example, type ExampleForm, stacker } from './example.js';
import type { Meter } from './meter.js';
import { reasonOf, requireSkipping } from './non-finite-policy.js';
import { itemsOf, pendingOf, type Waiting } from './pending.js';
import { noPredictions, predictedOf } from './predictions.js';
import { countingShare, letterOf, type LetterEvent } from './records.js';
import type { LearningOptions, RunSettings } from './run-options.js';
import { type RunParts, type RunState, writeRun } from './run-state.js';

/** An error of the numbers that a program ran on. */
const isInData = (error: unknown): error is ParalensError =>
  error instanceof ParalensError && error.mistake.isInData === true;

/** Makes batches of examples of a form; the stacker of the latest form is kept. */
const stacking = ({
  dtypes = {},
}: RunSettings): ((form: ExampleForm, examples: readonly Example[]) => unknown) => {
  let latest: { readonly form: ExampleForm; readonly stack: ReturnType<typeof stacker> } | undefined;
  return (form, examples) => {
    if (latest?.form !== form) latest = { form, stack: stacker(form, dtypes) };
    return latest.stack(examples);
  };
};

/** (run, examples) ↦ the run after the step that learns from them, and its events. */
export const learning = <State extends Optimized, A, B, L, F extends Json, S extends Json, M, V extends Json>(
  options: RunSettings & LearningOptions<State, A, B, L, S, M, V>,
  machine: Stepper<State, A, L>,
  parts: RunParts,
  meter: Meter,
) => {
  type Run = RunState<State>;
  type Outcome = readonly [Run, readonly OnlineEvent<State, M, F>[]];
  const { monitors, revise, nonFinite = 'stop', limits = {}, predictions = false } = options;
  const rollBackEvery = typeof nonFinite === 'object' ? nonFinite.rollBack.steps : undefined;
  const stack = stacking(options);
  const share = countingShare(options);
  const formOf = ({ form }: Run): ExampleForm =>
    form ?? fail({ operation: 'online', what: 'examples wait without a form' });
  const step = (run: Run, examples: readonly Example[]): Taken<State> =>
    // Examples have the types of the learner's input and target.
    machine.step(run.learner, stack(formOf(run), examples) as Batch<A, L>);

  /** The numbers of some examples failed a check: those that fail alone become dead letters, or all if none does. */
  const refused = (run: Run, batch: readonly Waiting[], error: ParalensError): Outcome => {
    const reasons = batch.map(({ example }) => {
      try {
        step(run, [example]);
        return undefined;
      } catch (failure) {
        if (isInData(failure)) return failure.message;
        throw failure;
      }
    });
    const some = reasons.some((reason) => reason !== undefined);
    const letters: LetterEvent[] = [];
    const rest: Waiting[] = [];
    for (const [i, each] of batch.entries()) {
      const reason = some ? reasons[i] : error.message;
      if (reason === undefined) rest.push(each);
      else letters.push(letterOf('check', reason, each.position, each.example));
    }
    const counts = { ...run.counts, bad: run.counts.bad + letters.length };
    const next = { ...run, counts, pending: pendingOf([...rest, ...itemsOf(run.pending)]) };
    return [letters.reduce((counted) => share(counted, true), next), letters];
  };

  /** The step is skipped: its loss or its gradient is not finite, or exceeds a limit. */
  const skipped = (run: Run, examples: number, reason: string): Outcome => {
    const policy = requireSkipping(nonFinite, reason);
    const learner =
      policy === 'skip'
        ? run.learner
        : machine.at(
            withRates((run.rollBack?.longAgo ?? run.learner).state(), (rate) => rate * policy.rollBack.rate),
          );
    const counts = { ...run.counts, skipped: run.counts.skipped + examples };
    const next = { ...run, learner, counts, step: run.step + 1 };
    const { position } = run;
    const by = policy === 'skip' ? 'skip' : 'roll back';
    const checkpoint = () => writeRun(next, parts);
    return [next, [{ kind: 'skipped', step: next.step, reason, by, examples, position, checkpoint }]];
  };

  const eventOf = (run: Run, report: StepReport, monitored: M): OnlineStep<State, M, F> => {
    const { loss, metrics, examples } = report;
    const { step: number, position, counts } = run;
    const made = {
      kind: 'step' as const,
      step: number,
      examples,
      loss,
      metrics,
      monitored,
      position,
      counts,
      // The signature of a checkpoint ensures that this is the state of this fold.
      features: run.features as F,
      form: formOf(run),
      spent: meter.spent(),
      checkpoint: () => writeRun(run, parts),
    };
    return withLazy(made, 'state', run.learner.state);
  };

  /** The run and the event after a step: monitors see the report first, then `revise` sees the step. */
  const learned = (before: Run, report: StepReport, { after }: Taken<State>): Outcome => {
    // Without monitors M is undefined.
    const [watched, monitored] = monitors?.step(before.monitors as S, report) ?? [
      before.monitors,
      undefined as M,
    ];
    const run = { ...before, step: before.step + 1, monitors: watched, learner: after };
    const [revision, revised] = revise?.step(run.revision as V, eventOf(run, report, monitored)) ?? [
      run.revision,
    ];
    const isDue = rollBackEvery !== undefined && run.step % rollBackEvery === 0;
    const next = {
      ...run,
      revision,
      learner: revised === undefined ? after : machine.at(revised),
      rollBack: isDue && run.rollBack ? { longAgo: run.rollBack.lately, lately: after } : run.rollBack,
    };
    return [next, [eventOf(next, report, monitored)]];
  };

  return (run: Run, batch: readonly Waiting[]): Outcome => {
    const examples = batch.map(({ example }) => example);
    let taken: Taken<State>;
    try {
      taken = step(run, examples);
    } catch (error) {
      if (isInData(error)) return refused(run, batch, error);
      throw error;
    }
    const reason = reasonOf(taken, limits);
    if (reason !== undefined) return skipped(run, batch.length, reason);
    const pairs = predictions
      ? predictedOf(taken.compiled.predicted, taken.predictions, examples)
      : undefined;
    const { loss, metrics } = taken;
    const report = {
      loss,
      metrics,
      examples: batch.length,
      predictions: pairs === undefined ? noPredictions : () => pairs,
    };
    return learned(run, report, taken);
  };
};
