/** Workers: the same results, an end, and a way without them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../src/backend/backend.js';
import { compileProgram } from '../../src/backend/wasm/compile.js';
import { wasm } from '../../src/backend/wasm/index.js';
import { startMachine } from '../../src/backend/wasm/machine.js';
import { tileOf } from '../../src/backend/wasm/product-shape.js';
import type { Pool } from '../../src/backend/wasm/threads/pool.js';
import { threadsFor } from '../../src/backend/wasm/threads/threads.js';
import type { Program } from '../../src/graph/program.js';
import type { Data } from '../../src/tensor/dtype.js';
import { drawProgram } from '../../laws/arbitrary/program.js';
import { bundle } from '../bundle.js';
import { randomOf } from '../random-of.js';
import { differAt, drawOf, fill, plain, single } from './support.js';
import { platform, poolOf, unexpected, unreachable, until } from './workers.js';

/** The pool, counting the pieces that this thread did. */
const counting = (pool: Pool, pieces: { own: number; all: number }): Pool => ({
  ...pool,
  crewFor: (shareable) => {
    const crew = pool.crewFor(shareable);
    return {
      ...crew,
      share: (number, phase, doPart) => {
        pieces.all += Math.ceil(phase.extent / phase.piece);
        crew.share(number, phase, (begin, end, worker) => {
          pieces.own++;
          doPart(begin, end, worker);
        });
      },
    };
  },
});

const assertSame = (actual: readonly Data[], expected: readonly Data[]): void => {
  expect(differAt(actual, expected)).toEqual(expected.map(() => -1));
};

const inputsOf = (program: Program, random: () => number): readonly Data[] =>
  program.inputs.map((spec) => fill(random, { ...spec, low: spec.dtype === 'bool' ? 0 : -3, high: 1 }));

const startShared = (program: Program, state: readonly Data[], pool: Pool, workers: number): Machine => {
  const options = { tile: tileOf(false), threads: workers + 1, worthSharing: 1 };
  const compiled = compileProgram(program, options);
  const module = new WebAssembly.Module(compiled.code);
  return startMachine({ module, program, compiled, threads: workers + 1, pool, blas: undefined }, state);
};

describe('workers compute what one thread computes', () => {
  for (const workers of [1, 3])
    test(`in random programs, ${workers + 1} threads`, async () => {
      const pool = poolOf(workers);
      const pieces = { own: 0, all: 0 };
      // More machines than workers keep, in turn, and until workers have done something.
      for (let seed = 0; seed < 15 || pieces.own === pieces.all; seed++) {
        const random = randomOf(seed);
        const { program } = drawProgram(drawOf(random, [17, 33, 64, 128]));
        const state = inputsOf(program, random).slice(0, program.carried);
        const shared = startShared(program, state, counting(pool, pieces), workers);
        const alone = plain.compile(program).start(state);
        for (let step = 0; step < 4; step++) {
          const inputs = inputsOf(program, random).slice(program.carried);
          assertSame(shared.step(inputs), alone.step(inputs));
          assertSame(shared.state(), alone.state());
          if (step === 1 && pieces.all > 0) await until(() => pool.free() === workers);
        }
        if (seed > 100) break;
      }
      expect(pieces.own).toBeLessThan(pieces.all);
    });

  test('in the functions that the engine has for float64', async () => {
    const spec = { shape: [3000], dtype: 'float64' } as const;
    const x = Float64Array.from({ length: 3000 }, (_, i) => (i - 1500) / 300);
    const pool = poolOf(1);
    for (const name of ['erf', 'exp', 'log1p', 'tanh', 'sin'] as const) {
      const program = single(name, [spec], {}, spec);
      const machine = startShared(program, [], pool, 1);
      const expected = plain.compile(program).start([]).step([x]);
      for (let step = 0; step < 5; step++) {
        assertSame(machine.step([x]), expected);
        if (step > 0) await until(() => pool.free() === 1);
      }
    }
  });

  test('with alternating machines, more than workers cache', async () => {
    const pool = poolOf(1);
    const programs = Array.from({ length: 11 }, (_, i) => {
      const spec = { shape: [5000 + 16 * i], dtype: 'float32' } as const;
      return single('exp', [spec], {}, spec);
    });
    const machines = programs.map((program) => startShared(program, [], pool, 1));
    for (let round = 0; round < 4; round++)
      for (const [i, machine] of machines.entries()) {
        const x = Float32Array.from({ length: 5000 + 16 * i }, (_, k) => (k % 100) / 10 - round);
        const alone = plain.compile(programs[i] ?? unreachable()).start([]);
        assertSame(machine.step([x]), alone.step([x]));
        if (round > 0) await until(() => pool.free() === 1);
      }
  });
});

describe('the number of threads', () => {
  test('is the requested one, or that of the machine', () => {
    expect(wasm().threads).toBe(1);
    expect(wasm({ threads: 3 }).threads).toBe(3);
    expect(wasm({ threads: 'all' }).threads).toBe(platform().cores);
  });

  test('must be a valid number', () => {
    for (const threads of [0, -1, 1.5, Number.NaN, 1000])
      expect(() => wasm({ threads })).toThrow('wasm: `threads` must be an integer from 1 to 256');
  });

  test('is one if there cannot be more, which is reported once', () => {
    const lines: string[] = [];
    const found = threadsFor(4, {
      warn: (line) => lines.push(line),
      find: () => ({ lacking: 'no SharedArrayBuffer' }),
    });
    expect(found).toEqual({ count: 1, pool: undefined });
    expect(lines).toEqual(['paralens: one thread instead of 4 threads: no SharedArrayBuffer']);
  });

  test('is one, without a report, if one is requested', () => {
    expect(threadsFor(1, { warn: unexpected, find: unreachable })).toEqual({ count: 1, pool: undefined });
  });
});

describe('a backend with workers', () => {
  const size = 200_000;
  const spec = { shape: [size], dtype: 'float32' } as const;
  const program = single('tanh', [spec], {}, spec);
  const x = Float32Array.from({ length: size }, (_, i) => i / size);

  test('can be closed twice, and still takes steps', () => {
    const backend = wasm({ threads: 2, relaxedSimd: false, warn: unexpected });
    const machine = backend.compile(program).start([]);
    const expected = plain.compile(program).start([]).step([x]);
    for (let i = 0; i < 3; i++) assertSame(machine.step([x]), expected);
    backend.close();
    backend.close();
    assertSame(machine.step([x]), expected);
    assertSame(backend.compile(program).start([]).step([x]), expected);
  });

  test('does not keep the process alive', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'paralens-threads-'));
    await bundle([join(import.meta.dirname, 'stepping.ts')], folder);
    const command = [join(folder, 'stepping.mjs'), `${size}`];
    expect(execFileSync(process.execPath, command, { timeout: 30_000, encoding: 'utf8' })).toBe('done\n');
    rmSync(folder, { recursive: true });
  });
});
