/** F-1: streams act on states: training on one after the other is training on both joined. */
import { from } from 'rxjs';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import { evaluate } from '../../src/backend/evaluate.js';
import { inVirtualTime, type Trace, traceOf } from '../stream/trace.js';
import { plainStep, type Told, type Training } from './training.js';

/** The last state that training tells, or the one it begins with. */
export const lastState = <S, B>({ from: start }: Training<S, B>, initial: S, batches: readonly B[]): S => {
  let last = initial;
  inVirtualTime(() =>
    from(batches)
      .pipe(start(initial))
      .subscribe(({ state }) => (last = state)),
  );
  return last;
};

/** What is told of each step but its number, which begins again at 1. */
const withoutNumbers = <S>(backend: Backend): ((told: Told<S>) => unknown) => {
  const plain = plainStep<S>(backend);
  return (told) => ({ ...plain(told), step: 0 });
};

/**
 * Going on from a half-way state, made the way `carry` makes it, ≡ not having stopped.
 */
export const goesOn = <S, B>(
  law: 'F-1' | 'F-13',
  training: Training<S, B>,
  initial: S,
  [a, b]: readonly [readonly B[], readonly B[]],
  carry: (state: S) => S,
): Verdict => {
  const { backend, name: subject, from: start } = training;
  const plain = withoutNumbers<S>(backend);
  const half = carry(lastState(training, initial, a));
  const rest = traceOf(from(b).pipe(start(half)), plain);
  const whole: Trace = traceOf(from([...a, ...b]).pipe(start(initial)), plain);
  const claim = { law, subject, hint: 'something that training needs is not in the state' } as const;
  return every([
    () =>
      same(
        bitwise,
        { rest: rest.emitted },
        { rest: whole.emitted.slice(a.length) },
        {
          ...claim,
          what: `stopped after ${a.length} of ${a.length + b.length} batches, the steps after it differ`,
        },
      ),
    () =>
      same(
        bitwise,
        evaluate(b.length === 0 ? half : lastState(training, half, b), { backend }),
        evaluate(lastState(training, initial, [...a, ...b]), { backend }),
        { ...claim, what: 'the last state differs' },
      ),
  ]);
};

/**
 * F-1. train(a·b, s) ≡ train(b, last(train(a, s))); train(∅, s) ≡ s
 */
export const monoidAction = <S, B>(
  training: Training<S, B>,
  initial: S,
  parts: readonly [readonly B[], readonly B[]],
): Verdict => goesOn('F-1', training, initial, parts, (state) => state);
