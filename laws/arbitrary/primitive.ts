/** Random uses of a primitive, from its own generator. */
import { apply, type Draw } from '../../src/tensor/primitive/primitive.js';
import { primitives } from '../../src/tensor/primitive/table.js';
import type { AnyTensor, PrimitiveName } from '../../src/tensor/tensor.js';
import { type Subject, subjectOf } from '../map/subject.js';

const sampled = <N extends PrimitiveName>(name: N, draw: Draw): Subject => {
  const primitive = primitives[name];
  const { inputs, attributes } = primitive.sample(draw);
  const f = (x: readonly AnyTensor[]): AnyTensor => apply(primitive, attributes, x);
  return subjectOf<readonly AnyTensor[], AnyTensor>(name, f, inputs);
};

/** One use of a primitive. */
export const drawPrimitive = (draw: Draw, name: PrimitiveName): Subject => sampled<PrimitiveName>(name, draw);
