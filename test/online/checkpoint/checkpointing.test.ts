/** The pace of checkpoints: when they are taken, of which step, and that two are never saved at once. */
import { either as E } from 'fp-ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ParalensError } from 'paralens';
import {
  type CheckpointError,
  checkpointing,
  type CheckpointReport,
  type CheckpointStore,
} from 'paralens/online';
import { checkpointAt } from './kept-run.js';

/** Lets everything happen that is waiting for nothing but its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A store whose saves end when they are told to. */
const slow = () => {
  const pending: ((result: E.Either<CheckpointError, string>) => void)[] = [];
  const begun: number[] = [];
  let most = 0;
  const store: CheckpointStore = {
    save: ({ step }) =>
      new Promise((resolve) => {
        begun.push(step);
        pending.push(resolve);
        most = Math.max(most, pending.length);
      }),
    restore: () => Promise.resolve(E.right({ checkpoint: undefined, passedOver: [] })),
  };
  const end = async (result: E.Either<CheckpointError, string> = E.right('it')): Promise<void> => {
    pending.shift()?.(result);
    await turn();
  };
  return { store, begun, end, pending, most: () => most };
};

const failed = (kind: CheckpointError['kind']): E.Either<CheckpointError, never> =>
  E.left({ kind, name: 'it', message: `it: ${kind}` });

test('one save at a time, of increasing steps, each of an offered step, and the last one', async () => {
  const events = fc.array(fc.oneof(fc.constantFrom('step', 'step', 'end', 'fail', 'request'), fc.nat(3000)));
  await fc.assert(
    fc.asyncProperty(events, fc.integer({ min: 1, max: 5 }), async (each, steps) => {
      const { store, begun, end, pending, most } = slow();
      let [clock, step] = [0, 0];
      const pace = checkpointing({ store, every: { steps, seconds: 1 }, now: () => clock });
      for (const event of each) {
        if (typeof event === 'number') clock += event;
        else if (event === 'end') await end();
        else if (event === 'fail') await end(failed('full'));
        else if (event === 'request') pace.request();
        else {
          const at = ++step;
          const before = begun.length;
          expect(pace.offer(at, () => checkpointAt(at))).toBeUndefined();
          expect(begun.slice(before)).toEqual(begun.length > before ? [at] : []);
        }
      }
      let done = false;
      const flushed = pace.flush().then((last) => {
        done = true;
        return last;
      });
      await turn();
      while (pending.length > 0) await end();
      const last = await flushed;
      expect(done).toBe(true);
      expect(last?.step).toBe(step === 0 ? undefined : step);
      expect(most()).toBeLessThanOrEqual(1);
      // A step is saved a second time only if it failed the first.
      expect(begun).toEqual(begun.toSorted((a, b) => a - b));
      expect(begun.at(-1)).toBe(step === 0 ? undefined : step);
    }),
  );
});

/** Steps that were saved, where saving takes no time. */
const savedAt = async (every: { steps?: number; seconds?: number }, times: readonly number[], first = 1) => {
  const { store, begun, end } = slow();
  let clock = 0;
  const pace = checkpointing({ store, every, now: () => clock });
  for (const [i, time] of times.entries()) {
    clock = time;
    pace.offer(first + i, () => checkpointAt(first + i));
    await end();
  }
  return begun;
};

test('every k steps: at the multiples of k, for any first step', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 50 }),
      fc.nat(30),
      async (k, first, n) => {
        const steps = Array.from({ length: n }, (_, i) => first + i);
        expect(
          await savedAt(
            { steps: k },
            steps.map(() => 0),
            first,
          ),
        ).toEqual(steps.filter((step) => step % k === 0));
      },
    ),
  );
});

test('every t seconds: at the first step after that time', async () => {
  expect(await savedAt({ seconds: 1 }, [0, 999, 1000, 1500, 2500, 2600, 3499, 3500])).toEqual([3, 5, 8]);
});

test('without a pace nothing is saved before a request', async () => {
  expect(await savedAt({}, [0, 1e9])).toEqual([]);
});

