/** All laws of training, cheapest and strictest first: the first that breaks is the one to read. */
import { from } from 'rxjs';
import { every, type Law, law, type Verdict } from '../base/verdict.js';
import { causal, onTime } from '../stream/causality.js';
import { mapFuses, watchingIsNeutral } from '../stream/neutral.js';
import { repeats } from '../stream/repeatable.js';
import { schedulerInvariant } from '../stream/scheduler.js';
import { sameTrace, type StreamSubject, traceOf } from '../stream/trace.js';
import { errorsPass, stops } from '../stream/unsubscribe.js';
import { monoidAction } from './action.js';
import { lastGoodState } from './refusal.js';
import { resumes } from './resume.js';
import { type Run, turned } from './run.js';
import { statesStay, trainingOnlyReads, trainIsScan } from './scan.js';
import { plainStep, scanned, streamOf, type Told, type Training } from './training.js';

/**
 * F-4. train(b$, k) ≡ train(b$, init(k)), again and again
 */
export const keyDecides = <S, B>(
  training: Training<S, B>,
  { key, batches }: Pick<Run<S, B>, 'key' | 'batches'>,
): Verdict => {
  const plain = plainStep<S>(training.backend);
  const stream = from(batches).pipe(training.fromKey(key));
  const expected = traceOf(from(batches).pipe(training.from(training.init(key))), plain);
  const claim = { law: 'F-4', subject: training.name } as const;
  return every([
    () =>
      sameTrace(traceOf(stream, plain), expected, { ...claim, what: 'a key is not the state made of it' }),
    () =>
      sameTrace(traceOf(stream, plain), expected, {
        ...claim,
        what: 'a second subscription to training from a key tells something else',
        hint: 'make the state afresh from the key for each subscription',
      }),
  ]);
};

/** F-3, F-4, F-5, F-7 and F-8 of an operator over streams; `k` is at least 1. */
export const operatorLaws = <T, U, R extends Pick<Run<unknown, T>, 'others' | 'k' | 'gaps'>>(
  subjectOf: (run: R) => StreamSubject<T, U>,
  valuesOf: (run: R) => readonly T[],
): readonly Law<R>[] => [
  law('F-3', (run) => causal(subjectOf(run), { ...run, values: valuesOf(run) })),
  law('F-3', (run) => onTime(subjectOf(run), valuesOf(run))),
  law('F-4', (run) => repeats(subjectOf(run), valuesOf(run))),
  law('F-5', (run) => schedulerInvariant(subjectOf(run), valuesOf(run), run.gaps)),
  law('F-7', (run) => stops(subjectOf(run), valuesOf(run), run.k)),
  law('F-7', (run) => errorsPass(subjectOf(run), valuesOf(run))),
  law('F-8', (run) => watchingIsNeutral(subjectOf(run), valuesOf(run), (i) => i % 2 === run.k % 2)),
];

/** L-6, F-1 to F-5, F-7, F-8 and F-13 of training. */
export const trainingLaws = <S, B>(training: Training<S, B>): readonly Law<Run<S, B>>[] => [
  law('L-6', ({ initial, batches }) => trainingOnlyReads(training, initial, batches)),
  law('F-2', ({ initial, batches }) => trainIsScan(training, initial, batches)),
  law('F-2', ({ initial, batches, order }) => statesStay(training, initial, batches, order)),
  law('F-1', ({ initial, batches, others }) => monoidAction(training, initial, [batches, others])),
  ...operatorLaws<B, Told<S>, Run<S, B>>(
    ({ initial }) => streamOf(training, initial),
    ({ batches }) => batches,
  ),
  law('F-8', ({ initial, batches }) =>
    mapFuses(streamOf(training, initial), batches, turned, (values) =>
      scanned(training, initial, values.map(turned)),
    ),
  ),
  law('F-4', (run) => keyDecides(training, run)),
  law('F-7', ({ initial, batches, bad }) => lastGoodState(training, initial, batches, bad)),
  law('F-13', ({ initial, batches, others }) => resumes(training, initial, [batches, others])),
];
