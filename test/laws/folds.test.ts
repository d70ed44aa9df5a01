/** F-13 and F-19 to F-23 of folds: every fold that `paralens/online` exports, and what each is by itself. */
import { check, law } from 'paralens/laws';
import {
  adwinIsNaive,
  batchesEach,
  decodesEach,
  drawing,
  joinsEach,
  momentsOfParts,
} from 'paralens/laws/kit';
import * as online from 'paralens/online';
import { decodeCounts, decoder, delayedLabels, runFold, sizeOrTime } from 'paralens/online';
import { describe, expect, test } from 'vitest';
import { foldRows, noFolds } from './subject/fold.js';
import {
  drawLate,
  drawMoments,
  drawRecords,
  drawStream,
  type Drawn,
  type Late,
  LONGEST,
  reading,
} from './subject/records.js';

describe.each(foldRows.map((row) => [row.name, row] as const))('fold %s', (_, row) => {
  test('laws of every fold', () => {
    row.check((name, examples, laws) => {
      check(name, examples, laws, { runs: 40 });
    });
    expect(row.name).not.toBe('');
  });
});

test('every fold is checked by its laws', () => {
  const rows = foldRows.map(({ name }) => name);
  expect([...rows, ...noFolds].toSorted()).toEqual(Object.keys(online).toSorted());
});

test('moments are those of the records, and of parts together', () => {
  check(
    'moments',
    drawing(drawMoments),
    law('F-21', (each) => momentsOfParts(each)),
    { runs: 200 },
  );
});

test('ADWIN is the window of all numbers', () => {
  const naive = law('F-22', ({ numbers, options }: ReturnType<typeof drawStream>) =>
    adwinIsNaive(numbers, options),
  );
  check('adwin', drawing(drawStream), naive, { runs: 100 });
});

test('every prediction and every label is returned exactly once', () => {
  const once = law('F-23', ({ events, span, bound }: Late) =>
    joinsEach(delayedLabels<number, number>({ bound, span }), events, bound),
  );
  check('delayedLabels', drawing(drawLate), once, { runs: 200 });
});

test('every record is in exactly one batch', () => {
  const example = drawing((sampler) => ({
    size: sampler.integer(1, 6),
    records: sampler.integers(sampler.integer(0, 40), 0, 20),
  }));
  const once = law(
    'F-23',
    ({ size, records }: { readonly size: number; readonly records: readonly number[] }) =>
      batchesEach(sizeOrTime<number>({ size, span: 7, at: (x) => x }), records),
  );
  check('sizeOrTime', example, once, { runs: 100 });
});

test('ten thousand unsound records are ten thousand dead letters, and nothing else', () => {
  const prototype = Object.getOwnPropertyNames(Object.prototype);
  const read = decoder(reading, { longest: LONGEST, raw: 64 });
  let unsound = 0;
  const all = law('F-23', (records: readonly Drawn[]) => {
    const bad = records.filter(({ sound }) => sound === undefined).length;
    unsound += bad;
    const [counts] = runFold(
      decodeCounts(),
      records.map(({ record }, position) => read({ value: record, position })),
    );
    expect([counts.good, counts.bad]).toEqual([records.length - bad, bad]);
    return decodesEach(read, records);
  });
  check('decoder', drawing(drawRecords), all, { runs: 800 });
  expect(unsound).toBeGreaterThan(10_000);
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
  expect('polluted' in {}).toBe(false);
});