test('a checkpoint that becomes due during a save takes the state of the current step', async () => {
  const { store, begun, end } = slow();
  const pace = checkpointing({ store, every: { steps: 2 } });
  const made: number[] = [];
  const offer = (step: number) =>
    pace.offer(step, () => {
      made.push(step);
      return checkpointAt(step);
    });
  for (const step of [1, 2, 3, 4, 5]) offer(step);
  await end();
  expect(begun).toEqual([2]);
  for (const step of [6, 7]) offer(step);
  expect(begun).toEqual([2, 6]);
  await end();
  offer(8);
  expect(made).toEqual([2, 6, 8]);
});

test('a failed save is reported, and the next is made when it is due', async () => {
  const reports: CheckpointReport[] = [];
  const { store, end } = slow();
  const pace = checkpointing({ store, every: { steps: 1 }, report: (each) => reports.push(each) });
  pace.offer(1, () => checkpointAt(1));
  await end(failed('full'));
  pace.offer(2, () => checkpointAt(2));
  await end();
  expect(reports).toEqual([
    { step: 1, result: failed('full') },
    { step: 2, result: E.right('it') },
  ]);
});

test('after a conflict nothing more is saved, and every offer returns it', async () => {
  const { store, begun, end } = slow();
  const pace = checkpointing({ store, every: { steps: 1 } });
  pace.offer(1, () => checkpointAt(1));
  await end(failed('conflict'));
  expect(pace.offer(2, () => checkpointAt(2))).toMatchObject({ kind: 'conflict' });
  expect(await pace.flush()).toEqual({ step: 1, result: failed('conflict') });
  expect(begun).toEqual([1]);
});

test('a signal saves the newest state at once', async () => {
  const { store, begun, end } = slow();
  const controller = new AbortController();
  const pace = checkpointing({ store, signal: controller.signal });
  pace.offer(1, () => checkpointAt(1));
  pace.offer(2, () => checkpointAt(2));
  controller.abort();
  expect(begun).toEqual([2]);
  const flushed = pace.flush();
  await end();
  expect((await flushed)?.step).toBe(2);
  expect(begun).toEqual([2]);
});

test('concurrent flushes all wait for the last step, saved once', async () => {
  const { store, begun, end, pending } = slow();
  const pace = checkpointing({ store, every: { steps: 1 } });
  pace.offer(1, () => checkpointAt(1));
  pace.offer(2, () => checkpointAt(2));
  let done = 0;
  const flushes = [1, 2, 3].map(() =>
    pace.flush().then((last) => {
      done += 1;
      return last?.step;
    }),
  );
  await end();
  expect([done, pending.length]).toEqual([0, 1]);
  await end();
  expect(await Promise.all(flushes)).toEqual([2, 2, 2]);
  expect(begun).toEqual([1, 2]);
});

test('errors of a state, a store and a report are thrown', async () => {
  const mistake = new Error('mistake');
  const throwing = (): never => {
    throw mistake;
  };
  const { store, end } = slow();
  expect(() => checkpointing({ store, every: { steps: 1 } }).offer(1, throwing)).toThrow(mistake);
  const reporting = checkpointing({ store, every: { steps: 1 }, report: throwing });
  reporting.offer(1, () => checkpointAt(1));
  await end();
  expect(() => reporting.offer(2, () => checkpointAt(2))).toThrow(mistake);
  const broken = checkpointing({ store: { ...store, save: () => Promise.reject(mistake) } });
  broken.offer(1, () => checkpointAt(1));
  await expect(broken.flush()).rejects.toThrow(mistake);
  const sudden = checkpointing({ store: { ...store, save: throwing } });
  sudden.offer(1, () => checkpointAt(1));
  await expect(sudden.flush()).rejects.toThrow(mistake);
  await expect(sudden.flush()).rejects.toThrow(mistake);
});

test.each([{ steps: 0 }, { seconds: -1 }, { steps: Number.NaN }])('a pace of %o is refused', (every) => {
  expect(() => checkpointing({ store: slow().store, every })).toThrow(ParalensError);
});

test('a signal that is already aborted saves the first offered state', async () => {
  const { store, begun, end } = slow();
  const pace = checkpointing({ store, signal: AbortSignal.abort() });
  pace.offer(1, () => checkpointAt(1));
  pace.offer(2, () => checkpointAt(2));
  expect(begun).toEqual([1]);
  await end();
});
