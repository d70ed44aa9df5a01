/** F-7: a batch that training refuses ends it as an error, and leaves the states before as they were. */
import { from } from 'rxjs';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, holds, type Verdict } from '../base/verdict.js';
import { traceOf } from '../stream/trace.js';
import { plainStep, scanned, type Training } from './training.js';

/**
 * F-7. train(a·bad·b, s), where bad is refused, ≡ scan over a, then an error; the states of a stay readable.
 * Where it is not refused, as a loss may be finite that looks at nothing, the law says nothing.
 */
export const lastGoodState = <S, B>(
  training: Training<S, B>,
  initial: S,
  good: readonly B[],
  bad: B,
): Verdict => {
  const stream = from([...good, bad, ...good]).pipe(training.from(initial));
  const trace = traceOf(stream, plainStep<S>(training.backend), { when: 'late', order: [] });
  if (trace.end === 'complete' && trace.emitted.length === 2 * good.length + 1) return holds;
  const claim = { law: 'F-7', subject: training.name } as const;
  return every([
    () =>
      same(
        bitwise,
        { steps: trace.emitted.length, isError: trace.end.startsWith('error') },
        { steps: good.length, isError: true },
        {
          ...claim,
          what: 'a step that failed is told, or its error is not',
          hint: `the run ended: ${trace.end}`,
        },
      ),
    () =>
      same(bitwise, trace.emitted, scanned(training, initial, good), {
        ...claim,
        what: 'after an error the states before it are not readable any more',
        hint: 'the step that failed has moved the memory they are read from',
      }),
  ]);
};
