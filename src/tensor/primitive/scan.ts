/**
 * A loop as one primitive: the same body at every step, the state handed on.
 *
 * It has one result, as every primitive: all that the loop gives, flat, one after the other. What of it is what
 * says the layout; slice, reshape and cast take it apart, and their derivatives put a cotangent together.
 */
import { allocate } from '../dtype.js';
import { type Shape, sizeOf } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { add, multiply } from './arithmetic.js';
import { typed } from './elementwise.js';
import { type Draw, none, type Primitive, type Sample, type SampledInput, type Spec } from './primitive.js';
import { batchScan } from './scan-batch.js';
import { scanShape, standIn } from './scan-layout.js';
import { tanh } from './sigmoid.js';

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

export const scanPrimitive: Primitive<'scan', 'loop'> = {
  name: 'scan',
  kind: 'loop',
  cost: 1,
  exact: true,
  shape: scanShape,
  // A program has a loop as an instruction of its own kind, whose meaning is `graph/unroll.ts`.
  evaluate: ({ output }) => allocate(output.dtype, sizeOf(output.shape)),
  // All inputs at once, by a loop in the other direction: `autodiff/scan.ts`, which needs a sweep of the body.
  pullback: none,
  pushforward: none,
  batch: batchScan,
  sample: drawScan,
};
