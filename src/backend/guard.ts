/** What every machine is handed, whatever the backend: as many arrays as its program has inputs, of their sizes and kinds. */
import { fail, showShape } from '../error.js';
import type { Program } from '../graph/program.js';
import { showGiven } from '../require.js';
import { type Data, type DType, truthsOf } from '../tensor/dtype.js';
import { sizeOf } from '../tensor/shape.js';
import type { Executable } from './backend.js';

/** The typed arrays that each dtype is read from; floats are rounded where they have more digits. */
const readFrom: { readonly [D in DType]: readonly string[] } = {
  float32: ['Float32Array', 'Float64Array'],
  float64: ['Float64Array', 'Float32Array'],
  int32: ['Int32Array'],
  uint32: ['Uint32Array'],
  bool: ['Uint8Array'],
};

interface Expected {
  readonly length: number;
  readonly dtype: DType;
}

const refuse = (what: string, got: string, needed: string): never =>
  fail({ operation: 'step', what, got, needed });

/** The arrays, bools as 0 and 1. Throws if they are not those that are expected; of every step, so in a plain loop. */
const admitted = (what: string, expected: readonly Expected[], given: readonly Data[]): readonly Data[] => {
  if (given.length !== expected.length)
    refuse(`another number of ${what}`, `${given.length}`, `${expected.length}`);
  let arrays = given;
  for (let i = 0; i < expected.length; i++) {
    const [needed, data] = [expected[i], given[i]];
    if (needed === undefined) continue;
    const { length, dtype } = needed;
    if (data === undefined || !readFrom[dtype].includes(data[Symbol.toStringTag]))
      return refuse(
        `${what} ${i} of another kind`,
        ArrayBuffer.isView(data) ? data[Symbol.toStringTag] : showGiven(data),
        `${readFrom[dtype].join(' or ')} for ${dtype}`,
      );
    if (data.length !== length)
      refuse(`${what} ${i} of another size`, showShape([data.length]), showShape([length]));
    const own = dtype === 'bool' ? truthsOf(data) : data;
    if (own !== data) arrays = arrays.with(i, own);
  }
  return arrays;
};

/** The same executable, whose machines refuse what their program does not take. */
export const guarded = ({ inputs, carried }: Program, executable: Executable): Executable => {
  const expected = inputs.map(({ shape, dtype }) => ({ length: sizeOf(shape), dtype }));
  const [state, free] = [expected.slice(0, carried), expected.slice(carried)];
  return {
    ...executable,
    start: (given) => {
      const machine = executable.start(admitted('state', state, given));
      return { ...machine, step: (inputsOfStep) => machine.step(admitted('inputs', free, inputsOfStep)) };
    },
  };
};
