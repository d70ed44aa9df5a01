/**
 * The states of a run, which cost nothing until somebody reads them.
 *
 * A machine keeps the state in its own memory and moves on; a state that was handed out must never change.
 * Copying it after every step would cost as much as it is large. So it is copied when it is read, if the
 * machine still stands there, and otherwise computed again: from a copy a few batches ago, over the batches
 * since, which gives the very same bits. A new copy is taken as soon as the batches kept for that are as
 * large as a state, so at most twice a state and a batch are kept, and less than a batch is copied for each
 * step. For states that are small anyway it is every 64 steps that a copy is taken.
 */
import type { Executable, Machine } from '../backend/backend.js';
import type { Data } from '../tensor/dtype.js';

/** A state, and the inputs of the steps taken from there. */
interface Segment {
  readonly base: readonly Data[];
  readonly inputs: (readonly Data[])[];
}

export interface Moment {
  readonly outputs: readonly Data[];
  /** The state after the step, however late it is read. */
  readonly state: () => readonly Data[];
}

export interface History {
  /** Takes a step. After one that throws, the states before stay readable. */
  readonly step: (inputs: readonly Data[]) => Moment;
}

/** So many bytes of batches are kept whatever the size of the state, but never more than so many batches. */
const LEAST_KEPT = 1 << 16;
const MOST_STEPS = 64;

const bytes = (data: readonly Data[]): number => data.reduce((sum, { byteLength }) => sum + byteLength, 0);

const replay = (executable: Executable, { base, inputs }: Segment, steps: number): readonly Data[] => {
  const machine = executable.start(base);
  for (const each of inputs.slice(0, steps)) machine.step(each);
  return machine.state();
};

/** Runs a program from a state on. */
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
      // First, since a step that throws has moved the machine as well.
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
