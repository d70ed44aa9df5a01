/** Training in real time: long runs, promises, timers. Its laws are in test/laws/streams and learner. */
import fc from 'fast-check';
import { asapScheduler, from, lastValueFrom, map, observeOn, toArray } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { batches, key, type Step, tensor, train } from 'paralens';
import { bitsOf, initial, plain, scanned, someBatches, tiny, type TinyBatch } from './tiny.js';

type TinyStep = Step<typeof initial>;

test('a long run is read at any step, after it and during it', () => {
  const one = { input: tensor([[0.5, -1]]), target: tensor([[0.25]]) };
  const source: readonly TinyBatch[] = Array.from({ length: 200 }, () => one);
  const during: string[] = [];
  const steps: TinyStep[] = [];
  from(source)
    .pipe(train(tiny, { state: initial }))
    .subscribe((step) => {
      steps.push(step);
      if (step.step % 7 === 0) during.push(bitsOf(step.state).join());
    });
  const wanted = scanned(source).map(({ bits }) => bits.join());
  expect(during).toEqual(wanted.filter((_, i) => (i + 1) % 7 === 0));
  expect(steps.map(({ state }) => bitsOf(state).join())).toEqual(wanted);
});

test('a second subscription starts again and repeats the first, also from a key (F-4)', async () => {
  const input = tensor([[1, 0], [0, 1], [1, 1], [0.5, 2]]); // prettier-ignore
  const target = tensor([[1], [2], [3], [4]]);
  const data = batches({ input, target }, { size: 2, shuffle: key(3), epochs: 3 });
  const steps = from(data).pipe(train(tiny, { key: key(7) }), map(plain), toArray());
  const first = await lastValueFrom(steps);
  expect(first).toHaveLength(6);
  expect(await lastValueFrom(steps)).toEqual(first);
  expect(first).toEqual(scanned([...data]));
});

test('asynchronous batches change nothing, and steps read in a later turn are the same (F-5)', async () => {
  await fc.assert(
    fc.asyncProperty(someBatches(5), async (source) => {
      const promised = from((async function* () { yield* source; })()); // prettier-ignore
      const steps = promised.pipe(
        train(tiny, { state: initial }),
        observeOn(asapScheduler),
        map(plain),
        toArray(),
      );
      expect(await lastValueFrom(steps)).toEqual(scanned(source));
    }),
    { numRuns: 5 },
  );
});

test('after unsubscribing no step starts, and the source is unsubscribed (F-7)', async () => {
  let pulled = 0;
  let returned = false;
  const input = tensor([[1, 2]]);
  const endless = (async function* (): AsyncGenerator<TinyBatch> {
    try {
      for (;;) {
        pulled += 1;
        yield { input, target: tensor([[1]]) };
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    } finally {
      returned = true;
    }
  })();
  const steps: number[] = [];
  const subscription = from(endless)
    .pipe(train(tiny, { state: initial }))
    .subscribe(({ step }) => {
      steps.push(step);
      if (step === 3) subscription.unsubscribe();
    });
  await vi.waitFor(() => expect(returned).toBe(true), { timeout: 30_000 });
  expect(steps).toEqual([1, 2, 3]);
  expect(pulled).toBe(3);
});

test('a timer can stop training over batches in memory that never end (F-7)', async () => {
  const data = batches({ input: tensor([[1, 2]]), target: tensor([[1]]) }, { size: 1, epochs: Infinity });
  let steps = 0;
  const subscription = from(data)
    .pipe(train(tiny, { state: initial }))
    .subscribe(() => (steps += 1));
  // A timer looks every now and then; it could not, if the stream left the event loop no turn.
  await vi.waitFor(() => expect(steps).toBeGreaterThan(1), { timeout: 30_000 });
  subscription.unsubscribe();
  const stopped = steps;
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(steps).toBe(stopped);
});
