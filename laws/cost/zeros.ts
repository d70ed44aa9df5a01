/** C-2: the change of a tree costs what is in it, and no zeros for what was not looked at. */
import { broken, holds, type Verdict } from '../base/verdict.js';
import type { Instruction, Program, ValueId } from '../../src/graph/program.js';
import { sizeOf } from '../../src/tensor/shape.js';

/** The values that are zeros whatever the arguments are: zeros written down, and those spread or moved. */
const zeroValues = (instructions: readonly Instruction[]): ReadonlySet<ValueId> => {
  const zeros = new Set<ValueId>();
  for (const [id, instruction] of instructions.entries()) {
    const moved =
      instruction.kind === 'operation' && ['broadcast', 'reshape', 'transpose'].includes(instruction.name)
        ? instruction.inputs.every((input) => zeros.has(input))
        : false;
    const written = instruction.kind === 'constant' && instruction.data.every((x: number) => x === 0);
    if (moved || written) zeros.add(id);
  }
  return zeros;
};

/**
 * C-2. In a backward no zeros are added: what is not looked at gives no cotangent, and none is made up for it.
 * Zeros may be results, of arguments that nothing depends on.
 */
export const noZerosAdded = (subject: string, { instructions }: Program): Verdict => {
  const zeros = zeroValues(instructions);
  const adds = instructions.filter(
    (each) =>
      each.kind === 'operation' &&
      each.name === 'add' &&
      sizeOf(each.shape) > 1 &&
      each.inputs.some((input) => zeros.has(input)),
  );
  return adds.length === 0
    ? holds
    : broken({
        law: 'C-2',
        subject,
        what: `zeros are added to changes, the first of shape [${adds[0]?.shape.join(', ') ?? ''}]`,
        got: adds.length,
        expected: 0,
        hint: 'a part that was not looked at has no change; do not fill it up with zeros to add them',
      });
};
