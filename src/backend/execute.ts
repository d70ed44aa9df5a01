/** From a traced program to a machine whose checks have been looked at. */
import { required } from '../require.js';
import { ParalensError } from '../error.js';
import { demandedOf, type Program } from '../graph/program.js';
import { simplify } from '../graph/simplify.js';
import { asData, type Data } from '../tensor/dtype.js';
import type { Backend, Executable, Machine } from './backend.js';
import { guarded } from './guard.js';

/** Throws for the first condition that does not hold; `demanded` are the pairs (holds, got) of the checks. */
const requireChecks = ({ checks }: Program, demanded: readonly Data[]): void => {
  for (const [i, { mistake, path }] of checks.entries()) {
    if (required(demanded[2 * i], 'a condition')[0] !== 0) continue;
    const { operation, what, needed, hint } = mistake;
    const got = [...required(demanded[2 * i + 1], 'what a check got')].join(', ');
    const segments = path === '' ? [] : path.split('.');
    throw new ParalensError({ path: segments, operation, what, got, needed, hint, isInData: true });
  }
};

/** The data of each constant in the array of its dtype, bools as 0 and 1: a float32 may have come with more digits. */
const settled = (program: Program): Program => {
  const instructions = program.instructions.map((instruction) => {
    if (instruction.kind === 'scan') return { ...instruction, body: settled(instruction.body) };
    if (instruction.kind !== 'constant') return instruction;
    const data = asData(instruction.data, instruction.dtype);
    return data === instruction.data ? instruction : { ...instruction, data };
  });
  return { ...program, instructions };
};

/**
 * Simplifies and compiles a program, its checks as further outputs. A check that fails when it has run is
 * thrown by the step; the state has moved by then, so a fold that must survive keeps what it had.
 */
export const compileChecked = (backend: Backend, traced: Program): Executable => {
  const program = simplify(settled(backend.prepare?.(traced) ?? traced));
  const { checks, outputs, carried } = program;
  const demanded = { ...program, outputs: demandedOf(program), checks: [] };
  // Also of a backend that does not look itself.
  const executable = guarded(demanded, backend.compile(demanded));
  if (checks.length === 0) return executable;
  const visible = outputs.length - carried;
  const start = (state: readonly Data[]): Machine => {
    const machine = executable.start(state);
    return {
      ...machine,
      step: (inputs) => {
        const results = machine.step(inputs);
        requireChecks(program, results.slice(visible));
        return results.slice(0, visible);
      },
    };
  };
  return { ...executable, start };
};
