/** A process that is asked to end. */
import { expect, test } from 'vitest';
import { shutdown } from 'paralens/node';

test('the first signal aborts, and then all are as they were before', async () => {
  const before = process.listenerCount('SIGUSR2');
  const ending = shutdown('SIGUSR2', 'SIGHUP');
  expect(ending.aborted).toBe(false);
  const aborted = new Promise((resolve) => ending.addEventListener('abort', resolve));
  process.kill(process.pid, 'SIGUSR2');
  await aborted;
  expect(ending.aborted).toBe(true);
  expect(String(ending.reason)).toContain('the process got SIGUSR2');
  expect(process.listenerCount('SIGUSR2')).toBe(before);
});
