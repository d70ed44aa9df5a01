/** What is pulled: how far ahead a source is asked, how it is told to stop, and what becomes of what cannot wait. */
import fc from 'fast-check';
import {
  from,
  interval,
  map,
  Observable,
  Subject,
  take,
  throwError,
  toArray,
  lastValueFrom,
  range,
} from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { ParalensError } from 'paralens';
import { fromPull, type HoldPolicy, mapPulled, scanPulled, toPull } from 'paralens/online';

/** What was seen of a source. */
interface Watch {
  asked: number;
  open: number;
  mostOpen: number;
  returned: number;
}

/** Numbers from 0, each after its delay in turns of the event loop; `hangs` there once and for all. */
const counted = (delays: readonly number[], { hangs = -1, fails = -1 } = {}) => {
  const watch: Watch = { asked: 0, open: 0, mostOpen: 0, returned: 0 };
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const i = watch.asked++;
        watch.mostOpen = Math.max(watch.mostOpen, (watch.open += 1));
        for (let turn = 0; turn < (delays[i] ?? 0); turn++) await new Promise(setImmediate);
        if (i === hangs) await new Promise(() => {});
        watch.open -= 1;
        if (i === fails) throw new Error('cut');
        return i < delays.length ? { done: false, value: i } : { done: true, value: undefined };
      },
      return: async () => {
        watch.returned += 1;
        return { done: true, value: undefined };
      },
    }),
  };
  return { source, watch };
};

const collect = async <T>(source: AsyncIterable<T>): Promise<readonly T[]> => {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
};

const delays = fc.array(fc.nat({ max: 3 }), { maxLength: 12 });
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

describe('fromPull', () => {
  test('emits the values of the source, never further ahead than the prefetch, one at a time', async () => {
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 5 }), async (each, prefetch) => {
        const { source, watch } = counted(each);
        let ahead = 0;
        let heard = 0;
        const watching = map((value: number) => {
          heard += 1;
          ahead = Math.max(ahead, watch.asked - heard);
          return value;
        });
        const all = await lastValueFrom(fromPull(source, { prefetch }).pipe(watching, toArray()));
        expect(all).toEqual(numbers(each.length));
        expect(ahead).toBeLessThanOrEqual(prefetch);
        expect(watch.mostOpen).toBe(1);
        // It ended by itself: nobody has to tell it.
        expect(watch.returned).toBe(0);
      }),
    );
  });

  test('requests up to the prefetch during a step', async () => {
    const { source, watch } = counted([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const subscription = fromPull(source, { prefetch: 3 })
      .pipe(take(1))
      .subscribe(() => {
        expect(watch.asked).toBeGreaterThanOrEqual(1);
      });
    for (let i = 0; i < 20; i++) await Promise.resolve();
    expect(watch.asked).toBeLessThanOrEqual(4);
    expect(watch.returned).toBe(1);
    subscription.unsubscribe();
    expect(watch.returned).toBe(1);
  });

  test('unsubscribed at any emission it calls return once, at once, and emits no more', async () => {
    await fc.assert(
      fc.asyncProperty(delays, fc.nat({ max: 12 }), async (each, k) => {
        const { source, watch } = counted(each);
        const heard: number[] = [];
        await new Promise<void>((resolve) => {
          fromPull(source)
            .pipe(take(k))
            .subscribe({ next: (value) => heard.push(value), complete: resolve });
        });
        expect(heard).toEqual(numbers(Math.min(k, each.length)));
        expect(watch.returned).toBe(k > 0 && k <= each.length ? 1 : 0);
        const { asked } = watch;
        for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
        expect(watch.asked).toBe(asked);
      }),
    );
  });

  test('return reaches a source whose next is pending, where rxjs waits', async () => {
    const [own, other] = [counted([0, 0, 0], { hangs: 1 }), counted([0, 0, 0], { hangs: 1 })];
    const subscriptions = [fromPull(own.source).subscribe(), from(other.source).subscribe()];
    await sleep(1);
    for (const each of subscriptions) each.unsubscribe();
    expect(own.watch.returned).toBe(1);
    expect(other.watch.returned).toBe(0);
  });

  test('an error comes after the values before it; errors of return go to the hook of rxjs', async () => {
    const { source, watch } = counted([2, 0, 0, 0], { fails: 2 });
    const heard: unknown[] = [];
    await new Promise<void>((resolve) => {
      fromPull(source, { prefetch: 4 }).subscribe({
        next: (value) => heard.push(value),
        error: (error) => {
          heard.push(String(error));
          resolve();
        },
      });
    });
    expect(heard).toEqual([0, 1, 'Error: cut']);
    expect(watch.returned).toBe(0);
    expect(() => fromPull(source, { prefetch: 0 })).toThrow(
      'fromPull: `prefetch` must be a positive integer, got 0',
    );
  });

  test('a source that is always ready does not block the event loop', async () => {
    async function* endless() {
      for (let i = 0; ; i++) yield i;
    }
    await new Promise<void>((resolve) => {
      const subscription = fromPull(endless()).subscribe();
      setTimeout(() => {
        subscription.unsubscribe();
        resolve();
      }, 20);
    });
    expect(true).toBe(true);
  });
});

