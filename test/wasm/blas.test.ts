/** Products by the system's library: the same within rounding, all layouts, and a way without it. */
import { describe, expect, test } from 'vitest';
import { findBlas } from '../../src/backend/wasm/blas/library.js';
import { fasterAt, type LibraryUse, showSpeed, speedOf } from '../../src/backend/wasm/blas/speed.js';
import { compileProgram } from '../../src/backend/wasm/compile.js';
import { wasm } from '../../src/backend/wasm/index.js';
import { tileOf } from '../../src/backend/wasm/product-shape.js';
import { add, matmul, multiply, subtract, transpose } from '../../src/operation/index.js';
import { trace } from '../../src/graph/trace.js';
import type { Data } from '../../src/tensor/dtype.js';
import type { Shape } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { accumulator, layer, programOf, wholeNumbers, WORDS } from './contractions.js';
import { CONVOLUTIONS } from './convolutions.js';
import { differAt, interpret, plain, run } from './support.js';
import { unexpected } from './workers.js';

const found = findBlas('auto');
const reason = 'absent' in found ? ` (skipped: ${found.absent})` : '';

/** The products that a backend leaves to the library, by what it prints. */
const products = (backend: ReturnType<typeof wasm>, program: Parameters<typeof run>[0]): number =>
  backend.compile(program).print().split('library: ').length - 1;

describe.skipIf('absent' in found)(`a BLAS of the system${reason}`, () => {
  // The body of a suite runs even if the suite is skipped, so backends are made only where there is a library.
  const backends =
    'absent' in found
      ? []
      : [1, 2].map((threads) => wasm({ blas: found.file, threads, relaxedSimd: false, warn: unexpected }));

  test('is named, with its threads', () => {
    for (const { name, report, threads } of backends) {
      expect(name).toMatch(/^wasm \+ \S/);
      expect(report).toContain(`wasm, ${threads} thread`);
    }
  });

  test('that is found automatically is used where it is faster, and reported with its times', () => {
    const lines: string[] = [];
    const { name, report } = wasm({ blas: 'auto', warn: (line) => lines.push(line) });
    const times = /matrices \d+\.\d\d ms against \d+\.\d\d ms, windows \d+\.\d\d ms against \d+\.\d\d ms/;
    if (name === 'wasm') expect(lines.join()).toMatch(times);
    else expect(report).toMatch(times);
    expect(lines).toHaveLength(name === 'wasm' ? 1 : 0);
  });

  for (const words of WORDS)
    test(`sums products of small whole numbers exactly: ${words}`, () => {
      for (const backend of backends)
        for (const [i, j, k] of [
          [64, 64, 64],
          [37, 141, 29],
          [130, 12, 48],
          [5, 130, 120],
        ] as const) {
          const program = programOf(words, { i, j, k, l: 3, b: 3 });
          const inputs = wholeNumbers(program, i);
          const expected = interpret(program, inputs);
          expect(differAt(run(program, inputs, backend), expected)).toEqual([-1]);
        }
    });

  test('takes all transpositions as they stand', () => {
    for (const backend of backends)
      for (const words of ['ik,kj->ij', 'ki,kj->ij', 'ik,jk->ij', 'ki,jk->ij', 'ik,kj->ji', 'bik,bkj->bij'])
        expect(products(backend, programOf(words, { i: 64, j: 64, k: 64, b: 3 }))).toBe(
          words.startsWith('b') ? 3 : 1,
        );
  });

  test('leaves small products, and factors that it cannot read, to WebAssembly', () => {
    for (const backend of backends) {
      expect(products(backend, programOf('ik,kj->ij', { i: 16, j: 16, k: 64 }))).toBe(0);
      expect(products(backend, programOf('bikl,blkj->bij', { i: 64, j: 64, k: 32, l: 4, b: 3 }))).toBe(0);
    }
  });

  for (const [name, program] of Object.entries(CONVOLUTIONS))
    test(`sums over windows exactly: ${name}`, () => {
      const inputs = wholeNumbers(program, 4);
      const expected = interpret(program, inputs);
      for (const backend of backends)
        expect(differAt(run(program, inputs, backend), expected)).toEqual([-1, -1, -1]);
    });

  test('gets copies of operands that it cannot read in place, if that is one product', () => {
    for (const backend of backends)
      expect(products(backend, programOf('ikl,lkj->ij', { i: 64, j: 64, k: 32, l: 4 }))).toBe(1);
  });

  test('gets windows block by block, forward and back, where there are enough columns', () => {
    for (const backend of backends) {
      const count = (name: string): number => {
        const program = CONVOLUTIONS[name];
        return program === undefined ? 0 : products(backend, program);
      };
      expect(count('one channel, runs of 5')).toBe(0);
      // Two blocks each: of rows for y and dx, of terms for dk.
      expect(count('several blocks for a library')).toBe(6);
    }
  });

  test('is followed by the epilogue', () => {
    for (const backend of backends)
      for (const [rows, inner, columns] of [
        [128, 64, 16],
        [37, 150, 43],
      ] as const) {
        const program = layer(rows, inner, columns);
        expect(products(backend, program)).toBe(1);
        const inputs = wholeNumbers(program, rows);
        expect(differAt(run(program, inputs, backend), interpret(program, inputs))).toEqual([-1]);
      }
  });

  test('writes a requested product to its own place, and its results elsewhere', () => {
    const program = layer(64, 64, 64);
    const [relu = 0] = program.outputs;
    const product = program.instructions.findIndex(
      (each) => each.kind === 'operation' && each.name === 'contract',
    );
    const both = { ...program, outputs: [product, relu] };
    const inputs = wholeNumbers(both, 3);
    for (const backend of backends)
      expect(differAt(run(both, inputs, backend), interpret(both, inputs))).toEqual([-1, -1]);
  });

  test('adds a scaled product to a value, in place or elsewhere', () => {
    const shape = [64, 64];
    type Matrix = Tensor<Shape>;
    type Square = Tensor<readonly [64, 64]>;
    const updates: Readonly<Record<string, (w: Matrix, product: Matrix) => Matrix>> = {
      'w − ½·ab': (w, product) => subtract(w, multiply(0.5, product)),
      'w − ab·2': (w, product) => subtract(w, multiply(product, 2)),
      'w + ab': (w, product) => add(w, product),
      '¼·ab + w': (w, product) => add(multiply(product, 0.25), w),
      // Not of this form.
      'ab − w': (w, product) => subtract(product, w),
      'wᵀ + ab': (w, product) => add(transpose(w, [1, 0]), product),
      'w + ab + wᵀ': (w, product) => add(add(w, product), transpose(w, [1, 0])),
      'w·ab': (w, product) => multiply(w, product),
    };
    for (const [name, update] of Object.entries(updates))
      for (const isStillRead of [false, true]) {
        const program = trace(
          (...inputs) => {
            const [w, a, b] = inputs as readonly [Matrix, Square, Square];
            const next = update(w, matmul(a, b));
            return isStillRead ? [next, multiply(w, next)] : [next];
          },
          Array.from({ length: 3 }, () => ({ shape, dtype: 'float32' as const })),
          1,
        );
        const [start = new Float32Array(), ...factors] = wholeNumbers(program, 6);
        for (const backend of backends) {
          const machine = backend.compile(program).start([start]);
          let state: Data = start;
          for (let step = 0; step < 2; step++) {
            const [next = start, ...results] = interpret(program, [state, ...factors]);
            const actual = [...machine.step(factors), ...machine.state()];
            expect({ name, isStillRead, differ: differAt(actual, [...results, next]) }).toEqual({
              name,
              isStillRead,
              differ: [...results, next].map(() => -1),
            });
            state = next;
          }
        }
      }
  });

  test('adds to a state in place', () => {
    // state + a·b, step after step: the old state is read where the new one goes.
    const program = accumulator(64);
    const [start = new Float32Array(), ...factors] = wholeNumbers(program, 5);
    for (const backend of [plain, ...backends]) {
      const machine = backend.compile(program).start([start]);
      let state: Data = start;
      for (let step = 0; step < 3; step++) {
        const [next = start, product = start] = interpret(program, [state, ...factors]);
        expect(differAt(machine.step(factors), [product])).toEqual([-1]);
        expect(differAt(machine.state(), [next])).toEqual([-1]);
        state = next;
      }
    }
  });
});

