/** One record of an online run: it becomes examples that wait for their step, or dead letters. */
import { either } from 'fp-ts';
import { fail, ParalensError } from '../../error.js';
import type { Batch, Learner } from '../../learner/learner.js';
import { showGiven } from '../../require.js';
import { badShareLimit, type DeadLetterKind } from '../decode/dead-letter.js';
import { letter, shownAs, thrown } from '../decode/decoder.js';
import { cut } from '../decode/unsafe-value.js';
import type { Json } from '../../tree/tree.js';
import { isBroken } from '../source/raw-record.js';
import type { Received } from '../source/source.js';
import type { OnlineEvent } from './event.js';
import { type Example, type ExampleForm, stacker } from './example.js';
import { formOf, misfit, showMisfit } from './example-form.js';
import { added } from './pending.js';
import type { ReceivingOptions, RunSettings } from './run-options.js';
import type { RunState } from './run-state.js';

/** The event of a dead letter. */
export type LetterEvent = Extract<OnlineEvent<never, never>, { readonly kind: 'dead letter' }>;

/** The number of refused records before the first example after which the pipeline itself must be wrong. */
const MOST_REFUSED = 100;

/** The number of UTF-16 units of a record that a dead letter contains. */
const RAW = 1024;

const textOfRecord = (record: unknown): string => {
  if (isBroken(record)) return cut(record.text, RAW);
  return cut(typeof record === 'string' ? record : shownAs(record), RAW);
};

/** Throws if `examples` does not return an array of examples: a mistake in the pipeline, not in the data. */
const requireExamples = (made: unknown): void => {
  const isExample = (each: unknown): boolean => typeof each === 'object' && each !== null;
  if (Array.isArray(made) && made.every(isExample)) return;
  fail({
    operation: 'online',
    what: '`examples` must return an array of examples',
    got: Array.isArray(made)
      ? `an array with ${showGiven(made.find((each) => !isExample(each)))}`
      : showGiven(made),
    needed: '[{ input, target }, …]',
  });
};

/** Throws if `most` records or more were refused and none was accepted. */
export const requireSome = <State>({ form, refused }: RunState<State>, most = 1): void => {
  if (form !== null || refused.count < most) return;
  fail({
    operation: 'online',
    what: 'no record gave an example that the model accepts',
    got: `${refused.count} refused, the first because of: ${refused.first}`,
    needed: 'examples with the shapes of the model and its loss',
  });
};

/** The dead letter of a record or an example that this run cannot learn from. */
export const letterOf = (
  kind: DeadLetterKind,
  reason: string,
  position: Json,
  raw: unknown,
): LetterEvent => ({ kind: 'dead letter', letter: letter(position, { kind, reason }, textOfRecord(raw)) });

/** Counts one more record, good or bad, for the option `badShare`. Throws if the share of bad ones is too large. */
export const countingShare = (
  options: RunSettings,
): (<State>(run: RunState<State>, isBad: boolean) => RunState<State>) => {
  if (options.badShare === undefined) return (run) => run;
  const { most } = options.badShare;
  const limit = badShareLimit(options.badShare);
  return (run, isBad) => {
    const record = isBad ? either.left('bad') : either.right('good');
    const [badShare, { share, stop }] = limit.step(run.badShare ?? limit.initial, record);
    if (stop)
      fail({
        operation: 'online',
        what: 'too many records do not decode',
        got: `${(100 * share).toFixed(1)} %`,
        needed: `at most ${100 * most} %`,
        hint: 'the dead letters say why',
      });
    return { ...run, badShare };
  };
};

/** Why the model does not accept this batch, found by tracing; `undefined` if it does. */
const refusalByModel = <State, A, B, L>(
  learner: Learner<State, A, B, L>,
  state: State,
  batch: unknown,
): string | undefined => {
  try {
    learner.evaluate(state, batch as Batch<A, L>);
    return undefined;
  } catch (error) {
    if (error instanceof ParalensError) return error.message;
    throw error;
  }
};

/** The form of the run's examples, or why this example does not have it. The first accepted example decides the form. */
const formWith = <State, A, B, L>(
  { learner, size, dtypes = {} }: RunSettings & { readonly learner: Learner<State, A, B, L> },
  run: RunState<State>,
  example: Example,
): either.Either<string, ExampleForm> => {
  const candidate = run.form ?? formOf(example);
  if (candidate === undefined)
    return either.left('an example of something else than numbers, lists of them and records');
  const found = misfit(candidate, example, dtypes);
  if (found !== undefined) return either.left(showMisfit(found));
  if (run.form !== null) return either.right(candidate);
  const batch = stacker(candidate, dtypes)(size > 1 ? [example, example] : [example]);
  const refusal = refusalByModel(learner, run.learner.state(), batch);
  return refusal === undefined ? either.right(candidate) : either.left(refusal);
};

/** (run, record) ↦ the run with the examples of the record waiting, and the dead letters of those that were refused. */
export const receiving = <State, A, B, L, R, X, F extends Json>(
  options: RunSettings & ReceivingOptions<R, X, F> & { readonly learner: Learner<State, A, B, L> },
): ((
  run: RunState<State>,
  received: Received<R, Json>,
) => readonly [RunState<State>, readonly LetterEvent[]]) => {
  const { decode, examples } = options;
  const share = countingShare(options);

  const refuse = (run: RunState<State>, reason: string): RunState<State> => {
    if (run.form !== null) return run;
    const { count, first } = run.refused;
    return { ...run, refused: { count: count + 1, first: count === 0 ? reason : first } };
  };

  const takeIn = (
    before: RunState<State>,
    received: Received<R, Json>,
  ): readonly [RunState<State>, readonly LetterEvent[]] => {
    const { value, position } = received;
    let run = { ...before, position };
    let made: readonly Example[];
    try {
      const decoded = decode(received);
      if (either.isLeft(decoded)) return [run, [{ kind: 'dead letter', letter: decoded.left }]];
      // The signature of a checkpoint ensures that this is the state of this fold.
      const [features, all] = examples.step(run.features as F, decoded.right);
      run = { ...run, features };
      made = all;
    } catch (error) {
      const reason = thrown(error);
      return [refuse(run, reason), [letterOf('features', reason, position, value)]];
    }
    requireExamples(made);
    const letters: LetterEvent[] = [];
    for (const example of made) {
      const form = formWith(options, run, example);
      if (either.isRight(form)) {
        run = { ...run, form: form.right, pending: added(run.pending, { example, position }) };
      } else {
        run = refuse(run, form.left);
        letters.push(letterOf('shape', form.left, position, value));
      }
    }
    return [run, letters];
  };

  return (before, received) => {
    const [taken, letters] = takeIn(before, received);
    const isBad = letters.length > 0;
    const { records, bad, skipped } = taken.counts;
    const run = share(
      { ...taken, counts: { records: records + 1, bad: isBad ? bad + 1 : bad, skipped } },
      isBad,
    );
    if (isBad) requireSome(run, MOST_REFUSED);
    return [run, letters];
  };
};
