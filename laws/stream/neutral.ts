/** F-8: what stands downstream of training lets it be, and what stands upstream is part of the stream. */
import { filter, from, map, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import { sameTrace, type StreamSubject, traceOf } from './trace.js';

/**
 * F-8. An operator for watching passes on the very values it gets, in order; all of them, or those up to the
 * one it ends with
 */
export const passesOn = <T>(
  { name, operator }: { readonly name: string; readonly operator: MonoTypeOperatorFunction<T> },
  values: readonly T[],
  extent: 'all' | 'prefix',
): Verdict => {
  const out: unknown[] = [];
  const { end } = traceOf(from(values).pipe(operator), (value) => out.push(value));
  const claim = { law: 'F-8', subject: name, hint: 'an operator for watching must only watch' } as const;
  const other = out.findIndex((value, i) => !Object.is(value, values[i]));
  if (other >= 0)
    return broken({ ...claim, what: 'passes on another value than it got', path: 'emitted', index: other });
  if (end !== 'complete') return broken({ ...claim, what: 'ends otherwise than its source', got: end });
  return extent === 'prefix' || out.length === values.length
    ? holds
    : broken({ ...claim, what: 'keeps values back', got: out.length, expected: values.length });
};

/**
 * F-8. Emissions that are looked at on the way are those that are not looked at; values that are left out
 * upstream are as if they had never been
 */
export const watchingIsNeutral = <T, U>(
  { name, operator, plain }: StreamSubject<T, U>,
  values: readonly T[],
  kept: (index: number) => boolean,
): Verdict => {
  const claim = { law: 'F-8', subject: name } as const;
  return every([
    () =>
      sameTrace(
        traceOf(
          from(values).pipe(
            tap(() => undefined),
            operator,
            tap((emission) => void plain(emission)),
          ),
          plain,
        ),
        traceOf(from(values).pipe(operator), plain),
        { ...claim, what: 'looking at emissions changes them', hint: 'reading must not move anything' },
      ),
    () =>
      sameTrace(
        traceOf(
          from(values).pipe(
            filter((_, i) => kept(i)),
            operator,
          ),
          plain,
        ),
        traceOf(from(values.filter((_, i) => kept(i))).pipe(operator), plain),
        { ...claim, what: 'leaving values out is not skipping them' },
      ),
  ]);
};

/**
 * F-8. Mapping the values in the stream ≡ an operator that maps them itself
 */
export const mapFuses = <T, U>(
  { name, operator, plain }: StreamSubject<T, U>,
  values: readonly T[],
  f: (value: T) => T,
  expected: (values: readonly T[]) => readonly unknown[],
): Verdict =>
  sameTrace(
    traceOf(from(values).pipe(map(f), operator), plain),
    { emitted: expected(values), end: 'complete' },
    { law: 'F-8', subject: name, what: 'values mapped in the stream are not those mapped in the step' },
  );
