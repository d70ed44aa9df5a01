/** Detectors of drift: how often they cry over nothing, how soon they see, and how little they keep. */
import {
  adwin,
  ddm,
  type Drift,
  type Fold,
  type Json,
  pageHinkley,
  pipeFold,
  pure,
  reset,
  runFold,
} from 'paralens/online';
import { describe, expect, test } from 'vitest';
import { randomOf } from '../../random-of.js';

/** Errors at a rate that jumps. */
const errors = (
  seed: number,
  parts: readonly (readonly [count: number, rate: number])[],
): readonly number[] => {
  const next = randomOf(seed);
  return parts.flatMap(([count, rate]) => Array.from({ length: count }, () => Number(next() < rate)));
};

const driftsIn = <S extends Json>(
  fold: Fold<S, number, Drift>,
  numbers: readonly number[],
): readonly number[] => runFold(fold, numbers)[1].flatMap(({ level }, i) => (level === 'drift' ? [i] : []));

interface Row {
  readonly drifts: (numbers: readonly number[]) => readonly number[];
  /**
   * At which rates, in how many of a hundred streams of a thousand errors it may see a drift where there is none: the
   * share in a thousand other streams, and three deviations of a hundred.
   */
  readonly falseAlarms: readonly (readonly [rate: number, most: number])[];
  /** From a rate of 0.1 to one of 0.5, within how many errors it sees one, in at least how many of a hundred. */
  readonly delay: readonly [within: number, least: number];
}

const none = [0.05, 0.2, 0.5].map((rate) => [rate, 1] as const);

const rows: { readonly [name: string]: Row } = {
  adwin: { drifts: (numbers) => driftsIn(adwin(), numbers), falseAlarms: none, delay: [96, 100] },
  pageHinkley: {
    drifts: (numbers) => driftsIn(pageHinkley(), numbers),
    falseAlarms: none,
    delay: [220, 100],
  },
  // It cries often, as its authors' definition has it; the shares are in its description.
  ddm: {
    drifts: (numbers) => driftsIn(ddm(), numbers),
    falseAlarms: [
      [0.05, 69],
      [0.2, 39],
      [0.5, 18],
    ],
    delay: [250, 96],
  },
};

describe.each(Object.entries(rows))('%s', (_, { drifts, falseAlarms, delay: [within, least] }) => {
  const seeds = Array.from({ length: 100 }, (_each, seed) => seed + 1);

  test.each(falseAlarms)(
    'without drift, at the rate %d, it reports one in at most %d of 100',
    (rate, most) => {
      const alarms = seeds.filter((seed) => drifts(errors(seed, [[1000, rate]])).length > 0);
      expect(alarms.length).toBeLessThanOrEqual(most);
    },
  );

  test('detects a drift soon', () => {
    const stream = [
      [1000, 0.1],
      [within, 0.5],
    ] as const;
    const inTime = seeds.filter((seed) => drifts(errors(seed, stream)).some((i) => i >= 1000));
    expect(inTime.length).toBeGreaterThanOrEqual(least);
  });
});

/** How many numbers, words and truths a state holds. */
const sizeOf = (state: Json): number =>
  typeof state === 'object' && state !== null
    ? Object.values(state).reduce<number>((size, part: Json) => size + sizeOf(part), 0)
    : 1;

test('ADWIN stores a few hundred numbers of 200,000, and the right mean', () => {
  const { initial, step } = adwin();
  const next = randomOf(7);
  let [state, largest, count, ones] = [initial, 0, 0, 0];
  let told: Drift | undefined;
  for (let i = 0; i < 200_000; i++) {
    const x = Number(next() < 0.3);
    [state, told] = step(state, x);
    if (i % 1000 === 0) largest = Math.max(largest, sizeOf(state));
    if (told.level === 'drift') [count, ones] = [0, 0];
    count += 1;
    ones += x;
  }
  expect(largest).toBeLessThan(2 * 6 * 20 + 3);
  expect(told?.count).toBe(count);
  expect(told?.mean).toBeCloseTo(ones / count, 12);
});

test('the other detectors store at most a few numbers', () => {
  const stream = errors(3, [[10_000, 0.3]]);
  expect(sizeOf(runFold(ddm(), stream)[0])).toBe(4);
  expect(sizeOf(runFold(pageHinkley(), stream)[0])).toBe(3);
});

test('a falling mean is a drift for ADWIN and Page–Hinkley with that option', () => {
  const better = errors(5, [
    [1000, 0.6],
    [200, 0.1],
  ]);
  expect(driftsIn(adwin(), better)).toEqual([]);
  expect(driftsIn(adwin({ direction: 'down' }), better).length).toBeGreaterThan(0);
  expect(driftsIn(adwin({ direction: 'both' }), better)).toEqual(
    driftsIn(adwin({ direction: 'down' }), better),
  );
  // The window is cut all the same, so that its mean is the new one.
  expect(runFold(adwin(), better)[1].at(-1)?.mean).toBeLessThan(0.3);
  expect(driftsIn(ddm(), better)).toEqual([]);
  expect(driftsIn(pageHinkley({ threshold: 20 }), better)).toEqual([]);
  expect(driftsIn(pageHinkley({ threshold: 20, direction: 'down' }), better).length).toBeGreaterThan(0);
});

test('a learner is not reset when its error falls after recovery', () => {
  const recovery = errors(11, [
    [1000, 0.1],
    [300, 0.6],
    [1000, 0.1],
  ]);
  const anew = reset((times) => times);
  const watching = pipeFold(
    adwin(),
    pipeFold(
      pure(({ level }: Drift) => ({ level, state: () => 0 })),
      anew,
    ),
  );
  const resets = runFold(watching, recovery)[1].flatMap((state, i) => (state === undefined ? [] : [i]));
  expect(resets.length).toBeGreaterThan(0);
  expect(resets.every((i) => i >= 1000 && i < 1300)).toBe(true);
});

test('an invalid direction is refused', () => {
  // @ts-expect-error what JavaScript may hand in
  expect(() => adwin({ direction: 'sideways' })).toThrow('adwin: `direction` must be one of');
  // @ts-expect-error one of ADWIN alone
  expect(() => pageHinkley({ direction: 'both' })).toThrow("must be one of 'up', 'down', got 'both'");
});

test('DDM does not report a drift at the first error of a perfect learner', () => {
  expect(
    driftsIn(
      ddm(),
      errors(1, [
        [500, 0],
        [1, 1],
      ]),
    ),
  ).toEqual([]);
});

test('DDM warns before it reports a drift', () => {
  const levels = runFold(
    ddm(),
    errors(2, [
      [500, 0.1],
      [200, 0.5],
    ]),
  )[1].map(({ level }) => level);
  expect(levels.indexOf('warning', 500)).toBeLessThan(levels.indexOf('drift', 500));
});

test('numbers that are not finite, and invalid options, are refused', () => {
  expect(() => adwin().step(adwin().initial, Number.NaN)).toThrow(
    'adwin: a monitored number must be finite, got NaN',
  );
  expect(() => ddm().step(ddm().initial, 2)).toThrow('ddm: a monitored error must be in [0, 1], got 2');
  expect(() => adwin({ delta: 0 })).toThrow('adwin: `delta` must be in (0, 1), got 0');
  expect(() => pageHinkley({ threshold: -1 })).toThrow('pageHinkley: `threshold` must be in (0, ∞), got -1');
});
