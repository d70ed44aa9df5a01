/**
 * Sums of many float32 that go to places known only when the program runs: computed in float64, so that their error does
 * not grow with how many meet at one place. Other sums keep theirs in registers, of float64 where there are many.
 */
import { sizeOf } from '../tensor/shape.js';
import { builder } from './builder.js';
import { type Instruction, instructionAt, type Operation, type Program, type ValueId } from './program.js';

/** So many terms may be added in float32: the error is at most as many roundings of the sum of their sizes. */
const FEW = 16;

const isLong = (program: Program, instruction: Instruction): instruction is Operation<'scatterAdd'> => {
  if (
    instruction.kind !== 'operation' ||
    instruction.name !== 'scatterAdd' ||
    instruction.dtype !== 'float32'
  )
    return false;
  const [indices] = instruction.inputs;
  return indices !== undefined && sizeOf(instructionAt(program, indices).shape) > FEW;
};

/** The program with each long `scatterAdd` of float32 added up in float64: |error| ≤ u·|Σ| for up to 2²⁹ terms. */
export const wideSums = (program: Program): Program => {
  if (!program.instructions.some((each) => each.kind === 'scan' || isLong(program, each))) return program;
  const { add, instructions } = builder();
  const places: ValueId[] = [];
  const renamed = (id: ValueId): ValueId => {
    const place = places[id];
    if (place === undefined) throw new RangeError(`program: %${id} is used before it is made`);
    return place;
  };
  for (const instruction of program.instructions) {
    const own =
      'inputs' in instruction ? { ...instruction, inputs: instruction.inputs.map(renamed) } : instruction;
    const inner = own.kind === 'scan' ? { ...own, body: wideSums(own.body) } : own;
    const [indices, updates] = 'inputs' in inner ? inner.inputs : [];
    if (!isLong(program, instruction) || indices === undefined || updates === undefined) {
      places.push(add(inner));
      continue;
    }
    const { path } = instruction;
    const cast = (id: ValueId, dtype: 'float32' | 'float64', shape: readonly number[]): ValueId =>
      add({ kind: 'operation', name: 'cast', attributes: { dtype }, inputs: [id], shape, dtype, path });
    const { shape } = instructionAt({ instructions }, updates);
    const wide = cast(updates, 'float64', shape);
    const sums = add({ ...instruction, inputs: [indices, wide], dtype: 'float64' });
    places.push(cast(sums, 'float32', instruction.shape));
  }
  return {
    ...program,
    instructions,
    outputs: program.outputs.map(renamed),
    checks: program.checks.map((check) => ({
      ...check,
      holds: renamed(check.holds),
      got: renamed(check.got),
    })),
  };
};