describe('mapPulled and scanPulled', () => {
  /** A step that takes some turns, and is refused while another one is at work. */
  const slowly = (slow: readonly number[]) => {
    let working = false;
    return async (state: number, value: number, index: number): Promise<number> => {
      if (working) throw new Error('two steps at once');
      working = true;
      for (let turn = 0; turn < (slow[index] ?? 0); turn++) await new Promise(setImmediate);
      working = false;
      // Not commutative, so that an order other than the source's shows.
      return (31 * state + value + 7) % 100_003;
    };
  };

  test('F-6 the scan of an asynchronous step equals the synchronous scan, for any requests', async () => {
    await fc.assert(
      fc.asyncProperty(delays, delays, fc.boolean(), async (each, slow, atOnce) => {
        const { source, watch } = counted(each);
        const step = slowly(slow);
        const states = scanPulled(source, step, 1);
        let expected = 1;
        const scan = numbers(each.length).map((value) => (expected = (31 * expected + value + 7) % 100_003));
        if (!atOnce) expect(await collect(states)).toEqual(scan);
        else {
          const iterator = states[Symbol.asyncIterator]();
          const results = await Promise.all(numbers(each.length + 2).map(() => iterator.next()));
          expect(results.flatMap(({ done, value }) => (done === true ? [] : [value]))).toEqual(scan);
        }
        expect(watch.mostOpen).toBe(each.length >= 0 ? 1 : 0);
        // Through an Observable as well.
        const again = scanPulled(counted(each).source, slowly(slow), 1);
        expect(await lastValueFrom(fromPull(again).pipe(toArray()))).toEqual(scan);
      }),
    );
  });

  test('the error of a step ends the source; that of the source is passed on; so is return, at once', async () => {
    const failing = counted([0, 0, 0]);
    const refused = mapPulled(failing.source, (value) => {
      if (value === 1) throw new Error('no');
      return value;
    });
    await expect(collect(refused)).rejects.toThrow('no');
    expect(failing.watch.returned).toBe(1);
    const cut = counted([0, 0, 0], { fails: 1 });
    await expect(collect(mapPulled(cut.source, (value) => value))).rejects.toThrow('cut');
    expect(cut.watch.returned).toBe(0);
    const hanging = counted([0], { hangs: 0 });
    const iterator = mapPulled(hanging.source, (value) => value)[Symbol.asyncIterator]();
    const pending = iterator.next();
    await sleep(1);
    await iterator.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(hanging.watch.returned).toBe(1);
  });
});

test('a second return also waits until everything is released', async () => {
  let isReleased = false;
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        await sleep(5);
        isReleased = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const iterator = mapPulled(source, (value) => value)[Symbol.asyncIterator]();
  void iterator.next();
  void iterator.return?.();
  await iterator.return?.();
  expect(isReleased).toBe(true);
});

