/** What a program needs of memory is looked at before any code is made for it. */
import { fail, showShape } from '../../error.js';
import { byteLength } from '../../kernel/liveness.js';
import { instructionAt, type Program, type ValueId } from '../../graph/program.js';

/** What 32 bits address. */
export const MOST_BYTES = 2 ** 32;

/** Vectors may be read that begin in the last element. */
export const ROOM_BEHIND = 64;

/** A program, or the step of a loop in it, and its values that stand in memory. */
export interface InMemory {
  readonly program: Program;
  readonly values: Iterable<ValueId>;
}

/** How many tensors a message names. */
const NAMED = 3;

const bytesAndName = ({ program, values }: InMemory): readonly (readonly [number, string])[] =>
  [...values].map((value) => {
    const instruction = instructionAt(program, value);
    const { path, dtype, shape, kind } = instruction;
    const own =
      kind === 'input' ? `input ${instruction.position}` : kind === 'operation' ? instruction.name : kind;
    const bytes = byteLength(program, value);
    return [bytes, `${path === '' ? own : `${path}: ${own}`} ${dtype} ${showShape(shape)} of ${bytes} bytes`];
  });

/** Throws if a program that needs so many bytes has no memory; says which tensors are the largest. */
export const refuseMemory = (bytes: number, parts: readonly InMemory[]): never => {
  const largest = parts.flatMap(bytesAndName).toSorted(([a], [b]) => b - a);
  const names = largest.slice(0, NAMED).map(([, name]) => name);
  return fail({
    operation: 'compile',
    what: 'out of memory',
    got: `a program that needs ${bytes} bytes`,
    needed: `at most ${MOST_BYTES} bytes (4 GiB), and the free memory of the machine`,
    hint: `the largest tensors are ${names.join(', ')}; use smaller batches or rematerialize, or release compiled functions: each has its own memory`,
  });
};

/** Throws if so many bytes are more than any memory of WebAssembly has. */
export const requireAddressable = (bytes: number, parts: readonly InMemory[]): void => {
  if (bytes + ROOM_BEHIND > MOST_BYTES) refuseMemory(bytes, parts);
};
