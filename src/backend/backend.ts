/** What a backend is: it turns a program into a machine. */
import type { Program } from '../graph/program.js';
import type { Data } from '../tensor/dtype.js';

/**
 * A program that runs. The state — the program's carried values — stays in the machine from one step to the
 * next; a plain function has none. Arrays handed in are only read; arrays handed out are the caller's own.
 */
export interface Machine {
  /** Runs once: the inputs behind the carried ones, for the outputs behind the carried ones. */
  readonly step: (inputs: readonly Data[]) => readonly Data[];
  /** The carried values as they are now. */
  readonly state: () => readonly Data[];
}

/** A compiled program, from which any number of machines can be started. */
export interface Executable {
  readonly start: (state: readonly Data[]) => Machine;
  /** Bytes of memory planned, and the lower bound: the largest set of values alive at once. */
  readonly memory: { readonly planned: number; readonly bound: number };
  /** Each stage of the compilation in a form that a person can read. */
  readonly print: () => string;
}

export interface Backend {
  readonly name: string;
  /** How many threads share the work. */
  readonly threads: number;
  /** What becomes of a program before it is simplified: another precision, say. */
  readonly prepare?: (program: Program) => Program;
  readonly compile: (program: Program) => Executable;
}
