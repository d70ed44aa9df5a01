/** Workers of a pool that nobody can reach any more end by themselves. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { workerPool } from '../../src/backend/wasm/threads/pool.js';
import { platform, trapping, unexpected, until } from './workers.js';

test('a pool that is dropped without close ends its workers, a referenced one does not', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const ended = new Set<string>();
  const real = platform();
  const started = (name: string) =>
    workerPool({
      platform: {
        ...real,
        spawn: (...given) => {
          const worker = real.spawn(...given);
          return {
            ...worker,
            send: (message) => {
              worker.send(message);
            },
            terminate: () => {
              ended.add(name);
              worker.terminate();
            },
          };
        },
      },
      workers: 1,
      patience: 0.1,
      warn: unexpected,
    });
  const crewOf = (name: string) => {
    const crew = started(name).crewFor(trapping());
    crew.gather();
    return crew;
  };
  const held = crewOf('held');
  crewOf('dropped');
  await until(() => {
    collect();
    return ended.has('dropped');
  });
  collect();
  expect(ended.has('held')).toBe(false);
  held.gather();
});
