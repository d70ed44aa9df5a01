/** The examples run, at reduced size, and do what they say. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { main as autoencoder } from '../../examples/autoencoder.js';
import { main as circuits } from '../../examples/circuits.js';
import { main as convnet } from '../../examples/convnet.js';
import { main as dream } from '../../examples/dream.js';
import { main as finiteDifferences } from '../../examples/finite-differences.js';
import { main as gan } from '../../examples/gan.js';
import { main as iris } from '../../examples/iris.js';
import { main as linearRegression } from '../../examples/linear-regression.js';
import { main as mnist } from '../../examples/mnist.js';
import { addition, type Bits, lookup, multiplication, negation } from '../../examples/data/ring.js';
import { evaluate, tensor } from 'paralens';
import { composeLenses, parallelLenses, type SimpleLens } from 'paralens/lens';
import { reference } from 'paralens/program';
import { readMnist } from '../../examples/data/mnist.js';
import { readNames } from '../../examples/data/names.js';
import { main as names } from '../../examples/names.js';
import { main as stepSizeAndBatchSize } from '../../examples/step-size-and-batch-size.js';
import { main as xor } from '../../examples/xor.js';

test('mnist learns from few digits, and to the same bytes every time', async () => {
  const digits = readMnist({ training: 768, test: 300 });
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text) };
  const run = await mnist({ epochs: 2, seed: 3, digits, output });
  // Chance is 0.1; this little is enough for far more.
  expect(run.accuracy).toBeGreaterThan(0.6);
  expect(run.samples).toBe(1536);
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

test('larger batches need larger steps, and a step can be too large', async () => {
  const digits = readMnist({ training: 512, test: 200 });
  const { runs, picture } = await stepSizeAndBatchSize({ digits, sizes: [4, 128], rates: [0.01, 0.1, 1e4] });
  const loss = (size: number, rate: number): number =>
    runs.find((run) => run.size === size && run.rate === rate)?.loss ?? Number.POSITIVE_INFINITY;
  expect(loss(4, 0.01)).toBeLessThan(loss(128, 0.01));
  expect(loss(128, 0.1)).toBeLessThan(loss(128, 0.01));
  expect(loss(4, 1e4)).toBeGreaterThan(loss(4, 0.1));
  expect(readFileSync(picture, 'utf8')).toMatch(/^<svg.*<path.*<\/svg>$/su);
});

test('irises are classified', async () => {
  const { metrics } = await iris();
  expect(metrics['accuracy']).toBeGreaterThanOrEqual(0.96);
});

test('a convolutional network learns from few digits', async () => {
  const digits = readMnist({ training: 512, test: 200 });
  const output = { write: () => true };
  const { accuracy } = await convnet({ epochs: 2, digits, output });
  // Chance is 0.1, and this little gives 0.6.
  expect(accuracy).toBeGreaterThan(0.5);
});

/** The first bytes of every PNG file. */
const PNG = [0x89, 0x50, 0x4e, 0x47];

test('an autoencoder reconstructs digits, each part with its own update', async () => {
  const digits = readMnist({ training: 512, test: 100 });
  const { loss, picture } = await autoencoder({ epochs: 2, digits });
  // Of pixels that are each as likely dark as bright it would be 0.69.
  expect(loss).toBeLessThan(0.35);
  expect([...readFileSync(picture).subarray(0, 4)]).toEqual(PNG);
});

test('a dream moves the image until the network is sure', async () => {
  const digits = readMnist({ training: 512, test: 10 });
  const { loss, picture } = await dream({ epochs: 4, steps: 60, digits });
  expect(loss).toBeLessThan(0.1);
  expect([...readFileSync(picture).subarray(0, 4)]).toEqual(PNG);
});

test('a transformer writes names better than pairs of letters do', async () => {
  const names_ = readNames(1000);
  const { loss, bigram, invented } = await names({ epochs: 5, width: 32, names: names_, samples: 3 });
  expect(loss).toBeLessThan(bigram);
  expect(invented).toHaveLength(3);
  for (const name of invented) expect(name).toMatch(/^[a-z]{0,12}$/);
});

test('ascent and descent meet: points near the ring', async () => {
  const { input } = readMnist({ training: 256, test: 1 }).training;
  const { points, images } = await gan({ steps: 250, digitSteps: 2, digits: input });
  const near = points.filter(([x, y]) => Math.abs(Math.hypot(x, y) - 2) < 1);
  expect(near.length).toBeGreaterThan(500);
  expect([...readFileSync(images).subarray(0, 4)]).toEqual(PNG);
});

test('a circuit learns irises, and to the same bits on every backend', async () => {
  const run = await circuits();
  expect(run.accuracy).toBeGreaterThan(0.95);
  expect(await circuits({ backend: reference() })).toEqual(run);
});

test('RD.2 and RD.5 hold of circuits, of all bits and all changes', () => {
  const bits = (n: number): Bits => tensor([n & 1, (n >> 1) & 1, (n >> 2) & 1, (n >> 3) & 1], 'int32');
  const numbers = (each: Bits): readonly number[] => [...evaluate(each).data];
  // (a·b) + (c + 1), of three inputs
  const circuit: SimpleLens<readonly [readonly [Bits, Bits], Bits], Bits> = composeLenses(
    parallelLenses(multiplication, negation),
    addition,
  );
  for (const a of [0b0011, 0b0101])
    for (const b of [0b0101, 0b1001])
      for (const c of [0b0000, 0b1111]) {
        const [y, back] = circuit.run([[bits(a), bits(b)], bits(c)]);
        expect(numbers(y)).toEqual(numbers(bits(((a & b) ^ (c ^ 0b1111)) & 0b1111)));
        const change = (w: number) => {
          const [[da, db], dc] = back(bits(w));
          return [da, db, dc].map(numbers);
        };
        const changes = Array.from({ length: 16 }, (_, w) => change(w));
        for (const [w, own] of changes.entries()) {
          // The derivatives of a polynomial: b for a, a for b, 1 for c, each times the change.
          expect(own).toEqual([b & w, a & w, w].map((each) => numbers(bits(each))));
          for (const [v, other] of changes.entries())
            expect(changes[w ^ v]).toEqual(
              own.map((row, i) => row.map((bit, k) => bit ^ (other[i]?.[k] ?? 0))),
            );
        }
      }
  const [, back] = lookup.run([tensor([[1], [0]], 'int32'), tensor([[1]], 'int32')]);
  expect(numbers(back(tensor([[1]], 'int32'))[0])).toEqual([0, 1]);
});
