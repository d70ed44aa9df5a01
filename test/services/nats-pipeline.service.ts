/** The pipeline of processes: kills change nothing of what is learned, and answers go on meanwhile. */
import { jetStream } from 'paralens/node';
import { expect, test } from 'vitest';
import { main } from '../../examples/nats-pipeline.js';
import { startBroker } from './nats-server.js';

test(
  'a trainer that is killed comes to the parameters of one that is not',
  { timeout: 300_000 },
  async () => {
    const { killed, unharmed, resumed, meanwhile, answer } = await main({ records: 3200, kills: 2 });
    expect(killed).toMatch(/^[0-9a-f]{16}$/);
    expect(killed).toBe(unharmed);
    expect(resumed).toHaveLength(2);
    expect(resumed[0]).toBeGreaterThan(0);
    expect(resumed[1]).toBeGreaterThan(resumed[0] ?? 0);
    expect(meanwhile).toMatchObject({ prediction: [expect.any(Number), expect.any(Number)] });
    // The predictor serves what the last trainer has come to.
    expect(answer.checksum).toBe(killed);
    const [yes, no] = answer.prediction;
    expect(yes).toBeGreaterThan(0.8);
    expect(no).toBeLessThan(0.2);
  },
);

test('a reader of a stream is behind by the messages that it has not seen', async () => {
  const broker = await startBroker();
  try {
    await broker.stream('some', ['a', 'b', 'c']);
    const source = jetStream({ servers: broker.servers, stream: 'some' });
    expect(await source.behind?.(null)).toEqual({ amount: 3, unit: 'records' });
    expect(await source.behind?.(2)).toEqual({ amount: 1, unit: 'records' });
    expect(await source.behind?.(3)).toEqual({ amount: 0, unit: 'records' });
  } finally {
    await broker.stop();
  }
});
