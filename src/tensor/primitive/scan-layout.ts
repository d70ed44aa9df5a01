/** What the flat result of a loop is made of, and what must fit for it to be one. */
import { fail, showShape } from '../../error.js';
import type { DType } from '../dtype.js';
import { sameShape, sizeOf } from '../shape.js';
import { type AnyTensor, makeTensor, type Scan } from '../tensor.js';
import { cast } from './conversion.js';
import { reshape } from './movement.js';
import type { Primitive, Spec } from './primitive.js';
import { slice } from './slicing.js';

/** A stand-in for what a body is given at a step. */
export const standIn = ({ shape, dtype }: Spec, depth = 0): AnyTensor =>
  makeTensor(shape, dtype, { kind: 'input', name: 'a step of a scan' }, depth);

/** Where something of so many elements begins in the flat result, and what one of them is. */
export interface Place extends Spec {
  readonly offset: number;
}

/** What stands where in the flat result. */
export interface ScanLayout {
  /** Of each part of the state: what each step found, stacked. */
  readonly records: readonly Place[];
  /** Of each part of the state: what the last step left. */
  readonly last: readonly Place[];
  /** What each step gave, stacked. */
  readonly results: readonly Place[];
  /** What is summed over the steps. */
  readonly sums: readonly Place[];
  readonly size: number;
  /** float32 where everything is, float64 otherwise, which holds every other dtype exactly. */
  readonly dtype: DType;
}

/** The layout of the result of a loop whose body gives these. */
export const scanLayout = (
  outputs: readonly Spec[],
  { length, state, summed }: Pick<Scan, 'length' | 'state' | 'summed'>,
): ScanLayout => {
  let size = 0;
  const placed = (specs: readonly Spec[], stacked: boolean): readonly Place[] =>
    specs.map(({ shape, dtype }) => {
      const whole = stacked ? [length, ...shape] : shape;
      const offset = size;
      size += sizeOf(whole);
      return { offset, shape: whole, dtype };
    });
  const states = outputs.slice(0, state);
  const records = placed(states, true);
  const last = placed(states, false);
  const results = placed(outputs.slice(state, outputs.length - summed), true);
  const sums = placed(outputs.slice(outputs.length - summed), false);
  const dtype = outputs.every((each) => each.dtype === 'float32') ? 'float32' : 'float64';
  return { records, last, results, sums, size, dtype };
};

export interface ScanParts {
  readonly records: readonly AnyTensor[];
  readonly last: readonly AnyTensor[];
  readonly results: readonly AnyTensor[];
  readonly sums: readonly AnyTensor[];
}

/** A flat result, or a change of one, taken apart. */
export const scanParts = (flat: AnyTensor, { body: { outputs }, ...attributes }: Scan): ScanParts => {
  const part = ({ offset, shape, dtype }: Place): AnyTensor =>
    cast(reshape(slice(flat, { start: [offset], stop: [offset + sizeOf(shape)] }), shape), dtype);
  const { records, last, results, sums } = scanLayout(outputs, attributes);
  return {
    records: records.map(part),
    last: last.map(part),
    results: results.map(part),
    sums: sums.map(part),
  };
};

const showSpec = ({ shape, dtype }: Spec): string => `${dtype} ${showShape(shape)}`;

const requireSpec = (what: string, got: Spec | undefined, needed: Spec): void => {
  if (got === undefined || got.dtype !== needed.dtype || !sameShape(got.shape, needed.shape))
    fail({
      operation: 'scan',
      what,
      got: got === undefined ? 'nothing' : showSpec(got),
      needed: showSpec(needed),
    });
};

/** The shape of what is handed in for an input of the body: of what is stacked, one more axis. */
const givenFor = (position: number, { shape, dtype }: Spec, { shared, state, length }: Scan): Spec => ({
  shape: position < shared + state ? shape : [length, ...shape],
  dtype,
});

/** The shape rule: what is handed in is what the body is written for, and the state keeps its form. */
export const scanShape: Primitive<'scan'>['shape'] = (inputs, attributes) => {
  const { body, shared, state, summed } = attributes;
  for (const [position, input] of body.inputs.entries())
    requireSpec('an input of another shape', inputs[position], givenFor(position, input, attributes));
  for (const [i, before] of body.inputs.slice(shared, shared + state).entries())
    requireSpec('a state that changes its shape', body.outputs[i], before);
  if (body.outputs.length < state + summed) fail({ operation: 'scan', what: 'a body without its results' });
  const { size, dtype } = scanLayout(body.outputs, attributes);
  return { shape: [size], dtype };
};