describe('the products that a library computes', () => {
  const timing = (own: number, library: number) => ({ own, library });

  test('are those that it computes faster than the own kernels', () => {
    const speed = { matrices: timing(1, 2), windows: timing(2, 1) };
    expect(fasterAt(speed)).toEqual({ matrices: false, windows: true });
    expect(fasterAt({ matrices: timing(2, 1), windows: timing(1, 1) })).toEqual({
      matrices: true,
      windows: false,
    });
    expect(showSpeed(speed)).toBe('matrices 2.00 ms against 1.00 ms, windows 1.00 ms against 2.00 ms');
  });

  test('are found by timing both on products of both kinds', () => {
    const asked: boolean[] = [];
    const { matrices, windows } = speedOf((_, withLibrary) => {
      asked.push(withLibrary);
      // A library that takes longer.
      return () => {
        const end = performance.now() + (withLibrary ? 2 : 0.2);
        while (performance.now() < end);
      };
    });
    expect(asked).toEqual([false, true, false, true]);
    for (const { own, library } of [matrices, windows]) expect(own).toBeLessThan(library);
  });

  test('leave all others to WebAssembly', () => {
    const program = programOf('ik,kj->ij', { i: 64, j: 64, k: 64 });
    const calls = (use: LibraryUse): number =>
      compileProgram(program, { tile: tileOf(false), threads: 1, blas: use }).phases.filter(
        ({ kind }) => kind === 'products',
      ).length;
    expect(calls({ matrices: true, windows: false })).toBe(1);
    expect(calls({ matrices: false, windows: true })).toBe(0);
  });
});

describe('without a BLAS', () => {
  test('one line says why, and WebAssembly does it', () => {
    const lines: string[] = [];
    const backend = wasm({
      blas: 'libno-such-library.so',
      relaxedSimd: false,
      warn: (line) => lines.push(line),
    });
    expect(backend.name).toBe('wasm');
    expect(backend.report).toBe('wasm, 1 thread');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(
      'products run in WebAssembly, without the BLAS that was asked for: libno-such-library.so',
    );
    expect(lines[0]).not.toContain('\n');
    const program = programOf('ik,kj->ij', { i: 64, j: 64, k: 64 });
    const inputs = wholeNumbers(program, 1);
    expect(run(program, inputs, backend)).toEqual(interpret(program, inputs));
  });

  test('nothing is reported if no library was requested', () => {
    expect(wasm({ warn: unexpected }).report).toBe('wasm, 1 thread');
  });
});
