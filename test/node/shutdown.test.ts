/** A process that is asked to end. */
import { expect, test } from 'vitest';
import { shutdown } from 'paralens/node';

test('the first signal aborts, and removes its listeners', async () => {
  const before = new Set(process.listeners('SIGUSR2'));
  const ending = shutdown('SIGUSR2', 'SIGHUP');
  expect(ending.aborted).toBe(false);
  const aborted = new Promise((resolve) => ending.addEventListener('abort', resolve));
  process.kill(process.pid, 'SIGUSR2');
  await aborted;
  expect(ending.aborted).toBe(true);
  expect(String(ending.reason)).toContain('the process got SIGUSR2');
  expect(process.listeners('SIGUSR2').filter((each) => !before.has(each))).toEqual([]);
});
