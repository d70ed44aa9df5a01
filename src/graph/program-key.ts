/** A program in one string: equal strings, equal programs, so that what has been compiled once is found again. */
import { keyOf } from './builder.js';
import type { Instruction, Program } from './program.js';

/** From here on a program is long enough that its string would be as dear as what is found by it. */
const LONGEST = 2000;

/** Whether a constant is more than a number: data, which the string would have to hold. */
const holdsData = (instruction: Instruction): boolean =>
  instruction.kind === 'scan'
    ? instruction.body.instructions.some(holdsData)
    : instruction.kind === 'constant' && instruction.exact === undefined;

/** The string of a program; `undefined` where it is long, or holds data. */
export const programKey = ({
  instructions,
  outputs,
  checks,
  carried,
  inputs,
}: Program): string | undefined => {
  if (instructions.length > LONGEST || checks.length > 0 || instructions.some(holdsData)) return undefined;
  const lines = instructions.map((each) => {
    const key = keyOf(each, () => 0);
    return `${key} ${each.dtype} [${each.shape.join()}] ${JSON.stringify(each.path)}`;
  });
  const places = inputs.map(({ shape, dtype }) => `${dtype} [${shape.join()}]`);
  return [...places, ...lines, outputs.join(), carried].join('\n');
};
