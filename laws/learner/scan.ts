/** F-2: training is scan of the step, one emission a batch, and a state that was told is a value. */
import { from } from 'rxjs';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { evaluate } from '../../src/backend/evaluate.js';
import { sameTrace, traceOf } from '../stream/trace.js';
import { plainStep, scanTrace, type Training } from './training.js';

/**
 * F-2. train(b$, s) ≡ scan(step, s): n batches, n emissions, counted from 1; of no batches there is none, not
 * even the state given
 */
export const trainIsScan = <S, B>(training: Training<S, B>, initial: S, batches: readonly B[]): Verdict => {
  const { name: subject, backend } = training;
  const plain = plainStep<S>(backend);
  const trace = (each: readonly B[]) => traceOf(from(each).pipe(training.from(initial)), plain);
  return every([
    () =>
      sameTrace(
        trace([]),
        { emitted: [], end: 'complete' },
        { law: 'F-2', subject, what: 'a stream without batches does not simply end' },
      ),
    () =>
      sameTrace(trace(batches), scanTrace(training, initial, batches), {
        law: 'F-2',
        subject,
        what: 'training is not the scan of its step',
      }),
  ]);
};

/**
 * F-2. The states told are the scan's, however late and in whichever order they are read
 */
export const statesStay = <S, B>(
  training: Training<S, B>,
  initial: S,
  batches: readonly B[],
  order: readonly number[],
): Verdict =>
  sameTrace(
    traceOf(from(batches).pipe(training.from(initial)), plainStep<S>(training.backend), {
      when: 'late',
      order,
    }),
    scanTrace(training, initial, batches),
    {
      law: 'F-2',
      subject: training.name,
      what: `states that are read at the end, in the order ${order.join(', ')}, are not those of their steps`,
      hint: 'a state was handed out whose memory the next steps write to',
    },
  );

/**
 * L-6. Training reads the state it is given and the batches, and writes to neither
 */
export const trainingOnlyReads = <S, B>(
  training: Training<S, B>,
  initial: S,
  batches: readonly B[],
): Verdict => {
  const { backend, name: subject } = training;
  const given = (): unknown => ({
    state: evaluate(initial, { backend }),
    batches: evaluate(batches, { backend }),
  });
  const before = given();
  traceOf(from(batches).pipe(training.from(initial)), plainStep<S>(backend));
  return same(bitwise, given(), before, {
    law: 'L-6',
    subject,
    what: 'what training was given has been written to',
    hint: 'copy the state before the first step',
  });
};
