/** Parts of the reader of JetStream that need no broker. */
import { expect, test } from 'vitest';
import { onReconnect } from '../../src/node/jetstream-connection.js';
import { recordsOf } from '../../src/node/jetstream-gaps.js';

test('errors of the status of a connection are ignored', async () => {
  let reconnected = 0;
  const connection = {
    status: async function* () {
      yield { type: 'disconnect' };
      yield { type: 'reconnect' };
      await Promise.reject(new Error('closed'));
    },
    isClosed: () => true,
    closed: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  await expect(onReconnect(connection, () => void (reconnected += 1))).resolves.toBeUndefined();
  expect(reconnected).toBe(1);
});

const message = (seq: number) => ({
  seq,
  data: Buffer.from('x'),
  info: { pending: 0, deliverySequence: 2 },
});

test('missing messages are counted, except those missing from the start', () => {
  const lostOf = (seq: number, missing: readonly number[]) => {
    const progress = { place: { created: 'now', seq: 1, missing: new Set(missing) }, behind: undefined };
    const { records } = recordsOf({ stream: 'S' }, [message(seq)], progress);
    return records.flatMap(({ value }) => (typeof value === 'string' ? [] : [value.text]));
  };
  expect(lostOf(5, [2, 3, 4])).toEqual([]);
  expect(lostOf(5, [1, 3, 5])).toEqual(['S has removed 2 of its messages 2 to 4']);
  expect(lostOf(3, [1, 2, 5, 6, 7])).toEqual([]);
  // Sequence numbers go on where a stream was purged: they are not gone through one by one.
  const begun = performance.now();
  expect(lostOf(2 ** 50, [3])).toEqual([`S has removed ${2 ** 50 - 3} of its messages 2 to ${2 ** 50 - 1}`]);
  expect(performance.now() - begun).toBeLessThan(10_000);
});
