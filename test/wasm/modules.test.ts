/** What the emitter writes is WebAssembly, also to a tool that nobody here wrote. */
import wabt from 'wabt';
import { describe, expect, test } from 'vitest';
import { moduleCache } from '../../src/backend/wasm/cache.js';
import { compileProgram } from '../../src/backend/wasm/compile.js';
import { tileOf } from '../../src/backend/wasm/product-shape.js';
import { float64Bytes, signed, unsigned } from '../../src/backend/wasm/encoding.js';
import type { KernelName } from '../../src/graph/program.js';
import type { PrimitiveKind, Primitive, Sample } from '../../src/tensor/primitive/primitive.js';
import { primitiveNames, primitives } from '../../src/tensor/primitive/table.js';
import { drawProgram } from '../../laws/arbitrary/program.js';
import { randomOf } from '../random-of.js';
import { drawOf, single } from './support.js';

const GONE: readonly PrimitiveKind[] = ['steering', 'loop'];
const names = primitiveNames.filter((name): name is KernelName => !GONE.includes(primitives[name].kind));

const tools = await wabt();
const FEATURES = { threads: true, simd: true, relaxed_simd: true, bulk_memory: true, sat_float_to_int: true };

const assertValid = (bytes: Uint8Array): void => {
  const module = tools.readWasm(bytes, { ...FEATURES, readDebugNames: false });
  // Its declaration lacks the parameter.
  const validate: (features: object) => void = module.validate.bind(module);
  validate(FEATURES);
  module.destroy();
};

describe('modules that wabt validates', () => {
  test('of each primitive', () => {
    const random = randomOf(3);
    for (const name of names) {
      const primitive = primitives[name] as Primitive<KernelName>;
      for (let round = 0; round < 5; round++) {
        const { inputs, attributes }: Sample<KernelName> = primitive.sample(drawOf(random));
        const program = single(name, inputs, attributes, primitive.shape(inputs, attributes));
        for (const threads of [1, 2])
          assertValid(compileProgram(program, { tile: tileOf(true), threads, worthSharing: 1 }).code);
      }
    }
    expect(names.length).toBeGreaterThan(40);
  });

  test('of random programs', () => {
    for (let seed = 0; seed < 60; seed++) {
      const { program } = drawProgram(drawOf(randomOf(seed), [1, 4, 7, 40]));
      for (const threads of [1, 2])
        assertValid(compileProgram(program, { tile: tileOf(true), threads, worthSharing: 1 }).code);
    }
    expect.assertions(0);
  });
});

describe('encoding', () => {
  test('LEB128 as in the examples of the specification of DWARF', () => {
    expect(unsigned(2)).toEqual([2]);
    expect(unsigned(127)).toEqual([127]);
    expect(unsigned(128)).toEqual([0x80, 1]);
    expect(unsigned(12857)).toEqual([57 + 0x80, 100]);
    expect(signed(-2)).toEqual([0x7e]);
    expect(signed(127)).toEqual([127 + 0x80, 0]);
    expect(signed(-128)).toEqual([0x80, 0x7f]);
    expect(signed(-129)).toEqual([0x7f + 0x80, 0x7e]);
  });

  test('float64 is little-endian', () => {
    expect(float64Bytes(1)).toEqual([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  });
});

test('the cache keeps only the most recently used modules', () => {
  const cache = moduleCache(2);
  const bytesOf = (size: number): Uint8Array<ArrayBuffer> => {
    const input = { shape: [size], dtype: 'float32' } as const;
    return compileProgram(single('exp', [input], {}, input), { tile: tileOf(false), threads: 1 }).code;
  };
  const [a, b, c] = [bytesOf(1), bytesOf(2), bytesOf(3)];
  const first = cache.moduleOf(a);
  expect(cache.moduleOf(bytesOf(1))).toBe(first);
  const second = cache.moduleOf(b);
  cache.moduleOf(a);
  cache.moduleOf(c);
  expect(cache.moduleOf(a)).toBe(first);
  expect(cache.moduleOf(b)).not.toBe(second);
});
