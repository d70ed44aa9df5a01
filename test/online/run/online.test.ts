/** Online runs: each record counts once, whatever is stopped when; what is bad is told and set aside. */
import { either } from 'fp-ts';
import * as t from 'io-ts';
import { adam, dense, key, learner, meanSquaredError, ratesOf, sequential, sgd, tanh } from 'paralens';
import { withHyperparameters } from 'paralens/update';
import {
  type Checkpoint,
  type CheckpointStore,
  decoder,
  online,
  type OnlineEvent,
  pipeFold,
  pure,
  type RawRecord,
  type Source,
} from 'paralens/online';
import { config, firstValueFrom, from, lastValueFrom, take, tap, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { bitsOf } from '../../stream/tiny.js';

const Point = t.type({ x: t.tuple([t.number, t.number]), y: t.number }, 'Point');

/** Lines in memory, whose position is how many have been read, in chunks of any size. */
const lines = (texts: readonly string[], chunk = 3): Source<RawRecord, number> => ({
  name: 'lines',
  position: t.number,
  open: async function* (after = 0) {
    for (let i = after; i < texts.length; i += chunk) {
      await Promise.resolve();
      yield texts.slice(i, i + chunk).map((text, k) => ({ value: text, position: i + k + 1 }));
    }
  },
});

const model = sequential(dense(2, 3), tanh(), dense(3, 1));
const points = learner({ model, loss: meanSquaredError(), update: adam({ learningRate: 0.05 }) });
const state = points.init(key(3));
type State = typeof state;

const line = (i: number): string => JSON.stringify({ x: [Math.sin(i), Math.cos(3 * i)], y: Math.sin(2 * i) });

/** The sum so far goes into the features, so that a state that is lost or counted twice shows. */
const summing = {
  initial: 0,
  step: (sum: number, { x: [a, b], y }: t.TypeOf<typeof Point>) =>
    [sum + a, { x: [a, b + sum / 100], y }] as const,
};
const examples = pipeFold(
  summing,
  pure(({ x, y }: { readonly x: readonly number[]; readonly y: number }) => [{ input: x, target: [y] }]),
);
const counting = { initial: 0, step: (count: number) => [count + 1, count + 1] as const };

const optionsFor = (texts: readonly string[], size: number, chunk?: number) => ({
  source: lines(texts, chunk),
  decode: decoder(Point),
  examples,
  learner: points,
  key: key(3),
  size,
  monitors: counting,
});

type Event = OnlineEvent<State, number, readonly [number, null]>;

const eventsOf = (options: ReturnType<typeof optionsFor> & { readonly from?: Checkpoint }) =>
  lastValueFrom(online(options).pipe(toArray()));

const isStep = (event: Event): event is Extract<Event, { kind: 'step' }> => event.kind === 'step';

describe('an online run', () => {
  test('takes a last step with what is left, and none without records', async () => {
    const steps = (await eventsOf(optionsFor([0, 1, 2, 3, 4].map(line), 2))).filter(isStep);
    expect(steps.map(({ examples: n }) => n)).toEqual([2, 2, 1]);
    expect(await eventsOf(optionsFor([], 2))).toEqual([]);
  });

  test('tells what does not decode, with its position, and counts it', async () => {
    const events = await eventsOf(optionsFor([line(0), '{"x":[1,2]}', '{', line(1)], 2));
    expect(events.flatMap((event) => (event.kind === 'dead letter' ? [event.letter] : []))).toMatchObject([
      { position: 2, kind: 'codec', raw: '{"x":[1,2]}' },
      { position: 3, kind: 'json', raw: '{' },
    ]);
    expect(events.filter(isStep)).toMatchObject([
      { position: 4, counts: { records: 4, bad: 2, skipped: 0 } },
    ]);
  });

  test('stops where too many records are bad, if told so', async () => {
    const run = online({ ...optionsFor(['{', '[', line(0), '{'], 1), badShare: { most: 0.5, after: 4 } });
    await expect(lastValueFrom(run)).rejects.toThrow(
      'online: too many records do not decode, got 75.0 %, needed at most 50 %',
    );
  });

  test('holds back the source: it is never read further than a chunk or two ahead', async () => {
    let read = 0;
    const endless: Source<RawRecord, number> = {
      name: 'endless',
      position: t.number,
      open: async function* () {
        for (;;) {
          await Promise.resolve();
          yield [{ value: line(read), position: ++read }];
        }
      },
    };
    let ahead = 0;
    let seen = 0;
    await lastValueFrom(from(online({ ...optionsFor([], 1), source: endless }).pipe(take(50), toArray())));
    await new Promise<void>((resolve) => {
      const subscription = online({ ...optionsFor([], 1), source: endless }).subscribe(() => {
        seen += 1;
        ahead = Math.max(ahead, read - seen);
        if (seen === 60) {
          subscription.unsubscribe();
          resolve();
        }
      });
      read = 0;
    });
    expect(ahead).toBeLessThanOrEqual(4);
  });
});

describe('a step whose loss or gradient is not finite', () => {
  const exploding = learner({
    model: dense(2, 1),
    loss: meanSquaredError(),
    update: withHyperparameters(0.1, (learningRate) => sgd({ learningRate })),
    gradientNorm: true,
  });
  const texts = [line(0), line(1), '{"x":[1e30,1e30],"y":0}', line(2), line(3)];
  const runWith = (nonFinite: 'skip' | 'stop' | { rollBack: { steps: number; rate: number } }) =>
    online({
      ...optionsFor(texts, 1),
      examples: pure(({ x, y }: t.TypeOf<typeof Point>) => [{ input: x, target: [y] }]),
      learner: exploding,
      nonFinite,
    });

  test('stops the run, after what was told before', async () => {
    const seen: string[] = [];
    const run = runWith('stop').pipe(tap(({ kind }) => seen.push(kind)));
    await expect(lastValueFrom(run)).rejects.toThrow(
      'step 3: online: the loss or the gradient is not finite or beyond its limit, got a loss of Infinity',
    );
    expect(seen).toEqual(['step', 'step']);
  });

  test('is left out and counted, if told so', async () => {
    const events = await lastValueFrom(runWith('skip').pipe(toArray()));
    expect(events.map(({ kind }) => kind)).toEqual(['step', 'step', 'skipped', 'step', 'step']);
    const without = await lastValueFrom(
      online({
        ...optionsFor(
          texts.filter((_, i) => i !== 2),
          1,
        ),
        examples: pure(({ x, y }: t.TypeOf<typeof Point>) => [{ input: x, target: [y] }]),
        learner: exploding,
      }).pipe(toArray()),
    );
    const bitsAt = (event: (typeof events)[number] | undefined) =>
      event?.kind === 'step' && bitsOf(event.state);
    expect(bitsAt(events.at(-1))).toEqual(bitsAt(without.at(-1)));
    expect(events.at(-1)).toMatchObject({ counts: { records: 5, bad: 0, skipped: 1 } });
  });

  test('takes the run back and lowers its rate, if told so', async () => {
    const events = await lastValueFrom(runWith({ rollBack: { steps: 1, rate: 0.5 } }).pipe(toArray()));
    expect(events[2]).toMatchObject({ kind: 'skipped', by: 'roll back', step: 3 });
    const last = events.at(-1);
    expect(last?.kind === 'step' && ratesOf(last.state as never)).toEqual([Math.fround(0.05)]);
  });
});

test('unsubscribing lets go of a source that waits', async () => {
  let released = false;
  const waiting: Source<RawRecord, number> = {
    name: 'waiting',
    position: t.number,
    open: () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => {
          released = true;
          return { done: true, value: undefined };
        },
      }),
    }),
  };
  const subscription = online({ ...optionsFor([], 1), source: waiting }).subscribe();
  await new Promise((resolve) => setTimeout(resolve, 5));
  subscription.unsubscribe();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(released).toBe(true);
});

