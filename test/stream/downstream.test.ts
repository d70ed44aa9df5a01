/** What stands downstream of training: evaluation, early stopping, running means, progress. */
import fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { batches, earlyStopping, evaluator, progress, runningMean, tensor, train } from 'paralens';
import { initial, plain, tiny } from './tiny.js';

const count = 11;
const dataset = {
  input: tensor(
    Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i)),
    [count, 2],
  ),
  target: tensor(
    Float32Array.from({ length: count }, (_, i) => Math.cos(i)),
    [count, 1],
  ),
};

test('an evaluator refuses an empty data set and parts of no size', () => {
  const empty = { input: tensor([], [0, 2]), target: tensor([], [0, 1]) };
  expect(() => evaluator(tiny, empty)).toThrow('evaluator: the data set is empty');
  expect(() => evaluator(tiny, dataset, { size: 0 })).toThrow(
    'evaluator: `size` must be a positive integer, got 0',
  );
});

/** Plainly: how many values pass before there were `patience` in a row no better than the best before them. */
const passed = (values: readonly number[], patience: number): readonly number[] => {
  const stop = values.findIndex((_, i) => {
    const best = Math.min(
      Infinity,
      ...values.slice(0, Math.max(0, i + 1 - patience)).filter((v) => !Number.isNaN(v)),
    );
    const last = values.slice(Math.max(0, i + 1 - patience), i + 1);
    return last.length === patience && last.every((value) => !(value < best)) && best < Infinity;
  });
  return stop < 0 ? values : values.slice(0, stop + 1);
};

test('early stopping completes when the patience is exhausted, and restarts with each subscription', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 })),
      fc.integer({ min: 1, max: 4 }),
      (values, patience) => {
        const source = from(values).pipe(earlyStopping({ patience, measure: (value) => value }), toArray());
        for (let time = 0; time < 2; time++)
          source.subscribe((found) => expect(found).toEqual(passed(values, patience)));
      },
    ),
  );
  expect(() => earlyStopping({ patience: 0, measure: Number })).toThrow(
    'earlyStopping: `patience` must be a positive integer, got 0',
  );
});

test('NaN never counts as an improvement', () => {
  const seen: number[] = [];
  from([1, Number.NaN, Number.NaN, 0])
    .pipe(earlyStopping({ patience: 2, measure: (value) => value }))
    .subscribe((value) => seen.push(value));
  expect(seen).toEqual([1, Number.NaN, Number.NaN]);
});

test('a running mean is the plain mean at first, and stays between the extremes', () => {
  const finite = fc.double({ min: -100, max: 100, noNaN: true });
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1 }), fc.integer({ min: 1, max: 10 }), (values, window) => {
      from(values)
        .pipe(runningMean(window), toArray())
        .subscribe((means) => {
          expect(means).toHaveLength(values.length);
          for (const [i, mean] of means.slice(0, window).entries())
            expect(mean).toBeCloseTo(
              values.slice(0, i + 1).reduce((sum, value) => sum + value, 0) / (i + 1),
              9,
            );
          for (const mean of means) {
            expect(mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
            expect(mean).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
          }
        });
    }),
  );
  expect(() => runningMean(0)).toThrow('runningMean: `window` must be in [1, ∞], got 0');
});

const data = batches(dataset, { size: 2, epochs: 4 });

test('progress changes nothing, and writes about ten plain lines where there is no terminal', async () => {
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text) };
  const run = from(data).pipe(train(tiny, { state: initial }));
  const watched = run.pipe(
    progress({
      total: data.total,
      size: 2,
      output,
      note: ({ step }) => (step % data.perEpoch === 0 ? `epoch ${step / data.perEpoch}` : undefined),
    }),
  );
  const [bare, seen] = [
    await lastValueFrom(run.pipe(toArray())),
    await lastValueFrom(watched.pipe(toArray())),
  ];
  expect(seen.map(plain)).toEqual(bare.map(plain));
  const notes = written.filter((line) => line.startsWith('epoch'));
  expect(notes).toEqual(['epoch 1\n', 'epoch 2\n', 'epoch 3\n', 'epoch 4\n']);
  const lines = written.filter((line) => !line.startsWith('epoch'));
  expect(lines).toHaveLength(10);
  for (const line of lines)
    expect(line).toMatch(/^ *\d+ % {2}loss \d\.\d{4} {2}\d+ samples\/s {2}\d+ s left\n$/);
  expect(lines.at(-1)).toContain('100 %');
});

test('progress draws a bar on a terminal, and ends it', async () => {
  const written: string[] = [];
  const output = {
    write: (text: string) => written.push(text),
    isTTY: true,
    columns: 100,
    once: () => {},
    on: () => {},
  };
  const long = batches(dataset, { size: 1, epochs: Infinity });
  const drawn = (): boolean => /░[^]*loss \d\.\d{4} {2}.* steps\/s/.test(written.join(''));
  const steps: number[] = [];
  await new Promise<void>((resolve) => {
    const subscription = from(long)
      .pipe(
        train(tiny, { state: initial }),
        progress({ total: 1e9, output, note: ({ step }) => (step === 1000 ? 'note' : undefined) }),
      )
      .subscribe(({ step }) => {
        steps.push(step);
        if (!drawn()) return;
        subscription.unsubscribe();
        resolve();
      });
  });
  expect(drawn()).toBe(true);
  const after = written.length;
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(written).toHaveLength(after);
});

test('a progress without a total is refused', () => {
  expect(() => progress({ total: Infinity })).toThrow(
    'progress: `total` must be an integer from 1 to 2147483647, got Infinity',
  );
});
