/**
 * A loop as one primitive: the same body at every step, the state handed on.
 *
 * It has one result, as every primitive: all that the loop gives, flat, one after the other. What of it is what
 * says the layout; slice, reshape and cast take it apart, and their derivatives put a cotangent together.
 */
import { fail, showShape } from '../../error.js';
import { allocate, type DType } from '../dtype.js';
import { sameShape, type Shape, sizeOf } from '../shape.js';
import { type AnyTensor, makeTensor, type Scan, type Tensor } from '../tensor.js';
import { typed } from './elementwise.js';
import { add, multiply } from './arithmetic.js';
import { cast } from './conversion.js';
import {
  apply,
  type Draw,
  none,
  type Primitive,
  type Sample,
  type SampledInput,
  type Spec,
} from './primitive.js';
import { reshape } from './movement.js';
import { tanh } from './sigmoid.js';
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

/** A body of every kind: shared and stacked inputs, a state, a result and a sum, perhaps a count beside. */
const drawScan = (draw: Draw): Sample<'scan'> => {
  const shape = draw.shape(draw.integer(0, 2));
  const length = draw.integer(0, 4);
  const float: Spec = { shape, dtype: 'float32' };
  const count: Spec = { shape: [], dtype: 'int32' };
  const [k, c, x, n] = [standIn(float), standIn(float), standIn(float), standIn(count)];
  const next = tanh(typed<Tensor>(add(multiply(c, k), x)));
  const counted = draw.pick([false, true]);
  const from = (spec: Spec, shapeOf: Shape): SampledInput => ({ ...spec, shape: shapeOf, low: -2, high: 2 });
  return {
    inputs: [
      from(float, shape),
      from(float, shape),
      ...(counted ? [from(count, [])] : []),
      from(float, [length, ...shape]),
    ],
    attributes: {
      body: {
        inputs: [k, c, ...(counted ? [n] : []), x],
        outputs: [next, ...(counted ? [add(n, n)] : []), multiply(next, x), multiply(c, k)],
      },
      length,
      reverse: draw.pick([false, true]),
      shared: 1,
      state: counted ? 2 : 1,
      summed: 1,
    },
  };
};

export const scanPrimitive: Primitive<'scan'> = {
  name: 'scan',
  shape: (inputs, attributes) => {
    const { body, shared, state, summed } = attributes;
    for (const [position, input] of body.inputs.entries())
      requireSpec('an input of another shape', inputs[position], givenFor(position, input, attributes));
    for (const [i, before] of body.inputs.slice(shared, shared + state).entries())
      requireSpec('a state that changes its shape', body.outputs[i], before);
    if (body.outputs.length < state + summed) fail({ operation: 'scan', what: 'a body without its results' });
    const { size, dtype } = scanLayout(body.outputs, attributes);
    return { shape: [size], dtype };
  },
  // A program has a loop as an instruction of its own kind, whose meaning is `program/unroll.ts`.
  evaluate: ({ output }) => allocate(output.dtype, sizeOf(output.shape)),
  // All inputs at once, by a loop in the other direction: `autodiff/scan.ts`, which needs a sweep of the body.
  pullback: none,
  pushforward: none,
  sample: drawScan,
};

/** The loop, flat. */
export const applyScan = (attributes: Scan, inputs: readonly AnyTensor[]): AnyTensor =>
  apply(scanPrimitive, attributes, inputs);