test('a run that is gone on with is told so, and one of another model is refused', async () => {
  const first = await firstValueFrom(online(optionsFor([line(0)], 1)));
  const other = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
  const kept = first.kind === 'step' ? first.checkpoint() : undefined;
  const [resumed] = await eventsOf({ ...optionsFor([line(0)], 1), ...(kept && { from: kept }) });
  expect(resumed).toEqual({ kind: 'resumed', step: 1, passedOver: [] });
  await expect(
    lastValueFrom(online({ ...optionsFor([line(0)], 1), learner: other, ...(kept && { from: kept }) })),
  ).rejects.toThrow('online: the checkpoint belongs to another model or pipeline');
});

test('what was kept is told when it is, also where no more records come', async () => {
  const silent: Source<RawRecord, number> = {
    name: 'silent',
    position: t.number,
    open: async function* () {
      yield [{ value: line(0), position: 1 }];
      await new Promise(() => {});
    },
  };
  const store: CheckpointStore = {
    restore: async () => either.right({ checkpoint: undefined, passedOver: [] }),
    save: async ({ step }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return either.right(`step ${step}`);
    },
  };
  const run = online({ ...optionsFor([], 1), source: silent, checkpoints: { store, every: { steps: 1 } } });
  const events = await lastValueFrom(run.pipe(take(2), toArray()));
  expect(events).toMatchObject([
    { kind: 'step', step: 1 },
    { kind: 'saved', step: 1, name: 'step 1' },
  ]);
});

