/** The examples run, at reduced size, and do what they say. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { main as finiteDifferences } from '../../examples/finite-differences.js';
import { main as linearRegression } from '../../examples/linear-regression.js';
import { main as mnist } from '../../examples/mnist.js';
import { readMnist } from '../../examples/data/mnist.js';
import { main as stepSizeAndBatchSize } from '../../examples/step-size-and-batch-size.js';
import { main as xor } from '../../examples/xor.js';

test('mnist learns from few digits, and to the same bytes every time', async () => {
  const digits = readMnist({ training: 1024, test: 500 });
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text) };
  const run = await mnist({ epochs: 2, seed: 3, digits, output });
  // Chance is 0.1; this little is enough for far more.
  expect(run.accuracy).toBeGreaterThan(0.6);
  expect(run.samples).toBe(2048);
  expect(run.hash).toMatch(/^[0-9a-f]{12}$/);
  expect(written.filter((line) => line.startsWith('epoch'))).toHaveLength(2);
  expect((await mnist({ epochs: 2, seed: 3, digits, output })).hash).toBe(run.hash);
  expect((await mnist({ epochs: 2, seed: 4, digits, output })).hash).not.toBe(run.hash);
});

test('the data are the 60,000 and 10,000 digits', () => {
  const { training, test: rest } = readMnist();
  expect([training.input.shape, rest.input.shape]).toEqual([
    [60_000, 784],
    [10_000, 784],
  ]);
});

test('xor is learned', async () => {
  const { loss, outputs } = await xor();
  expect(loss).toBeLessThan(0.01);
  expect(outputs.map(Math.round)).toEqual([0, 1, 1, 0]);
});

test('gradient descent comes to rest at the least squares minimum', async () => {
  const { difference, exact } = await linearRegression();
  expect(difference).toBeLessThan(1e-3);
  for (const [i, planted] of [2, -3, 0.5, 1].entries()) expect(exact[i]).toBeCloseTo(planted, 1);
});

test('finite differences agree with the gradient to the digits that they have', () => {
  const { parameters, relative } = finiteDifferences({ inputs: 4, hidden: 5 });
  expect(parameters).toBe(25);
  expect(relative).toBeLessThan(1e-6);
});

test('larger batches want larger steps, and a step may be too large', async () => {
  const digits = readMnist({ training: 512, test: 200 });
  const { runs, picture } = await stepSizeAndBatchSize({ digits, sizes: [4, 128], rates: [0.01, 0.1, 1e4] });
  const loss = (size: number, rate: number): number =>
    runs.find((run) => run.size === size && run.rate === rate)?.loss ?? Number.POSITIVE_INFINITY;
  expect(loss(4, 0.01)).toBeLessThan(loss(128, 0.01));
  expect(loss(128, 0.1)).toBeLessThan(loss(128, 0.01));
  expect(loss(4, 1e4)).toBeGreaterThan(loss(4, 0.1));
  expect(readFileSync(picture, 'utf8')).toMatch(/^<svg.*<path.*<\/svg>$/su);
});
