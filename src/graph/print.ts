/** A program in a form that a person can read: a value a line. */
import { showShape } from '../error.js';
import type { Instruction, Program, SomeOperation } from './program.js';

const showAttributes = ({ name, attributes }: SomeOperation): string => {
  if (name === 'contract') return `[${attributes.left},${attributes.right}→${attributes.out}]`;
  const entries = Object.entries(attributes).filter(([key]) => key !== 'shape' && key !== 'dtype');
  if (entries.length === 0) return '';
  return `[${entries.map(([key, value]) => `${key} ${Array.isArray(value) ? showShape(value) : String(value)}`).join(', ')}]`;
};

const showConstant = (instruction: Extract<Instruction, { readonly kind: 'constant' }>): string => {
  const { data, exact } = instruction;
  if (exact !== undefined) return String(exact);
  return data.length <= 8 ? `{${data.join(', ')}}` : `{${data.slice(0, 4).join(', ')}, … ${data.length}}`;
};

/** One instruction, without its name. */
export const showInstruction = (instruction: Instruction): string => {
  switch (instruction.kind) {
    case 'input':
      return `input ${instruction.position}`;
    case 'constant':
      return showConstant(instruction);
    case 'operation':
      return [
        instruction.name + showAttributes(instruction),
        ...instruction.inputs.map((id) => `%${id}`),
      ].join(' ');
    case 'scan': {
      const { length, reverse, shared, state, summed, inputs } = instruction;
      const how = `${length} steps${reverse ? ' backwards' : ''}, ${shared} shared, ${state} of state, ${summed} summed`;
      return [`scan[${how}]`, ...inputs.map((id) => `%${id}`)].join(' ');
    }
  }
};

/** What a loop does at each step, below its line. */
const showBody = (instruction: Instruction): readonly string[] =>
  instruction.kind === 'scan'
    ? printProgram(instruction.body)
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line}`)
    : [];

/** The program as text, with the layer that asked for each value behind it. */
export const printProgram = (program: Program): string => {
  const { instructions, outputs, checks, carried } = program;
  const lines = instructions.flatMap((instruction, id) => {
    const { dtype, shape, path } = instruction;
    const line = `%${id} = ${showInstruction(instruction)} : ${dtype} ${showShape(shape)}`;
    return [path === '' ? line : `${line}  # ${path}`, ...showBody(instruction)];
  });
  return [
    ...lines,
    ...checks.map(({ holds, mistake }) => `check %${holds}  # ${mistake.operation}: ${mistake.what}`),
    `return ${outputs.map((id) => `%${id}`).join(', ')}`,
    ...(carried > 0 ? [`carry the first ${carried}`] : []),
    '',
  ].join('\n');
};
