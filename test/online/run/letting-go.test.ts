/** A run that is unsubscribed at any moment: nothing stays open, nothing more is learned, nothing is kept afterwards. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { either } from 'fp-ts';
import * as t from 'io-ts';
import { batchesOf, dense, key, learner, meanSquaredError, sgd, tensor } from 'paralens';
import {
  type CheckpointStore,
  decoderOfValues,
  fromPull,
  iterableSource,
  mapPulled,
  online,
  type OnlineEvent,
  pure,
  type Source,
} from 'paralens/online';
import { folderCheckpoints, ndjson } from 'paralens/node';
import { lastValueFrom, Subject, switchMap, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paralens-letting-go-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await turn();
};

const numbers = learner({ model: dense(1, 1), loss: meanSquaredError(), update: sgd() });

/** Numbers without end that are slow to open and slow to come; counts what is open and what is asked. */
const slowNumbers = (place: { open: number; asked: number }, slow: number): Source<number, number> => ({
  name: 'slow numbers',
  position: t.number,
  open: async function* (after = 0) {
    await turns(slow);
    place.open += 1;
    try {
      for (let i = after; ; i++) {
        place.asked += 1;
        await turn();
        yield [{ value: i, position: i + 1 }];
      }
    } finally {
      place.open -= 1;
    }
  },
});

/** A place in memory whose calls take turns of the event loop. */
const slowStore = (slow: number) => {
  const saved: number[] = [];
  const place = { asked: 0 };
  const store: CheckpointStore = {
    restore: async () => {
      await turns(slow);
      return either.right({ checkpoint: undefined, passedOver: [] });
    },
    save: async ({ step }) => {
      place.asked += 1;
      await turns(slow);
      saved.push(step);
      return either.right(`step ${step}`);
    },
  };
  return { store, saved, place };
};

const optionsFor = <P extends number>(
  source: Source<number, P>,
  store: CheckpointStore,
  seen: () => void,
) => ({
  source,
  decode: decoderOfValues(t.number),
  examples: pure((x: number) => {
    seen();
    return [{ input: [Math.sin(x)], target: [x % 2] }];
  }),
  learner: numbers,
  key: key(1),
  size: 1,
  checkpoints: { store, every: { steps: 2 } },
});

test('unsubscribed at any turn of the event loop from 0 to 200, it lets go of everything and saves no more', async () => {
  const unsubscribedAt = async (at: number): Promise<void> => {
    const place = { open: 0, asked: 0 };
    const { store, place: saves } = slowStore(at % 5);
    let records = 0;
    const run = online(
      optionsFor(slowNumbers(place, at % 7), store, () => {
        records += 1;
      }),
    ).subscribe();
    await turns(at);
    run.unsubscribe();
    const [read, asked] = [records, saves.asked];
    await turns(20);
    expect([at, place.open, records, saves.asked]).toEqual([at, 0, read, asked]);
  };
  // All at once: what one of them does comes between the turns of the others.
  await Promise.all(Array.from({ length: 201 }, (_, at) => unsubscribedAt(at)));
}, 60_000);

test('unsubscribed at any microtask, what a source opens is closed', async () => {
  for (let at = 0; at <= 60; at++) {
    const place = { open: 0, asked: 0 };
    const run = online(optionsFor(slowNumbers(place, 0), slowStore(1).store, () => {})).subscribe();
    for (let i = 0; i < at; i++) await Promise.resolve();
    run.unsubscribe();
    await turns(10);
    const { asked } = place;
    await turns(10);
    expect([at, place.open, place.asked]).toEqual([at, 0, asked]);
  }
});

test('under switchMap a run goes on behind the one before it, and none says `conflict`', async () => {
  const file = join(folder, 'numbers.ndjson');
  await writeFile(file, Array.from({ length: 4000 }, (_, i) => `${i}\n`).join(''));
  for (const shared of [true, false]) {
    const into = join(folder, `switched-${shared}`);
    const one = folderCheckpoints(into);
    const run = () =>
      online({
        ...optionsFor(iterableSource<number>('unused', []), shared ? one : folderCheckpoints(into), () => {}),
        source: ndjson(file),
        decode: ({ value }: { readonly value: unknown }) => either.right(Number(value)),
      });
    const restarts = new Subject<void>();
    const seen: OnlineEvent<unknown, unknown>[] = [];
    const errors: unknown[] = [];
    const whole = restarts.pipe(switchMap(run)).subscribe({
      next: (event) => seen.push(event),
      error: (error: unknown) => errors.push(error),
    });
    for (let at = 0; at < 60; at++) {
      restarts.next();
      await turns(at);
    }
    // The last one is given the time that it needs, on a machine that may have much else to do.
    while (errors.length === 0 && !seen.some(({ kind }) => kind === 'step')) await wait(5);
    whole.unsubscribe();
    expect(errors).toEqual([]);
    expect(seen.filter(({ kind }) => kind === 'save failed')).toEqual([]);
    const last = await lastValueFrom(run().pipe(toArray()));
    // It may have been at the end before, and then takes no step.
    expect(last.findLast(({ kind }) => kind === 'step' || kind === 'resumed')).toMatchObject({ step: 4000 });
  }
}, 60_000);

