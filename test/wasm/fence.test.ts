/** Fences: what is made of a fenced value is another value, costs no copy, and comes when what it waits for is there. */
import { simplify } from 'paralens/program';
import { expect, test } from 'vitest';
import { byteLength, writesOf } from '../../src/kernel/liveness.js';
import { unfenced, waitsIn } from '../../src/kernel/fence.js';
import { materialized } from '../../src/kernel/materialize.js';
import type { Instruction, Program, ValueId } from '../../src/graph/program.js';
import { fuse } from '../../src/kernel/fuse.js';
import type { Draw } from '../../src/tensor/primitive/primitive.js';
import { drawProgram } from '../../laws/arbitrary/program.js';
import { randomOf } from '../random-of.js';
import { differAt, drawOf, fill, run } from './support.js';

/** The first and the last kernel that writes each value. */
const writersOf = (program: Program): ReadonlyMap<ValueId, readonly [first: number, last: number]> => {
  const writers = new Map<ValueId, readonly [number, number]>();
  for (const [position, kernel] of fuse(program).kernels.entries())
    for (const value of writesOf(kernel)) writers.set(value, [writers.get(value)?.[0] ?? position, position]);
  return writers;
};

/** The program with fences before half of all first operands, each after some value that is there by then. */
const withFences = (program: Program, { integer }: Draw): Program => {
  const instructions: Instruction[] = [];
  const places: ValueId[] = [];
  const place = (id: ValueId): ValueId => places[id] ?? -1;
  for (const [id, instruction] of program.instructions.entries()) {
    if (instruction.kind === 'operation') {
      const [first, ...others] = instruction.inputs.map(place);
      const fenced = first !== undefined && integer(0, 1) === 1 && instruction.name !== 'fence';
      const operand = instructions[first ?? -1];
      const inputs = first === undefined ? [] : [first, ...others];
      if (fenced && operand !== undefined) {
        const { shape, dtype, path } = operand;
        const after = place(integer(0, id - 1));
        const fence = { kind: 'operation', name: 'fence', attributes: {}, shape, dtype, path } as const;
        inputs[0] = instructions.push({ ...fence, inputs: [first, after] }) - 1;
      }
      places.push(instructions.push({ ...instruction, inputs }) - 1);
    } else places.push(instructions.push(instruction) - 1);
  }
  return { ...program, instructions, outputs: program.outputs.map(place) };
};

const drawn = (seed: number): { readonly bare: Program; readonly fenced: Program } => {
  const draw = drawOf(randomOf(seed));
  const { program: bare } = drawProgram(draw);
  return { bare, fenced: withFences(bare, draw) };
};

test('nothing made of a fenced value is written before the values of the fence', () => {
  let compared = 0;
  for (let seed = 0; seed < 300; seed++) {
    const { fenced } = drawn(seed);
    const writers = writersOf(fenced);
    const waitsOf = waitsIn(fenced, materialized(unfenced(fenced)));
    for (const [id, [first]] of writers)
      for (const after of waitsOf(id)) {
        const [, made] = writers.get(after) ?? [];
        if (made === undefined || byteLength(fenced, id) === 0) continue;
        expect({ seed, id, after, early: first < made }).toEqual({ seed, id, after, early: false });
        compared += 1;
      }
  }
  expect(compared).toBeGreaterThan(100);
});

test('a fence changes no bit', () => {
  for (let seed = 0; seed < 100; seed++) {
    const { bare, fenced } = drawn(seed);
    const random = randomOf(seed);
    const inputs = bare.inputs.map((spec) =>
      fill(random, { ...spec, low: spec.dtype === 'bool' ? 0 : -3, high: spec.dtype === 'bool' ? 1 : 3 }),
    );
    const differ = differAt(run(simplify(fenced), inputs), run(simplify(bare), inputs));
    expect({ seed, differ }).toEqual({ seed, differ: differ.map(() => -1) });
  }
});

test('a fence is not a kernel, and values used on both sides are computed twice', () => {
  const spec = { shape: [4], dtype: 'float32', path: '' } as const;
  const operation = { ...spec, kind: 'operation', attributes: {} } as const;
  const program: Program = simplify({
    inputs: [spec, spec],
    instructions: [
      { ...spec, kind: 'input', position: 0 },
      { ...spec, kind: 'input', position: 1 },
      { ...operation, name: 'exp', inputs: [0] },
      { ...operation, name: 'sin', inputs: [1] },
      { ...operation, name: 'fence', inputs: [0, 3] },
      { ...operation, name: 'exp', inputs: [4] },
    ],
    outputs: [2, 3, 5],
    checks: [],
    carried: 0,
  });
  const writers = writersOf(program);
  expect(new Set(writers.keys())).toEqual(new Set([2, 3, 5]));
  expect(writers.get(5)?.[0]).toBeGreaterThanOrEqual(writers.get(3)?.[0] ?? Infinity);
});
