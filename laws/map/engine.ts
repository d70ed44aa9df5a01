/** What runs a program for the laws: real float64, or a backend. */
import type { Backend } from '../../src/backend/backend.js';
import { defaultBackend } from '../../src/backend/evaluate.js';
import { compileChecked } from '../../src/backend/execute.js';
import { interpreter, reference } from '../../src/backend/reference/reference.js';
import type { Program } from '../../src/graph/program.js';
import { unroll } from '../../src/graph/unroll.js';
import { widen } from '../../src/graph/widen.js';
import type { Vector } from './vector.js';

export interface Engine {
  readonly name: string;
  /** The program as a function of its inputs' data, compiled once. */
  readonly compile: (program: Program) => (inputs: Vector) => Vector;
}

/** The program as it was traced, every float in 64 bits: what finite differences need. */
export const float64: Engine = {
  name: 'float64',
  compile: (program) => {
    const run = interpreter(unroll(widen(program)));
    return (inputs) => run(inputs);
  },
};

/** A backend with all its stages. Make one and keep it: what is compiled for an engine is kept with it. */
export const engineOf = (backend: Backend): Engine => ({
  name: backend.name,
  compile: (program) => {
    const machine = compileChecked(backend, program).start([]);
    return (inputs) => machine.step(inputs);
  },
});

/** The backends that every law runs on: the default and the float32 reference. This is the one list. */
export const backends: readonly Backend[] = [reference(), defaultBackend].filter(
  ({ name }, i, all) => all.findIndex((each) => each.name === name) === i,
);
