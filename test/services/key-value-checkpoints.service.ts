/** Checkpoints in a bucket of NATS JetStream. */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Value } from 'paralens/program';
import { keyValueCheckpoints } from 'paralens/online';
import { describeBucket } from '../online/checkpoint/key-value-battery.js';
import { checkpointAt, left, restoring, right } from '../online/checkpoint/kept-run.js';
import { type Broker, startBroker } from './nats-server.js';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.stop());

let buckets = 0;
const makeBucket = (options = {}) => broker.bucket(`bucket-${++buckets}`, options);

describeBucket('a bucket of JetStream', makeBucket);

/** A model of a million numbers, four times the largest message. */
const large = (step: number) => {
  const value: Value = { dtype: 'float32', shape: [1_000_000], data: new Float32Array(1_000_000).fill(step) };
  return { ...checkpointAt(step), tensors: { ...checkpointAt(step).tensors, large: value } };
};

test('a checkpoint larger than a message is kept', async () => {
  const bucket = await makeBucket();
  right(await keyValueCheckpoints(bucket, { name: 'run' }).save(large(1)));
  const { checkpoint } = await restoring(keyValueCheckpoints(bucket, { name: 'run' }), large(0));
  // vitest's own equality takes half a minute for a million numbers.
  expect(checkpoint !== undefined && isDeepStrictEqual(checkpoint, large(1))).toBe(true);
});

test('a bucket that is full is told, and what was there stays', async () => {
  const bucket = await makeBucket({ max_bytes: 6_000_000 });
  const store = keyValueCheckpoints(bucket, { name: 'run' });
  right(await store.save(large(1)));
  const error = left(await store.save(large(2)));
  expect(error.kind).toBe('full');
  const { checkpoint, passedOver } = await restoring(keyValueCheckpoints(bucket, { name: 'run' }), large(0));
  expect(checkpoint?.step).toBe(1);
  expect(passedOver).toEqual([]);
});

test('a bucket that is gone is told', async () => {
  const bucket = await makeBucket();
  await bucket.destroy();
  expect(left(await keyValueCheckpoints(bucket, { name: 'run' }).save(checkpointAt(1))).kind).toBe(
    'unreadable',
  );
});