describe('what is pulled through operators is let go of too', () => {
  /** A source that waits for ever behind its first value. */
  const silent = (place: { open: number }): AsyncIterable<number> => ({
    [Symbol.asyncIterator]: () => {
      let first = true;
      place.open += 1;
      return {
        next: () => {
          if (!first) return new Promise(() => {});
          first = false;
          return Promise.resolve({ done: false, value: 1 });
        },
        return: () => {
          place.open -= 1;
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  });

  test('batchesOf and mapPulled, while they wait for their source', async () => {
    const place = { open: 0 };
    const examples = mapPulled(silent(place), (x) => tensor([x]));
    const run = fromPull(batchesOf(examples, { size: 2 })).subscribe();
    await turns(3);
    expect(place.open).toBe(1);
    run.unsubscribe();
    await turns(3);
    expect(place.open).toBe(0);
  });
});

test('a signal that outlives its runs holds none of them', async () => {
  const controller = new AbortController();
  let listening = 0;
  const { signal } = controller;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listening += 1;
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listening -= 1;
    remove(type, listener);
  };
  const run = (source: Source<number, number>) => {
    const { store } = slowStore(0);
    return online({ ...optionsFor(source, store, () => {}), checkpoints: { store, signal } });
  };
  await lastValueFrom(run(iterableSource('three', [1, 2, 3])));
  const broken: Source<number, number> = {
    ...iterableSource('broken', [1]),
    open: () => {
      throw new Error('broken');
    },
  };
  await expect(lastValueFrom(run(broken))).rejects.toThrow('broken');
  const endless = run(slowNumbers({ open: 0, asked: 0 }, 0)).subscribe();
  await turns(5);
  endless.unsubscribe();
  await turns(5);
  expect(listening).toBe(0);
});

/** Milliseconds, on a machine that may have much else to do; a loop that gives nobody a turn never ends. */
const HEARD = 5000;

describe('the event loop has its turns', () => {
  /** How many milliseconds pass until a timer of 1 ms is heard. */
  const heardAfter = async (source: Source<number, number>, decode = decoderOfValues(t.number)) => {
    const began = performance.now();
    const run = online({
      ...optionsFor(source, slowStore(0).store, () => {}),
      decode,
      examples: pure(() => []),
    }).subscribe();
    await wait(1);
    run.unsubscribe();
    return performance.now() - began;
  };

  const endless = function* (): Generator<number, void, undefined> {
    for (let i = 0; ; i++) yield i;
  };

  test.each([
    [
      'a synchronous iterable of which nothing is learned',
      iterableSource('endless', { [Symbol.iterator]: endless }),
    ],
    [
      'chunks that are empty',
      {
        name: 'empty',
        position: t.number,
        open: async function* () {
          for (;;) yield [];
        },
      } satisfies Source<number, number>,
    ],
  ])('%s', async (_, source) => {
    expect(await heardAfter(source)).toBeLessThan(HEARD);
  });

  test('records that are left out on the way to a position', async () => {
    const source = iterableSource('endless', { [Symbol.iterator]: endless });
    const began = performance.now();
    const reader = source.open(1e12)[Symbol.asyncIterator]();
    const asked = reader.next();
    await wait(1);
    expect(performance.now() - began).toBeLessThan(HEARD);
    await reader.return?.();
    expect(await asked).toEqual({ done: true, value: undefined });
  });

  test('and they are left alone when nobody asks any more', async () => {
    let taken = 0;
    function* counted(): Generator<number, void, undefined> {
      for (; ; taken++) yield taken;
    }
    const source = iterableSource('endless', { [Symbol.iterator]: counted });
    const reader = source.open(1e12)[Symbol.asyncIterator]();
    void reader.next();
    await wait(1);
    await reader.return?.();
    await turns(2);
    const before = taken;
    await turns(5);
    expect(taken).toBe(before);
  });

  test('batchesOf, of examples that fill no batch for long', async () => {
    const examples = (async function* () {
      for (;;) yield tensor([1]);
    })();
    const began = performance.now();
    const run = fromPull(batchesOf(examples, { size: 1e6 })).subscribe();
    await wait(1);
    run.unsubscribe();
    expect(performance.now() - began).toBeLessThan(HEARD);
  });
});

test.each([
  [undefined, "next: the source 'odd' did not give an iterator result, got undefined"],
  [{ done: false, value: undefined }, "online: the source 'odd' did not give an array of records"],
  [{ done: false, value: [undefined] }, "online: the source 'odd' did not give an array of records"],
])('a source whose next gives %o is an error', async (given, message) => {
  const odd = {
    ...iterableSource('odd', [1]),
    open: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(given) }) }),
  };
  const run = online(optionsFor(odd as never, slowStore(0).store, () => {}));
  await expect(lastValueFrom(run)).rejects.toThrow(message);
});
