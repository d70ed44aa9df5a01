/** Iterables and Observables as sources. */
import fc from 'fast-check';
import { of, Subject } from 'rxjs';
import { iterableSource, observableSource } from 'paralens/online';
import { expect, test } from 'vitest';
import { assertResumes, collect } from '../node/collect.js';

async function* slowly(values: readonly number[]) {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

test('values are counted; gone on with after any of them (F-1, F-13)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (values) => {
      const asynchronous: AsyncIterable<number> = { [Symbol.asyncIterator]: () => slowly(values) };
      const sources = [
        iterableSource('now', values),
        iterableSource('later', asynchronous),
        observableSource('pushed', of(...values), { buffer: 12 }),
      ];
      for (const source of sources) {
        expect(await collect(source)).toEqual(values.map((value, i) => ({ value, position: i + 1 })));
        await assertResumes(source);
      }
    }),
    { numRuns: 30 },
  );
});

test('more values than are handed on at once', async () => {
  const values = Array.from({ length: 1000 }, (_, i) => i);
  expect((await collect(iterableSource('now', values), 300)).map(({ value }) => value)).toEqual(
    values.slice(300),
  );
});

test('an Observable is unsubscribed from by return', async () => {
  const subject = new Subject<number>();
  const iterator = observableSource('hot', subject, 'latest').open()[Symbol.asyncIterator]();
  const pending = iterator.next();
  await new Promise(setImmediate);
  expect(subject.observed).toBe(true);
  await iterator.return?.();
  expect(subject.observed).toBe(false);
  expect(await pending).toEqual({ done: true, value: undefined });
});

test('positions that are none are refused', () => {
  const { position } = iterableSource('none', []);
  for (const each of [-1, 0.5, '1', null]) expect(position.decode(each)._tag).toBe('Left');
});
