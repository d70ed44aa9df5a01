/** The reference backend with something done to each step of its machines. */
import { type Backend, type Data } from 'paralens';
import { reference } from 'paralens/program';

const sound = reference();

export type Run = (inputs: readonly Data[]) => readonly Data[];

/** `step` takes the sound step, its inputs, and how many came before on this machine. */
export const changedBackend = (
  step: (run: Run, inputs: readonly Data[], calls: number) => readonly Data[],
): Backend => ({
  ...sound,
  compile: (program) => {
    const executable = sound.compile(program);
    return {
      ...executable,
      start: (state) => {
        const machine = executable.start(state);
        let calls = 0;
        return { ...machine, step: (inputs) => step(machine.step, inputs, calls++) };
      },
    };
  },
});
