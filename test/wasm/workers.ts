/** What the tests of threads share: pools that end with their tests, and a module that traps where workers run it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import {
  defineFunction,
  i32 as constant,
  loopWhile,
  set,
  statement,
  when,
} from '../../src/backend/wasm/emitter.js';
import { i32 } from '../../src/backend/wasm/instructions.js';
import { moduleBuilder } from '../../src/backend/wasm/module.js';
import type { DoPart } from '../../src/backend/wasm/threads/control.js';
import { findPlatform, type Platform } from '../../src/backend/wasm/threads/platform.js';
import { type Pool, type Shareable, workerPool } from '../../src/backend/wasm/threads/pool.js';

export const unexpected = (line: string): void => {
  throw new Error(line);
};

export const platform = (): Platform => {
  const found = findPlatform();
  if ('lacking' in found) throw new Error(found.lacking);
  return found;
};

const pools: Pool[] = [];
export const poolOf = (workers: number): Pool => {
  const pool = workerPool({ platform: platform(), workers, patience: 0.1, warn: unexpected });
  pools.push(pool);
  return pool;
};
afterAll(() => {
  for (const pool of pools) pool.close();
});

/** Steps of this thread let others run too, but only a pause lets them start. */
export const until = async (holds: () => boolean): Promise<void> => {
  for (let i = 0; i < 10_000; i++) {
    if (holds()) return;
    await sleep(1);
  }
  expect.unreachable('it never held');
};

export const unreachable = (): never => {
  throw new Error('no such program');
};

/** A module with one function, that takes its time over each part, and may trap where another thread does it. */
const timeTaking = ({ traps }: { readonly traps: boolean }): Shareable & { readonly doPart: DoPart } => {
  const builder = moduleBuilder([], true);
  const body = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end, worker) => {
    if (traps) scope.run(when(worker, statement([0x00])));
    const left = scope.hold(i32.mul(i32.sub(end, begin), constant(20000)));
    scope.run(loopWhile(set(left, i32.sub(left, constant(1))), left));
    return undefined;
  });
  const module = new WebAssembly.Module(builder.finish({ part: builder.add(body) }));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { part } = new WebAssembly.Instance(module, { host: { memory } }).exports;
  return { module, memory, names: ['part'], doPart: part as DoPart };
};

export const trapping = () => timeTaking({ traps: true });
export const slow = () => timeTaking({ traps: false });

export const phase = { kind: 'shared', name: 'part', extent: 200, piece: 1 } as const;
