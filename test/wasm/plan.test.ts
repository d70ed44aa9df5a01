/** No two values that live at once share memory, and the plan is near to the least that any needs. */
import { expect, test } from 'vitest';
import { byteLength, livesOf, mayOverwrite } from '../../src/kernel/liveness.js';
import { plan } from '../../src/kernel/plan.js';
import { fuse } from '../../src/kernel/fuse.js';
import { drawProgram } from '../../laws/arbitrary/program.js';
import { randomOf } from '../random-of.js';
import { drawOf, plain, single } from './support.js';

test('values that are alive at the same time do not overlap', () => {
  for (let seed = 0; seed < 300; seed++) {
    const scheduled = fuse(drawProgram(drawOf(randomOf(seed))).program);
    const { program, kernels } = scheduled;
    const { places, bytes } = plan(scheduled, () => 100);
    const lives = [...livesOf(scheduled).values()].filter(({ value }) => byteLength(program, value) > 0);
    for (const [i, a] of lives.entries()) {
      const placeA = places.get(a.value) ?? Number.NaN;
      expect(placeA + byteLength(program, a.value)).toBeLessThanOrEqual(bytes);
      for (const b of lives.slice(i + 1)) {
        const [first, second] = a.start <= b.start ? [a, b] : [b, a];
        const placeB = places.get(b.value) ?? Number.NaN;
        const apart =
          placeA + byteLength(program, a.value) <= placeB || placeB + byteLength(program, b.value) <= placeA;
        const kernel = kernels[second.start];
        const takesOver =
          first.end === second.start &&
          first.start < second.start &&
          kernel !== undefined &&
          mayOverwrite(program, kernel, second.value, first.value);
        expect({ seed, fine: apart || first.end < second.start || takesOver }).toMatchObject({ fine: true });
      }
    }
  }
});

test('the plan is within a quarter of the largest live set', () => {
  let [planned, bound] = [0, 0];
  for (let seed = 0; seed < 100; seed++) {
    const { memory } = plain.compile(drawProgram(drawOf(randomOf(seed), [16, 32])).program);
    planned += memory.planned;
    bound += memory.bound;
  }
  expect(planned / bound).toBeLessThanOrEqual(1.25);
});

test('a step can exchange states', () => {
  const spec = { shape: [3], dtype: 'float32' } as const;
  const two = single('add', [spec, spec], {}, spec);
  const machine = plain
    .compile({ ...two, outputs: [1, 0, 2, 0], carried: 2 })
    .start([Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)]);
  expect(machine.step([])).toEqual([Float32Array.of(5, 7, 9), Float32Array.of(1, 2, 3)]);
  expect(machine.state()).toEqual([Float32Array.of(4, 5, 6), Float32Array.of(1, 2, 3)]);
  machine.step([]);
  expect(machine.state()).toEqual([Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)]);
});

test('input and output arrays belong to the caller', () => {
  const spec = { shape: [3], dtype: 'float32' } as const;
  const counter = { ...single('add', [spec, spec], {}, spec), outputs: [2, 2], carried: 1 };
  const start = Float32Array.of(0, 0, 0);
  const machine = plain.compile(counter).start([start]);
  const [first] = machine.step([Float32Array.of(1, 1, 1)]);
  const state = machine.state()[0];
  machine.step([Float32Array.of(1, 1, 1)]);
  expect(start).toEqual(Float32Array.of(0, 0, 0));
  expect(first).toEqual(Float32Array.of(1, 1, 1));
  expect(state).toEqual(Float32Array.of(1, 1, 1));
  expect(machine.state()).toEqual([Float32Array.of(2, 2, 2)]);
});

test('inputs of another number or size are refused before anything runs', () => {
  const spec = { shape: [3], dtype: 'float32' } as const;
  const machine = plain.compile(single('exp', [spec], {}, spec)).start([]);
  expect(() => machine.step([])).toThrow('another number of inputs');
  expect(() => machine.step([Float32Array.of(1)])).toThrow('inputs 0 of another size');
});
