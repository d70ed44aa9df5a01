/** Training is a fold: the laws of `train`, on a small learner. */
import fc from 'fast-check';
import {
  asapScheduler,
  asyncScheduler,
  concat,
  filter,
  from,
  lastValueFrom,
  map,
  observeOn,
  of,
  scheduled,
  Subject,
  take,
  tap,
  toArray,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test, vi } from 'vitest';
import { batches, key, reference, type Step, tensor, train } from 'paralens';
import { negate } from 'paralens/operation';
import { bitsOf, initial, plain, scanned, someBatches, tiny, type TinyBatch } from './tiny.js';

type TinyStep = Step<typeof initial.parameters>;

const RUNS = { numRuns: 15 };

/** The steps of a source that ends at once. */
const stepsOf = (source: readonly TinyBatch[], state = initial): readonly TinyStep[] => {
  const steps: TinyStep[] = [];
  from(source)
    .pipe(train(tiny, { state }))
    .subscribe((step) => steps.push(step));
  return steps;
};

test('train is scan of the step, bit for bit, one emission a batch (F-2)', () => {
  fc.assert(
    fc.property(someBatches(), (source) => {
      expect(stepsOf(source).map(plain)).toEqual(scanned(source));
    }),
    RUNS,
  );
});

test('states are the same whenever and in whatever order they are read', () => {
  fc.assert(
    fc.property(
      someBatches(12).chain((source) =>
        fc.tuple(fc.constant(source), fc.shuffledSubarray(source.map((_, i) => i))),
      ),
      ([source, order]) => {
        const [steps, wanted] = [stepsOf(source), scanned(source)];
        for (const i of order) expect(steps[i] && plain(steps[i])).toEqual(wanted[i]);
      },
    ),
    RUNS,
  );
});

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

test('training on two streams after each other is training on them joined (F-1)', () => {
  fc.assert(
    fc.property(someBatches(), someBatches(), (a, b) => {
      const half = stepsOf(a).at(-1)?.state ?? initial;
      const joined = stepsOf([...a, ...b]).at(-1)?.state ?? initial;
      expect(bitsOf(stepsOf(b, half).at(-1)?.state ?? half)).toEqual(bitsOf(joined));
    }),
    RUNS,
  );
});

test('an empty stream completes with no step (F-1, F-2)', async () => {
  expect(await lastValueFrom(from<TinyBatch[]>([]).pipe(train(tiny, { state: initial }), toArray()))).toEqual(
    [],
  );
});

test('the first k steps are the steps of the first k batches (F-3)', () => {
  fc.assert(
    fc.property(someBatches(), fc.nat(8), (source, k) => {
      const taken: TinyStep[] = [];
      from(source)
        .pipe(train(tiny, { state: initial }), take(k))
        .subscribe((step) => taken.push(step));
      expect(taken.map(plain)).toEqual(stepsOf(source.slice(0, k)).map(plain));
    }),
    RUNS,
  );
});

test('a second subscription starts afresh and repeats the first, from a key as well (F-4)', async () => {
  const input = tensor([[1, 0], [0, 1], [1, 1], [0.5, 2]]); // prettier-ignore
  const target = tensor([[1], [2], [3], [4]]);
  const data = batches({ input, target }, { size: 2, shuffle: key(3), epochs: 3 });
  const steps = from(data).pipe(train(tiny, { key: key(7) }), map(plain), toArray());
  const first = await lastValueFrom(steps);
  expect(first).toHaveLength(6);
  expect(await lastValueFrom(steps)).toEqual(first);
  expect(first).toEqual(scanned([...data]));
});

test('schedulers change nothing (F-5)', async () => {
  await fc.assert(
    fc.asyncProperty(someBatches(5), async (source) => {
      const wanted = scanned(source);
      const run = train(tiny, { state: initial });
      const sources = [
        scheduled(source, asapScheduler),
        scheduled(source, asyncScheduler),
        from(source).pipe(observeOn(asyncScheduler)),
        from((async function* () { yield* source; })()), // prettier-ignore
      ];
      for (const each of sources)
        expect(await lastValueFrom(each.pipe(run, observeOn(asapScheduler), map(plain), toArray()))).toEqual(
          wanted,
        );
    }),
    { numRuns: 5 },
  );
});

test('virtual time changes nothing (F-5)', () => {
  const [one] = fc.sample(someBatches(3), { numRuns: 20, seed: 1 }).filter(({ length }) => length === 3);
  const [a, b, c] = one ?? [];
  const wanted = scanned([a, b, c].flatMap((each) => each ?? []));
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(({ cold, expectObservable }) => {
    const source = cold('-a-b---c|', { a, b, c }).pipe(filter((each) => each !== undefined));
    expectObservable(source.pipe(train(tiny, { state: initial }), map(plain))).toBe('-a-b---c|', {
      a: wanted[0],
      b: wanted[1],
      c: wanted[2],
    });
  });
});

test('after unsubscribing no step starts, and the source is told (F-7)', async () => {
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

test('a step is taken when its batch comes, not before and not later', () => {
  const source = new Subject<TinyBatch>();
  const steps: number[] = [];
  source.pipe(train(tiny, { state: initial })).subscribe(({ step }) => steps.push(step));
  expect(steps).toEqual([]);
  source.next({ input: tensor([[1, 2]]), target: tensor([[1]]) });
  expect(steps).toEqual([1]);
});

test('mapping batches, looking at steps and leaving batches out commute with training (F-8)', () => {
  const flipped = ({ input, target }: TinyBatch): TinyBatch => ({ input: negate(input), target });
  const heavy = ({ target }: TinyBatch): boolean =>
    target.node.kind === 'constant' && (target.node.data[0] ?? 0) > 0;
  fc.assert(
    fc.property(someBatches(), (source) => {
      const seen: TinyStep[] = [];
      const steps: TinyStep[] = [];
      from(source)
        .pipe(
          filter(heavy),
          map(flipped),
          train(tiny, { state: initial }),
          tap((step) => seen.push(step)),
        )
        .subscribe((step) => steps.push(step));
      expect(steps.map(plain)).toEqual(scanned(source.filter(heavy).map(flipped)));
      expect(seen).toEqual(steps);
    }),
    RUNS,
  );
});

test('the reference backend trains as its own scan does, to the last bits of float32 as the default one', () => {
  fc.assert(
    fc.property(someBatches(4), (source) => {
      const steps: TinyStep[] = [];
      from(source)
        .pipe(train(tiny, { state: initial, backend: reference() }))
        .subscribe((step) => steps.push(step));
      for (const [i, { loss }] of scanned(source).entries()) expect(steps[i]?.loss).toBeCloseTo(loss, 4);
    }),
    RUNS,
  );
});

test('steps follow in order when streams are joined', () => {
  const one: TinyBatch = { input: tensor([[1, 2]]), target: tensor([[1]]) };
  const steps: number[] = [];
  concat(of(one), of(one, one))
    .pipe(train(tiny, { state: initial }))
    .subscribe(({ step }) => steps.push(step));
  expect(steps).toEqual([1, 2, 3]);
});
