/** Errors of workers and beside workers. */
import { describe, expect, test } from 'vitest';
import { workerPool } from '../../src/backend/wasm/threads/pool.js';
import { phase, platform, poolOf, slow, trapping, until } from './workers.js';

describe('errors', () => {
  test('of a worker are those of the step, name the worker, and end the pool', async () => {
    const pool = poolOf(2);
    const shareable = trapping();
    const crew = pool.crewFor(shareable);
    crew.gather();
    await until(() => pool.free() === 2);
    const steps = (): void => {
      for (let i = 0; i < 1000; i++) crew.share(0, phase, shareable.doPart);
    };
    expect(steps).toThrow(/step: worker [12] of 2 failed, got RuntimeError: unreachable/);
    expect(pool.free()).toBe(0);
    let done = 0;
    crew.gather();
    crew.share(0, phase, (begin, end) => (done += end - begin));
    expect(done).toBe(phase.extent);
  });

  test('of this thread leave no worker running', async () => {
    const pool = poolOf(1);
    const { doPart, ...shareable } = slow();
    const crew = pool.crewFor(shareable);
    crew.gather();
    await until(() => pool.free() === 1);
    const throwing = (): void => {
      throw new RangeError('mine');
    };
    expect(() => {
      crew.share(0, phase, throwing);
    }).toThrow('mine');
    // It may be away for a moment, to take in a message.
    await until(() => pool.free() === 1);
    crew.share(0, phase, doPart);
  });

  test('in starting a worker are reported, and the others continue', () => {
    const lines: string[] = [];
    const broken = {
      ...platform(),
      spawn: () => {
        throw new Error('forbidden');
      },
    };
    const pool = workerPool({ platform: broken, workers: 2, patience: 0, warn: (line) => lines.push(line) });
    const { doPart, ...shareable } = trapping();
    const crew = pool.crewFor(shareable);
    crew.gather();
    crew.share(0, phase, doPart);
    expect(lines).toEqual([
      'paralens: worker 1 of 2 stopped, the others go on (Error: forbidden)',
      'paralens: worker 2 of 2 stopped, the others go on (Error: forbidden)',
    ]);
  });
});
