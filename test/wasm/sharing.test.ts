/** However a step is cut into pieces, and whoever does them, its results are the same bit for bit. */
import { describe, expect, test } from 'vitest';
import type { Program } from '../../src/graph/program.js';
import type { Data } from '../../src/tensor/dtype.js';
import { drawProgram } from '../../laws/arbitrary/program.js';
import { inPieces } from './compiled.js';
import { CONVOLUTIONS, KERNEL_GRADIENT } from './convolutions.js';
import { randomOf } from '../random-of.js';
import { differAt, drawOf, fill, plain, single } from './support.js';

const inputsOf = (program: Program, random: () => number): readonly Data[] =>
  program.inputs.map((spec) => fill(random, { ...spec, low: spec.dtype === 'bool' ? 0 : -3, high: 1 }));

/** How many pieces three steps of a program were cut into, after comparing them with steps that were not. */
const assertSame = (program: Program, seed: number, threads: number): number => {
  const random = randomOf(seed);
  const backend = inPieces(threads, seed);
  const { carried } = program;
  const state = inputsOf(program, random).slice(0, carried);
  const shared = backend.compile(program).start(state);
  const alone = plain.compile(program).start(state);
  for (let step = 0; step < 3; step++) {
    const inputs = inputsOf(program, random).slice(carried);
    const differ = differAt(
      [...shared.step(inputs), ...shared.state()],
      [...alone.step(inputs), ...alone.state()],
    );
    expect({ seed, threads, step, differ }).toEqual({ seed, threads, step, differ: differ.map(() => -1) });
  }
  return backend.pieces();
};

describe('a step in pieces equals the whole step', () => {
  test('of random programs, for 2, 3 and 4 threads', () => {
    let pieces = 0;
    for (let seed = 0; seed < 150; seed++) {
      const sizes = seed % 2 === 0 ? [0, 1, 2, 3, 5, 8, 9] : [1, 3, 17, 33, 64];
      const { program } = drawProgram(drawOf(randomOf(seed), sizes));
      pieces += assertSame(program, seed, 2 + (seed % 3));
    }
    expect(pieces).toBeGreaterThan(1000);
  });

  test('of products: long sums, rests in every direction, batches', () => {
    for (const [words, left, right, out] of [
      ['ik,kj->ij', [130, 70], [70, 90], [130, 90]],
      ['ki,kj->ij', [2100, 37], [2100, 41], [37, 41]],
      ['ik,jk->ij', [64, 64], [64, 64], [64, 64]],
      ['bik,bkj->bij', [7, 21, 30], [7, 30, 19], [7, 21, 19]],
      ['bik,bjk->bij', [2, 150, 30], [2, 40, 30], [2, 150, 40]],
      ['ibk,kbj->ibj', [50, 3, 20], [20, 3, 16], [50, 3, 16]],
    ] as const) {
      const [a = '', b = '', c = ''] = words.split(/,|->/);
      const specs = [left, right].map((shape) => ({ shape, dtype: 'float32' as const }));
      const spec = { shape: out, dtype: 'float32' } as const;
      const program = single('contract', specs, { left: a, right: b, out: c }, spec);
      for (const threads of [2, 3, 4]) expect(assertSame(program, threads, threads)).toBeGreaterThan(1);
    }
  });

  for (const [name, program] of [...Object.entries(CONVOLUTIONS), ['long sums', KERNEL_GRADIENT] as const])
    test(`of products over windows: ${name}`, () => {
      // Of both tiles, which the seed chooses.
      for (const [seed, threads] of [
        [2, 2],
        [3, 3],
        [2, 4],
      ] as const)
        expect(assertSame(program, seed, threads)).toBeGreaterThan(1);
    });
});
