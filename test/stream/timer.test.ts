/** Times of any length: a platform's timer takes 2³¹ ms and more, Infinity, NaN and negative numbers for 1 ms. */
import { dense, key, learner, meanSquaredError, sgd } from 'paralens';
import { counters, decoder, iterableSource, online, pure, snapshots, toPull } from 'paralens/online';
import * as t from 'io-ts';
import { NEVER, Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { later, pause, requireMilliseconds } from '../../src/stream/timer.js';

const DAY = 24 * 60 * 60 * 1000;

describe('a wait', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 3e9, 100 * DAY])('of %d ms takes as long', (time) => {
    const act = vi.fn<() => void>();
    later(time, act);
    vi.advanceTimersByTime(time - 1);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2 * time);
    expect(act).toHaveBeenCalledTimes(1);
  });

  test.each([0, DAY, 26 * DAY])('can be cancelled after %d ms, and leaves no timer', (time) => {
    const act = vi.fn<() => void>();
    const cancel = later(60 * DAY, act);
    vi.advanceTimersByTime(time);
    cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is aborted rejects at once, at any time', async () => {
    const controller = new AbortController();
    const paused = pause(60 * DAY, controller.signal);
    vi.advanceTimersByTime(30 * DAY);
    controller.abort();
    await expect(paused).rejects.toThrow('aborted');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('between emissions or samples may be longer than a timer of the platform', async () => {
    const events = new Subject<{ readonly kind: 'saved'; readonly step: number; readonly name: string }>();
    const looks: number[] = [];
    events
      .pipe(counters({ every: { seconds: (30 * DAY) / 1000 } }))
      .subscribe(({ saved }) => looks.push(saved));
    const sampled = toPull(events, { sample: 30 * DAY })[Symbol.asyncIterator]();
    const asked = vi.fn<() => void>();
    void sampled.next().then(asked);
    for (let step = 0; step < 3; step++) {
      await vi.advanceTimersByTimeAsync(10);
      events.next({ kind: 'saved', step, name: '' });
    }
    await vi.advanceTimersByTimeAsync(29 * DAY);
    expect(looks).toEqual([1]);
    expect(asked).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(DAY);
    expect(looks).toEqual([1, 3]);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a time of %d is refused wherever one is given',
  (time) => {
    const message = /must be in [[(]0, ∞\), got /;
    expect(() => {
      requireMilliseconds('test', 'time', time);
    }).toThrow(message);
    const linear = learner({ model: dense(1, 1), loss: meanSquaredError(), update: sgd() });
    expect(() =>
      online({
        source: iterableSource('none', ['']),
        decode: decoder(t.type({ x: t.number })),
        examples: pure(() => []),
        learner: linear,
        key: key(1),
        size: 1,
        wait: time,
      }),
    ).toThrow(message);
    expect(() => counters({ every: { seconds: time } })).toThrow(message);
    expect(() => snapshots(linear, { every: { seconds: time } })).toThrow(message);
    expect(() => toPull(NEVER, { sample: time })).toThrow(message);
  },
);
