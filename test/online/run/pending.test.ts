/** The queue of examples that wait is immutable, and keeps only what waits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  added,
  itemsOf,
  type Pending,
  pendingOf,
  sizeOfPending,
  splitPending,
  type Waiting,
} from '../../../src/online/run/pending.js';

const waiting = (i: number): Waiting => ({ example: { input: i, target: i }, position: i });
const positions = (pending: Pending) => itemsOf(pending).map(({ position }) => position);

test('a queue is a list, and no operation changes an earlier queue', () => {
  const operation = fc.oneof(
    fc.record({ from: fc.nat(20), add: fc.nat(99) }),
    fc.record({ from: fc.nat(20), take: fc.nat(4) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const queues = [{ queue: pendingOf([]), list: [] as readonly unknown[] }];
      for (const each of operations) {
        // Any earlier queue, so that several are made of one.
        const { queue, list } = queues[each.from % queues.length] ?? expect.fail();
        if ('add' in each) {
          queues.push({ queue: added(queue, waiting(each.add)), list: [...list, each.add] });
        } else {
          const [first, rest] = splitPending(queue, each.take);
          expect(first.map(({ position }) => position)).toEqual(list.slice(0, each.take));
          queues.push({ queue: rest, list: list.slice(each.take) });
        }
      }
      for (const { queue, list } of queues) {
        expect(positions(queue)).toEqual(list);
        expect(sizeOfPending(queue)).toBe(list.length);
      }
    }),
  );
});

test('a queue that is never empty keeps at most twice what waits', () => {
  let queue = added(pendingOf([]), waiting(0));
  for (let i = 1; i < 1000; i++) [, queue] = splitPending(added(queue, waiting(i)), 1);
  expect(sizeOfPending(queue)).toBe(1);
  expect(queue.shared.length).toBeLessThanOrEqual(4);
});
