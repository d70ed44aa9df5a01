/** Times that are wrong: one record's clock neither stops the others' nor expires what they wait for. */
import fc from 'fast-check';
import {
  type DelayedEvent,
  delayedLabels,
  overTime,
  runFold,
  sizeOrTime,
  pendingPredictions,
} from 'paralens/online';
import { describe, expect, test } from 'vitest';

const wrong = fc.constantFrom(1e12, 1e300, Number.MAX_VALUE, Number.NaN, Infinity, -Infinity, -1e300, 0);

/** Seconds one after the other from a time on, with some times put between that are wrong. */
const timesWith = (bad: readonly number[], places: readonly number[]): readonly number[] =>
  Array.from({ length: 60 }, (_, i) => i).flatMap((i) => {
    const put = places.indexOf(i);
    return put < 0 ? [1e6 + i] : [bad[put] ?? Number.NaN, 1e6 + i];
  });

describe('overTime', () => {
  const window = overTime({ span: 10, parts: 10 });
  const told = (times: readonly number[]) =>
    runFold(
      window,
      times.map((at) => ({ at, value: 1 })),
    )[1];

  test('a wrong timestamp changes only its own result', () => {
    fc.assert(
      fc.property(wrong, fc.integer({ min: 2, max: 58 }), (bad, place) => {
        const times = timesWith([bad], [place]);
        const without = told(times.filter((at) => at !== bad && !Number.isNaN(at)));
        const at = times.findIndex((each) => Object.is(each, bad));
        expect(told(times).toSpliced(at, 1)).toEqual(without);
      }),
    );
  });

  test('scattered wrong timestamps change only their own results', () => {
    const times = timesWith([1e12, 2e12, 1e12, -5, Number.NaN], [5, 12, 20, 30, 40]);
    const isRight = (at: number): boolean => at >= 1e6 && at < 2e6;
    const kept = told(times).filter((_, i) => isRight(times[i] ?? 0));
    expect(kept).toEqual(told(times.filter(isRight)));
  });

  test('the first timestamp may be wrong', () => {
    const times = [1e12, ...Array.from({ length: 20 }, (_, i) => 1e6 + i)];
    expect(told(times).at(-1)).toEqual({ count: 10, sum: 10, mean: 1 });
  });

  test('a few wrong timestamps in a row affect the next eight', () => {
    const times = Array.from({ length: 40 }, (_, i) => 1e6 + i).toSpliced(20, 0, 1e12, 1e12 + 1, 1e12 + 2);
    const all = told(times);
    expect(all.slice(0, 20)).toEqual(told(times.slice(0, 20)));
    expect(all.slice(30)).toEqual(told(times.filter((at) => at < 1e12)).slice(27));
  });

  test('after a pause the window has the new time, and late records do not restore the old one', () => {
    expect(told([0, 1, 2, 1000, 1001, 3, 1002]).map(({ count }) => count)).toEqual([1, 2, 3, 1, 2, 2, 3]);
    // Also where every record comes after a pause.
    expect(told([0, 100, 200, 300]).map(({ count }) => count)).toEqual([1, 1, 1, 1]);
  });
});

describe('delayedLabels', () => {
  const join = delayedLabels<number, number>({ bound: 1000, span: 10 });
  const prediction = (key: string, at: number): DelayedEvent<number, number> => ({
    kind: 'prediction',
    key,
    value: 1,
    at,
  });
  const label = (key: string, at: number): DelayedEvent<number, number> => ({
    kind: 'label',
    key,
    value: 1,
    at,
  });

  test('with a wrong timestamp, all others are joined with their labels', () => {
    fc.assert(
      fc.property(wrong, fc.integer({ min: 1, max: 38 }), fc.boolean(), (bad, place, isLabel) => {
        const events = Array.from({ length: 40 }, (_, i) =>
          i % 4 < 2 ? prediction(`${i}`, 1e6 + i) : label(`${i - 2}`, 1e6 + i),
        );
        const odd = isLabel ? label('odd', bad) : prediction('odd', bad);
        const [state] = runFold(join, events.toSpliced(place, 0, odd));
        expect(state.joined).toBe(20);
      }),
    );
  });

  test('after a wrong timestamp, predictions still expire in time', () => {
    const steady = Array.from({ length: 40 }, (_, i) => prediction(`${i}`, 1e6 + i));
    for (const bad of [Number.NaN, 1e12, -Infinity]) {
      const [state] = runFold(join, steady.toSpliced(5, 0, prediction('odd', bad)));
      // Those of the last ten seconds; the odd one is gone as well.
      expect(pendingPredictions(state).map(([key]) => key)).toEqual(steady.slice(29).map(({ key }) => key));
    }
  });

  test('after a pause, old predictions expire, and new ones wait', () => {
    const events = [prediction('a', 0), prediction('b', 1000), prediction('c', 1001), prediction('d', 1002)];
    const [state] = runFold(join, events);
    expect(pendingPredictions(state).map(([key]) => key)).toEqual(['b', 'c', 'd']);
    // A label that is too late is not joined, even where it alone says so.
    const [, told] = runFold(join, [prediction('a', 0), label('a', 11)]);
    expect(told[1]).toMatchObject({ joined: undefined, expired: [{ why: 'time' }], unmatched: { key: 'a' } });
  });
});

test('sizeOrTime continues after a wrong timestamp', () => {
  const batches = sizeOrTime<number>({ size: 100, span: 10, at: (at) => at });
  const [held, made] = runFold(batches, [0, 5, 1e12, 12, 15, Number.NaN, 30]);
  expect(made.flatMap((batch) => (batch === undefined ? [] : [batch]))).toEqual([
    [0, 5],
    [1e12],
    [12, 15, Number.NaN],
  ]);
  expect(held).toEqual([30]);
});
