/** B-4: a tensor that is read through a view is the same tensor copied. */
import { same } from '../base/compare.js';
import { bitwise, type Equality } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import type { View } from '../arbitrary/view.js';
import type { Backend } from '../../src/backend/backend.js';
import { evaluate, force } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import { showShape } from '../../src/error.js';
import { broadcast } from '../../src/tensor/primitive/reduction.js';
import { range } from '../../src/tensor/shape.js';
import type { AnyTensor, Tensor } from '../../src/tensor/tensor.js';

/** What is read, and by what. */
export interface Reading {
  readonly x: Tensor;
  readonly view: View;
  readonly name: string;
  readonly reader: (x: Tensor) => unknown;
}

/**
 * B-4. Transposed, sliced, reversed, broadcast, reshaped or windowed inside a program ≡ handed to it as data in
 * that form: evaluate(f(view(x))) ≡ evaluate(f(copy of view(x)))
 */
export const viewAsCopy = (
  { x, view, name, reader }: Reading,
  backend: Backend,
  equality: Equality = bitwise,
): Verdict => {
  const copy = force(view(x), { backend: reference() });
  return same(equality, evaluate(reader(view(x)), { backend }), evaluate(reader(copy), { backend }), {
    law: 'B-4',
    subject: `${name} of ${view.description} (${backend.name})`,
    what: `a view is read otherwise than its copy (${equality.name})`,
    hint: 'a stride, an offset or a broadcast axis is wrong where a kernel reads through an index map',
  });
};

/** B-4, of operands that broadcast by themselves: f(a, b) ≡ f of both copied out to one shape */
export const broadcastAsCopies = (
  name: string,
  f: (a: Tensor, b: Tensor<never>) => AnyTensor,
  a: Tensor,
  b: Tensor,
  backend: Backend,
): Verdict => {
  const [got, shape] = [f(a, b as Tensor<never>), a.shape.length >= b.shape.length ? a.shape : b.shape];
  const copied = (x: Tensor): Tensor => {
    const lead = shape.length - x.shape.length;
    const axes = range(x.shape.length).map((axis) => axis + lead);
    return force(broadcast(x, shape, axes), { backend: reference() });
  };
  const expected = f(copied(a), copied(b) as Tensor<never>);
  return same(bitwise, evaluate(got, { backend }), evaluate(expected, { backend }), {
    law: 'B-4',
    subject: `${name} of ${showShape(a.shape)} and ${showShape(b.shape)} (${backend.name})`,
    what: 'broadcast operands give another result than their copies',
    hint: 'a broadcast axis is walked along',
  });
};
