/** C-3: what a run costs beside its steps: machines that are started, and states that are copied. */
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import type { Data } from '../../src/tensor/dtype.js';

export interface MachineUse {
  readonly starts: number;
  readonly steps: number;
  /** Bytes of states that were copied out of a machine. */
  readonly copied: number;
  /** Bytes of inputs that were put in. */
  readonly given: number;
  /** Bytes of the state. */
  readonly state: number;
}

const bytes = (data: readonly Data[]): number => data.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** A backend that counts how its machines are used, those that carry a state. */
export const countedBackend = (
  backend: Backend,
): { readonly backend: Backend; readonly use: () => MachineUse } => {
  let [starts, steps, copied, given, state] = [0, 0, 0, 0, 0];
  const compile: Backend['compile'] = (program) => {
    const executable = backend.compile(program);
    if (program.carried === 0) return executable;
    return {
      ...executable,
      start: (initial) => {
        const machine = executable.start(initial);
        starts += 1;
        state = bytes(initial);
        return {
          step: (inputs) => {
            steps += 1;
            given += bytes(inputs);
            return machine.step(inputs);
          },
          state: () => {
            const now = machine.state();
            copied += bytes(now);
            return now;
          },
        };
      },
    };
  };
  return { backend: { ...backend, compile }, use: () => ({ starts, steps, copied, given, state }) };
};

/** A state may be copied this seldom whatever it weighs, so that little has to be computed again. */
const SELDOM = 64;

/**
 * C-3. A run of n batches whose states nobody reads starts one machine, steps it n times, and copies no more
 * bytes than it is given, or one state in 64 steps
 */
export const costsItsSteps = (
  subject: string,
  { starts, steps, copied, given, state }: MachineUse,
  n: number,
): Verdict => {
  const claim = { law: 'C-3', subject } as const;
  const most = Math.max(given, (state * n) / SELDOM) + state;
  return every([
    () =>
      starts === 1
        ? holds
        : broken({ ...claim, what: 'more or fewer machines are started than one', got: starts, expected: 1 }),
    () =>
      steps === n
        ? holds
        : broken({
            ...claim,
            what: 'machines are stepped more or less than once a batch',
            got: steps,
            expected: n,
          }),
    () =>
      copied <= most
        ? holds
        : broken({
            ...claim,
            what: 'states are copied that nobody reads',
            got: copied,
            expected: most,
            hint: 'bytes; copy a state when it is asked for',
          }),
  ]);
};