test('a limit of a gradient whose norm the learner does not tell is refused, and not left out', async () => {
  const options = { ...optionsFor([line(1)], 1), limits: { gradientNorm: 5 } };
  await expect(lastValueFrom(online(options))).rejects.toThrow(
    'online: `limits.gradientNorm` needs a learner that reports the norm of its gradient, got the metrics none, needed gradientNorm; make the learner with gradientNorm: true',
  );
});

test.each([
  ['nothing', undefined, 'undefined'],
  ['an example by itself', { input: [1, 2], target: [1] }, 'an object'],
  ['an array of nothing', [undefined], 'an array with undefined'],
])('%s in place of an array of examples is a mistake and no data', async (_, made, got) => {
  const options = { ...optionsFor([line(1)], 1), examples: pure(() => made as never) };
  await expect(lastValueFrom(online(options))).rejects.toThrow(
    `online: \`examples\` must return an array of examples, got ${got}, needed [{ input, target }, …]`,
  );
});

test.each(['source', 'learner', 'decode', 'examples', 'monitors', 'revise', 'checkpoints.store'])(
  'something else than %s is refused at the call',
  (name) => {
    for (const wrong of [null, 5, {}]) {
      const part = name === 'checkpoints.store' ? { checkpoints: { store: wrong } } : { [name]: wrong };
      const options = { ...optionsFor([], 1), ...part } as never;
      expect(() => online(options)).toThrow(new RegExp(`^online: \`${name}\` must be a`));
    }
  },
);

test('a source that fails to close costs nothing of what was reached', async () => {
  for (const close of [
    () => {
      throw new Error('stuck');
    },
    () => Promise.reject(new Error('stuck')),
  ]) {
    const saved: number[] = [];
    const store: CheckpointStore = {
      restore: () => Promise.resolve(either.right({ checkpoint: undefined, passedOver: [] })),
      save: async ({ step }) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        saved.push(step);
        return either.right('kept');
      },
    };
    const { source, ...options } = optionsFor([line(1), line(2), line(3)], 1, 1);
    const stuck: Source<RawRecord, number> = {
      ...source,
      open: (after) => {
        const records = source.open(after)[Symbol.asyncIterator]();
        return { [Symbol.asyncIterator]: () => ({ next: () => records.next(), return: close }) };
      },
    };
    const told: unknown[] = [];
    config.onStoppedNotification = (notification) => {
      if (notification.kind === 'E') told.push([saved.length, notification.error]);
    };
    try {
      await firstValueFrom(online({ ...options, source: stuck, checkpoints: { store } }));
      await new Promise((resolve) => setTimeout(resolve, 60));
    } finally {
      config.onStoppedNotification = null;
    }
    expect(saved).toHaveLength(1);
    // Told once, when all is over.
    expect(told).toEqual([[1, new Error('stuck')]]);
  }
});
