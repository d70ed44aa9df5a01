/** A memory plan in a form that a person can read. */
import { showShape } from '../error.js';
import { byteLength } from './liveness.js';
import type { Plan } from './plan.js';
import { instructionAt } from '../graph/program.js';
import type { KernelProgram } from './fuse.js';

export const printPlan = ({ program }: KernelProgram, { places, copies, bytes, bound }: Plan): string => {
  const lines = [...places]
    .toSorted(([, a], [, b]) => a - b)
    .map(([value, place]) => {
      const { dtype, shape } = instructionAt(program, value);
      return `  ${place} … ${place + byteLength(program, value)}: %${value} ${dtype} ${showShape(shape)}`;
    });
  const moves = copies.map(({ from, to, bytes: length }) => `  copy ${length} bytes from ${from} to ${to}`);
  return [`memory: ${bytes} bytes; the largest live set is ${bound}`, ...lines, ...moves, ''].join('\n');
};
