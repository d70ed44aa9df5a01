/** A compiled program is the same as each of its instructions by itself, step after step. */
import { describe, expect, test } from 'vitest';
import { instructionAt } from '../../src/graph/program.js';
import type { Data } from '../../src/tensor/dtype.js';
import { drawProgram } from '../../laws/arbitrary/program.js';
import { randomOf } from '../random-of.js';
import { drawOf, fill, interpret, plain } from './support.js';

const close = (got: number, needed: number, exact: boolean): boolean => {
  if (Number.isNaN(needed)) return Number.isNaN(got);
  if (exact) return got === needed;
  return Math.abs(got - needed) <= 1e-3 * Math.max(1, Math.abs(needed));
};

const assertSame = (
  seed: number,
  step: number,
  i: number,
  actual: Data,
  expected: Data,
  exact: boolean,
): void => {
  expect(actual.length).toBe(expected.length);
  const wrong = expected.findIndex((needed, k) => !close(actual[k] ?? Number.NaN, needed, exact));
  expect({ seed, step, output: i, wrong, got: actual[wrong], needed: expected[wrong] }).toMatchObject({
    wrong: -1,
  });
};

const checkSeed = (seed: number, sizes: readonly number[]): void => {
  const random = randomOf(seed);
  const draw = drawOf(random, sizes);
  const { program, exact } = drawProgram(draw);
  const whole = (spec: (typeof program.inputs)[number]): Data =>
    fill(random, { ...spec, low: spec.dtype === 'bool' ? 0 : -3, high: spec.dtype === 'bool' ? 1 : 3 }).map(
      Math.round,
    );
  const { carried } = program;
  let state: readonly Data[] = program.inputs.slice(0, carried).map(whole);
  const machine = plain.compile(program).start(state);
  for (let step = 0; step < 3; step++) {
    const inputs = program.inputs.slice(carried).map(whole);
    const expected = interpret(program, [...state, ...inputs]);
    const actual = [...machine.step(inputs)];
    state = expected.slice(0, carried);
    for (const [i, data] of [...machine.state(), ...actual].entries())
      assertSame(seed, step, i, data, expected[i] ?? data, exact[i] ?? true);
    expect(program.outputs.every((id) => instructionAt(program, id) !== undefined)).toBe(true);
  }
};

describe('random programs', () => {
  test('of small sizes, zero among them', () => {
    for (let seed = 0; seed < 200; seed++) checkSeed(seed, [0, 1, 2, 3, 4, 5, 7, 8, 9]);
  });

  test('of sizes that no block divides', () => {
    for (let seed = 1000; seed < 1040; seed++) checkSeed(seed, [1, 3, 17, 33, 45]);
  });
});
