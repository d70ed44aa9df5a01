/**
 * What a run of a stream tells, as plain data. Runs are taken in virtual time: whatever they set going, `asap`,
 * `async` and timers included, has come to its end when the trace is there, so no law waits for anything.
 */
import type { Observable, OperatorFunction } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { same } from '../base/compare.js';
import { bitwise, type Equality } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';

/** What a stream has emitted, and how it ended. */
export interface Trace {
  readonly emitted: readonly unknown[];
  /** `complete`, `error: …`, or `open` where it neither completed nor failed. */
  readonly end: string;
}

/** An operator under its laws. */
export interface StreamSubject<T, U> {
  readonly name: string;
  readonly operator: OperatorFunction<T, U>;
  /** An emission as plain data, which no later step can change. */
  readonly plain: (emission: U) => unknown;
  /** A value that tells when it is looked at, where such a thing can be made. */
  readonly watched?: ((value: T, seen: () => void) => T) | undefined;
}

/** Does what is to be done, and lets virtual time run out. */
export const inVirtualTime = <T>(start: () => T): T =>
  new TestScheduler(() => {
    throw new Error('this scheduler expects nothing');
  }).run(start);

/** Whether an emission is turned into plain data when it comes, or all of them at the end, in this order. */
type Reading = { readonly when: 'at once' } | { readonly when: 'late'; readonly order: readonly number[] };

/** The trace of a stream that is subscribed to now. */
export const traceOf = <U>(
  stream: Observable<U>,
  plain: (emission: U) => unknown,
  reading: Reading = { when: 'at once' },
): Trace => {
  const raw: U[] = [];
  const emitted: unknown[] = [];
  let end = 'open';
  inVirtualTime(() =>
    stream.subscribe({
      next: (emission) => {
        raw.push(emission);
        if (reading.when === 'at once') emitted.push(plain(emission));
      },
      error: (error) => (end = `error: ${String(error)}`),
      complete: () => (end = 'complete'),
    }),
  );
  if (reading.when === 'late') {
    const places = raw.map((_, i) => i);
    // The order may name fewer than there are, or more.
    for (const i of [...reading.order.filter((each) => each < raw.length), ...places]) {
      const emission = raw[i];
      if (emission !== undefined && !(i in emitted)) emitted[i] = plain(emission);
    }
  }
  return { emitted, end };
};

/** Whether two traces are one: emission by emission and in how they end. */
export const sameTrace = (
  got: Trace,
  expected: Trace,
  claim: { readonly law: string; readonly subject: string; readonly what: string; readonly hint?: string },
  equality: Equality = bitwise,
): Verdict => same(equality, got, expected, claim);
