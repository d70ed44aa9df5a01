/** Matrix products: every order of letters, every edge of a block, with and without an epilogue. */
import { describe, expect, test } from 'vitest';
import { wasm } from '../../src/backend/wasm/index.js';
import { builder } from '../../src/graph/builder.js';
import type { Program } from '../../src/graph/program.js';
import { fuse } from '../../src/kernel/fuse.js';
import { sizeOf } from '../../src/tensor/shape.js';
import { tiled, TILES } from './compiled.js';
import { layer, programOf, wholeNumbers, WORDS } from './contractions.js';
import { CONVOLUTIONS, KERNEL_GRADIENT } from './convolutions.js';
import { randomOf } from '../random-of.js';
import { differAt, fill, interpret, plain, run } from './support.js';

const BACKENDS = TILES.map(tiled);

/** Each tile gives what is expected, which is found once. */
const assertExact = (program: Program, seed: number): void => {
  const inputs = wholeNumbers(program, seed);
  const expected = interpret(program, inputs);
  for (const backend of BACKENDS) {
    const differ = differAt(run(program, inputs, backend), expected);
    expect({ backend: backend.name, differ }).toEqual({
      backend: backend.name,
      differ: expected.map(() => -1),
    });
  }
};

describe('sums of products of small whole numbers are exact, whatever the tile', () => {
  for (const words of WORDS)
    test(words, () => {
      for (const [i, j, k] of [
        [37, 41, 29],
        [4, 8, 300],
        [65, 10, 33],
        [130, 12, 8],
        [16, 16, 64],
        [5, 130, 20],
      ] as const)
        assertExact(programOf(words, { i, j, k, l: 3, b: 3 }), i);
    });

  test('of every size around a tile', () => {
    for (const i of [1, 3, 4, 5, 6, 7, 10, 31])
      for (const j of [1, 7, 8, 9, 33])
        for (const k of [1, 4, 97]) assertExact(programOf('ik,kj->ij', { i, j, k }), j);
  });

  test('of a sum longer than a piece', () => {
    for (const words of ['ik,kj->ij', 'ki,kj->ij', 'ik,jk->ij'])
      for (const [i, j, k] of [
        [9, 11, 1537],
        [9, 72, 769],
        [131, 8, 389],
      ] as const)
        assertExact(programOf(words, { i, j, k }), k);
  });

  for (const [name, program] of Object.entries(CONVOLUTIONS))
    test(`of windows: ${name}`, () => {
      assertExact(program, 4);
    });

  test('in int32, with products that wrap around', () => {
    assertExact(programOf('ik,kj->ij', { i: 9, j: 11, k: 50 }, 'int32'), 6);
  });
});

test('a sum over windows goes on through several pieces in each of several blocks', () => {
  const inputs = wholeNumbers(KERNEL_GRADIENT, 4);
  expect(run(KERNEL_GRADIENT, inputs)).toEqual(interpret(KERNEL_GRADIENT, inputs));
});

test('relaxed multiply-add is exact where the engine has it', () => {
  const program = programOf('ik,kj->ij', { i: 37, j: 41, k: 29 });
  const inputs = wholeNumbers(program, 7);
  expect(run(program, inputs, wasm())).toEqual(interpret(program, inputs));
});

test('an empty sum is zero, for any other sizes', () => {
  const program = programOf('ik,kj->ij', { i: 50, j: 50, k: 0 });
  expect(run(program, wholeNumbers(program, 8))).toEqual([new Float32Array(2500)]);
});

test('random floats are within the bound of a sum of products', () => {
  const [i, j, k] = [67, 45, 611];
  const program = programOf('ik,kj->ij', { i, j, k });
  const random = randomOf(9);
  const [a = new Float32Array(), b = new Float32Array()] = program.inputs.map((spec) =>
    Float32Array.from(fill(random, { ...spec, low: -1, high: 1 })),
  );
  const [actual] = run(program, [a, b]);
  const gamma = (k * 2 ** -24) / (1 - k * 2 ** -24);
  for (let row = 0; row < i; row++)
    for (let column = 0; column < j; column++) {
      let [exact, size] = [0, 0];
      for (let inner = 0; inner < k; inner++) {
        const term = (a[row * k + inner] ?? 0) * (b[inner * j + column] ?? 0);
        exact += term;
        size += Math.abs(term);
      }
      expect(Math.abs((actual?.[row * j + column] ?? 0) - exact)).toBeLessThanOrEqual(gamma * size);
    }
});

describe('an epilogue', () => {
  test('is part of the product', () => {
    expect(fuse(layer(37, 50, 43)).kernels).toHaveLength(1);
  });

  test('equals the operations one by one', () => {
    for (const [rows, inner, columns] of [
      [37, 50, 43],
      [128, 64, 16],
      [4, 600, 9],
    ] as const) {
      const program = layer(rows, inner, columns);
      const inputs = wholeNumbers(program, rows);
      expect(run(program, inputs)).toEqual(interpret(program, inputs));
    }
  });
});

test('a convolution is a product over windows, without a copy of them', () => {
  const [batch, channels, size, filters] = [3, 4, 19, 6];
  const { add, instructions } = builder();
  const float = { dtype: 'float32', path: '' } as const;
  const image = [batch, channels, size, size];
  const filter = [filters, channels, 3, 3];
  const x = add({ ...float, kind: 'input', position: 0, shape: image });
  const kernel = add({ ...float, kind: 'input', position: 1, shape: filter });
  const window = { sizes: [3, 3], strides: [1, 2], dilations: [2, 1] };
  const windowed = [batch, channels, 15, 9, 3, 3];
  const windows = add({
    ...float,
    kind: 'operation',
    name: 'window',
    attributes: window,
    inputs: [x],
    shape: windowed,
  });
  const out = [batch, filters, 15, 9];
  const attributes = { left: 'ncijkl', right: 'fckl', out: 'nfij' };
  const y = add({
    ...float,
    kind: 'operation',
    name: 'contract',
    attributes,
    inputs: [windows, kernel],
    shape: out,
  });
  const inputs = [image, filter].map((shape) => ({ shape, dtype: 'float32' as const }));
  const program: Program = { inputs, instructions, outputs: [y], checks: [], carried: 0 };
  expect(fuse(program).kernels.map(({ kind }) => kind)).toEqual(['product']);
  const data = wholeNumbers(program, 3);
  expect(run(program, data)).toEqual(interpret(program, data));
  expect(sizeOf(out)).toBe(plain.compile(program).start([]).step(data)[0]?.length);
});