describe('toPull', () => {
  /** What a consumer gets that asks once before each of the groups comes, and then for all the rest. */
  const held = async (groups: readonly (readonly number[])[], policy: HoldPolicy) => {
    const subject = new Subject<number>();
    const iterator = toPull(subject, policy)[Symbol.asyncIterator]();
    const got: number[] = [];
    for (const group of groups) {
      const next = iterator.next();
      await Promise.resolve();
      await new Promise(setImmediate);
      for (const value of group) subject.next(value);
      if (group.length > 0) got.push((await next).value as number);
    }
    subject.complete();
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      got.push(next.value);
    return got;
  };

  test('each policy drops exactly the documented values', async () => {
    const groups = [[1, 2, 3], [4], [5, 6]];
    expect(await held(groups, { buffer: 9 })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await held([[1, 2, 3], [4], [5, 6]], 'latest')).toEqual([3, 4, 6]);
    expect(await held([[1, 2, 3], [4], [5, 6]], 'drop')).toEqual([1, 4, 5]);
  });

  test('a buffer loses nothing, or fails after its values', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 12 }), fc.integer({ min: 1, max: 12 }), async (count, buffer) => {
        const pulled = toPull(range(0, count), { buffer });
        if (count <= buffer) expect(await collect(pulled)).toEqual(numbers(count));
        else {
          const got: number[] = [];
          const error = await (async () => {
            for await (const value of pulled) got.push(value);
          })().catch((thrown: unknown) => thrown);
          expect(got).toEqual(numbers(buffer));
          expect(error).toBeInstanceOf(ParalensError);
          expect(String(error)).toContain(
            `toPull: values arrive faster than they are read, got ${buffer + 1} waiting values, needed at most ${buffer}`,
          );
        }
      }),
    );
  });

  test('a full buffer stops a source that is still in its subscribe function', async () => {
    let made = 0;
    const flood = new Observable<number>((subscriber) => {
      for (; !subscriber.closed && made < 1000; made++) subscriber.next(made);
    });
    await expect(collect(toPull(flood, { buffer: 3 }))).rejects.toThrow('at most 3');
    expect(made).toBe(4);
  });

  test('sample emits the newest value of each period', async () => {
    vi.useFakeTimers();
    try {
      const pulled = collect(toPull(interval(10).pipe(take(10)), { sample: 35 }));
      await vi.advanceTimersByTimeAsync(1000);
      // Values come at 10, 20, …; a period begins with the first value after the last one: 10–45, 50–85, 90–100.
      expect(await pulled).toEqual([3, 7, 9]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('subscribes at the first request, unsubscribes at return, and throws errors after values', async () => {
    let [subscribed, unsubscribed] = [0, 0];
    const quiet = new Observable<number>(() => {
      subscribed += 1;
      return () => {
        unsubscribed += 1;
      };
    });
    const policies: readonly HoldPolicy[] = ['latest', 'drop', { sample: 5 }, { buffer: 2 }];
    for (const policy of policies) {
      [subscribed, unsubscribed] = [0, 0];
      const iterator = toPull(quiet, policy)[Symbol.asyncIterator]();
      expect(subscribed).toBe(0);
      const pending = iterator.next();
      await sleep(1);
      expect([subscribed, unsubscribed]).toEqual([1, 0]);
      await iterator.return?.();
      expect(unsubscribed).toBe(1);
      expect(await pending).toEqual({ done: true, value: undefined });
      await expect(
        collect(
          toPull(
            throwError(() => new Error('cut')),
            policy,
          ),
        ),
      ).rejects.toThrow('cut');
    }
    expect(() => toPull(quiet, { buffer: 0 })).toThrow('toPull: `buffer` must be a positive integer, got 0');
    expect(() => toPull(quiet, { sample: Number.NaN })).toThrow(
      'toPull: `sample` must be in [0, ∞), got NaN',
    );
  });
});
