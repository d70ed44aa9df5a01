/**
 * The states of a run, computed lazily.
 *
 * The backend keeps the current state in its own memory and overwrites it at each step, but a returned state must never
 * change. Copying the state after every step would be expensive. So a state is copied when it is read, if it is still
 * the current one. Otherwise it is computed again from the last copy and the batches since then, with bitwise the same
 * result. A new copy is made when the stored batches are as large as a state. So the memory is at most two states and a
 * batch, and each step copies less than a batch. Small states are copied at least every 64 steps.
 */
import type { Executable, Machine } from '../backend/backend.js';
import type { Data } from '../tensor/dtype.js';

/** A copied state, and the inputs of the steps since then. */
interface Segment {
  readonly base: readonly Data[];
  readonly inputs: (readonly Data[])[];
}

export interface Moment {
  readonly outputs: readonly Data[];
  /** The state after the step; it may be read at any later time. */
  readonly state: () => readonly Data[];
}

export interface History {
  /** Takes a step. If it throws, earlier states stay readable. */
  readonly step: (inputs: readonly Data[]) => Moment;
}

/** At least this many bytes of batches are stored before a new copy, but never more than this many batches. */
const LEAST_KEPT = 1 << 16;
const MOST_STEPS = 64;

const bytes = (data: readonly Data[]): number => data.reduce((sum, { byteLength }) => sum + byteLength, 0);

const replay = (executable: Executable, { base, inputs }: Segment, steps: number): readonly Data[] => {
  const machine = executable.start(base);
  for (const each of inputs.slice(0, steps)) machine.step(each);
  return machine.state();
};

/** Runs a program from an initial state. */
export const historyOf = (executable: Executable, initial: readonly Data[]): History => {
  const machine: Machine = executable.start(initial);
  const limit = Math.max(bytes(initial), LEAST_KEPT);
  let segment: Segment = { base: initial, inputs: [] };
  let kept = 0;
  let taken = 0;
  return {
    step: (inputs) => {
      if (kept >= limit || segment.inputs.length >= MOST_STEPS) {
        segment = { base: machine.state(), inputs: [] };
        kept = 0;
      }
      const own = segment;
      // Counted first, since a step that throws changes the state of the backend as well.
      const at = ++taken;
      const outputs = machine.step(inputs);
      own.inputs.push(inputs);
      kept += bytes(inputs);
      const steps = own.inputs.length;
      return {
        outputs,
        state: () => (taken === at ? machine.state() : replay(executable, own, steps)),
      };
    },
  };
};
