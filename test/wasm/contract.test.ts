/** Matrix products: every order of letters, every edge of a block, with and without an epilogue. */
import { describe, expect, test } from 'vitest';
import { wasm } from '../../src/backend/wasm/index.js';
import { builder } from '../../src/program/builder.js';
import type { KernelName, Program, SomeOperation } from '../../src/program/program.js';
import { schedule } from '../../src/program/schedule.js';
import type { DType } from '../../src/tensor/dtype.js';
import { type Shape, sizeOf } from '../../src/tensor/shape.js';
import { fill, interpret, plain, randomOf, run, single } from './support.js';

type Sizes = Readonly<Record<string, number>>;

const shapeOf = (word: string, sizes: Sizes): Shape => word.split('').map((letter) => sizes[letter] ?? 1);

const programOf = (words: string, sizes: Sizes, dtype: DType = 'float32'): Program => {
  const [left = '', right = '', out = ''] = words.split(/,|->/);
  const inputs = [left, right].map((word) => ({ shape: shapeOf(word, sizes), dtype }));
  return single('contract', inputs, { left, right, out }, { shape: shapeOf(out, sizes), dtype });
};

const wholeNumbers = (program: Program, seed: number): readonly (Float32Array | Int32Array)[] => {
  const random = randomOf(seed);
  return program.inputs.map((spec) => {
    const data = fill(random, { ...spec, low: -4, high: 4 });
    return spec.dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data, Math.round);
  });
};

const WORDS = [
  'ik,kj->ij',
  'ki,kj->ij',
  'ik,jk->ij',
  'ki,jk->ij',
  'ik,kj->ji',
  'ki,jk->ji',
  'bik,bkj->bij',
  'bik,bjk->bij',
  'ibk,kbj->bij',
  'ibk,kbj->ibj',
  'bik,kj->bij',
  'ik,bkj->bij',
  'ik,bkj->ibj',
  'ikl,lkj->ij',
  'ikl,lkj->ji',
  'bikl,blkj->ibj',
  'kbi,ib->bk',
];

describe('sums of products of small whole numbers are exact', () => {
  for (const words of WORDS)
    test(words, () => {
      for (const [i, j, k] of [
        [37, 41, 29],
        [4, 8, 300],
        [65, 10, 33],
        [130, 12, 8],
        [16, 16, 64],
        [5, 130, 20],
      ] as const) {
        const program = programOf(words, { i, j, k, l: 3, b: 3 });
        const inputs = wholeNumbers(program, i);
        expect(run(program, inputs)).toEqual(interpret(program, inputs));
      }
    });

  test('of every size around a tile', () => {
    for (const i of [1, 3, 4, 5, 31])
      for (const j of [1, 7, 8, 9, 33])
        for (const k of [1, 4, 97]) {
          const program = programOf('ik,kj->ij', { i, j, k });
          const inputs = wholeNumbers(program, j);
          expect(run(program, inputs)).toEqual(interpret(program, inputs));
        }
  });

  test('of a sum longer than a piece', () => {
    const program = programOf('ik,kj->ij', { i: 9, j: 11, k: 2500 });
    const inputs = wholeNumbers(program, 5);
    expect(run(program, inputs)).toEqual(interpret(program, inputs));
  });

  test('in int32, in which products wrap', () => {
    const program = programOf('ik,kj->ij', { i: 9, j: 11, k: 50 }, 'int32');
    const inputs = wholeNumbers(program, 6);
    expect(run(program, inputs)).toEqual(interpret(program, inputs));
  });

  test('with relaxed multiply-add, where the engine has it', () => {
    const program = programOf('ik,kj->ij', { i: 37, j: 41, k: 29 });
    const inputs = wholeNumbers(program, 7);
    expect(run(program, inputs, wasm())).toEqual(interpret(program, inputs));
  });
});

test('an empty sum is zero, whatever the rest', () => {
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

/** A dense layer: the product, its bias broadcast along the rows, relu. */
const layer = (rows: number, inner: number, columns: number): Program => {
  const { add, instructions } = builder();
  const float = { dtype: 'float32', path: '' } as const;
  const out = [rows, columns];
  const operation = (name: KernelName, attributes: object, inputs: readonly number[], shape: Shape): number =>
    add({ ...float, kind: 'operation', name, attributes, inputs, shape } as SomeOperation);
  const x = add({ ...float, kind: 'input', position: 0, shape: [rows, inner] });
  const kernel = add({ ...float, kind: 'input', position: 1, shape: [inner, columns] });
  const bias = add({ ...float, kind: 'input', position: 2, shape: [columns] });
  const zero = add({ ...float, kind: 'constant', data: Float32Array.of(0), exact: 0, shape: [] });
  const product = operation('contract', { left: 'ik', right: 'kj', out: 'ij' }, [x, kernel], out);
  const spread = operation('broadcast', { shape: out, axes: [1] }, [bias], out);
  const floor = operation('broadcast', { shape: out, axes: [] }, [zero], out);
  const sum = operation('add', {}, [product, spread], out);
  const relu = operation('maximum', {}, [sum, floor], out);
  const inputs = [[rows, inner], [inner, columns], [columns]].map((shape) => ({
    shape,
    dtype: 'float32' as const,
  }));
  return { inputs, instructions, outputs: [relu], checks: [], carried: 0 };
};

describe('an epilogue', () => {
  test('is part of the product', () => {
    expect(schedule(layer(37, 50, 43)).kernels).toHaveLength(1);
  });

  test('gives what the operations give one by one', () => {
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
  expect(schedule(program).kernels.map(({ kind }) => kind)).toEqual(['product']);
  const data = wholeNumbers(program, 3);
  expect(run(program, data)).toEqual(interpret(program, data));
  expect(sizeOf(out)).toBe(plain.compile(program).start([]).step(data)[0]?.length);
});
