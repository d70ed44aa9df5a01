/** The pipeline of processes: kills change nothing of what is learned, and answers go on meanwhile. */
import { expect, test } from 'vitest';
import { main } from '../../examples/nats-pipeline.js';

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
