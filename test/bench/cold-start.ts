/** The time from the start of node to the first finished step, above that of node alone; of the built package. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Backend } from 'paralens';
import { type Figure, figureOf, median, timesOf } from './measure.js';

const nodeMs =
  (...args: readonly string[]): (() => void) =>
  () =>
    void spawnSync(process.execPath, args);

export const coldStart = (backend: Backend): readonly Figure[] => {
  if (!existsSync('dist/src/index.js')) {
    console.error('cold start: left out; `npm run build` first');
    return [];
  }
  const [bare, started] = [nodeMs('-e', '0'), nodeMs('test/bench/cold-start.mjs')];
  // In turns, so that both see the same machine.
  const pairs = Array.from(
    { length: 15 },
    () => [timesOf(bare, 1, 0)[0] ?? 0, timesOf(started, 1, 0)[0] ?? 0] as const,
  );
  const ms = median(pairs.map(([alone, all]) => all - alone));
  return [figureOf('cold start to the first tiny step', backend)('above node alone', ms, 'ms')];
};
