/** Random trees of tensors: nested lists and records, units and empty tensors among them. */
import { allocate, isFloat } from '../../src/tensor/dtype.js';
import { constant } from '../../src/tensor/primitive/constant.js';
import { sizeOf } from '../../src/tensor/shape.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import type { Sampler } from './draw.js';

export type TensorTree = AnyTensor | readonly TensorTree[] | { readonly [name: string]: TensorTree };

/** A tensor given as data, of a drawn shape and dtype. */
export const drawTensor = (
  { integers, numbers, pick, shape }: Sampler,
  dtypes: readonly ['float32', ...('float32' | 'int32')[]] = ['float32'],
): AnyTensor => {
  const [drawn, dtype] = [shape(), pick(dtypes) ?? 'float32'];
  const count = sizeOf(drawn);
  const data = allocate(dtype, count);
  data.set(isFloat(dtype) ? numbers(count, -2, 2) : integers(count, -8, 8));
  return constant(data, [...drawn], dtype);
};

/** A tree of depth up to `depth`; one leaf in three is of whole numbers. */
export const drawTree = (sampler: Sampler, depth = 3): TensorTree => {
  const kind = sampler.pick(depth <= 1 ? ['leaf'] : ['leaf', 'leaf', 'list', 'record', 'unit']);
  const parts = (): readonly TensorTree[] =>
    Array.from({ length: sampler.integer(1, 3) }, () => drawTree(sampler, depth - 1));
  switch (kind) {
    case 'leaf':
      return drawTensor(sampler, ['float32', 'float32', 'int32']);
    case 'list':
      return parts();
    case 'record':
      return Object.fromEntries(parts().map((part, i) => [`part${i}`, part]));
    case 'unit':
      return [];
  }
};
