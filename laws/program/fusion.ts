/** B-6: a program compiled as a whole is its instructions compiled one by one. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import { type Place, type Vector, labelled } from '../map/vector.js';
import type { Backend } from '../../src/backend/backend.js';
import { compileChecked } from '../../src/backend/execute.js';
import { instructionAt, type Program, type SomeOperation } from '../../src/graph/program.js';
import { type StraightInstruction, unroll } from '../../src/graph/unroll.js';
import { allocate, type Data } from '../../src/tensor/dtype.js';

/** The program of one operation on its operands, which are its inputs. */
const programOf = (operation: SomeOperation, operands: readonly StraightInstruction[]): Program => {
  const inputs = operands.map(({ shape, dtype }) => ({ shape, dtype }));
  const given = inputs.map((spec, position) => ({ kind: 'input' as const, position, ...spec, path: '' }));
  const own: SomeOperation = { ...operation, inputs: inputs.map((_, position) => position) };
  return { inputs, instructions: [...given, own], outputs: [inputs.length], checks: [], carried: 0 };
};

/** Every instruction as a program of its own, one after the other: nothing is there to be fused. */
export const runOneByOne = (whole: Program, backend: Backend, inputs: Vector): Vector => {
  const program = unroll(whole);
  const values: Data[] = [];
  const valueOf = (instruction: StraightInstruction): Data => {
    switch (instruction.kind) {
      case 'input':
        return inputs[instruction.position] ?? allocate(instruction.dtype, 0);
      case 'constant':
        return instruction.data;
      case 'operation': {
        const operands = instruction.inputs.flatMap((id) => program.instructions[id] ?? []);
        const data = instruction.inputs.map((id) => values[id] ?? allocate('float32', 0));
        const [result] = backend.compile(programOf(instruction, operands)).start([]).step(data);
        return result ?? allocate(instruction.dtype, 0);
      }
    }
  };
  for (const instruction of program.instructions) values.push(valueOf(instruction));
  return program.outputs.map((id) => values[id] ?? allocate('float32', 0));
};

/** The program through all stages, its carried values handed in with the rest. */
const runWhole = (program: Program, backend: Backend, inputs: Vector): Vector =>
  compileChecked(backend, { ...program, carried: 0 })
    .start([])
    .step(inputs);

const placesOf = (program: Program): readonly Place[] =>
  program.outputs.map((id, i) => {
    const { shape, dtype } = instructionAt(program, id);
    return { path: `output ${i}`, shape, dtype };
  });

/**
 * B-6. Fused ≡ unfused: a program run as a whole gives what its instructions give, each compiled and run by
 * itself on the same backend
 */
export const fusedAsApart = (
  name: string,
  program: Program,
  backend: Backend,
  inputs: Vector,
  equality = bitwise,
): Verdict => {
  const places = placesOf(program);
  const whole = runWhole(program, backend, inputs);
  return same(equality, labelled(places, whole), labelled(places, runOneByOne(program, backend, inputs)), {
    law: 'B-6',
    subject: `${name} (${backend.name})`,
    what: `the program as a whole gives another result than its instructions one by one (${equality.name})`,
    hint: 'a simplification changes bits, or a fused kernel keeps more digits than it stores, sums in another order, or reads what is overwritten',
  });
};
