/** Tensors made of nothing: positions along an axis, and random bits of a key. */
import { fail, showShape } from '../../error.js';
import { threefry2x32 } from '../../random/threefry.js';
import { showGiven } from '../../require.js';
import { allocate, type DType, requireDType } from '../dtype.js';
import { requireShape, type Shape, sizeOf, stridesOf } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { typed } from './elementwise.js';
import { apply, at, none, type Primitive, type Spec, noInput } from './primitive.js';

const iotaPrimitive: Primitive<'iota', 'generator'> = {
  name: 'iota',
  kind: 'generator',
  cost: 0,
  exact: true,
  shape: (_, { shape, axis, dtype }) => {
    if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length || dtype === 'bool')
      fail({
        operation: 'iota',
        what: `no axis ${axis} of ${showShape(shape)} to count along in ${dtype}`,
        needed: 'an axis that is there, and numbers',
      });
    return { shape, dtype };
  },
  evaluate: ({ attributes: { axis, shape, dtype } }) => {
    const result = allocate(dtype, sizeOf(shape));
    const [stride, size] = [at(stridesOf(shape), axis), at(shape, axis)];
    for (let i = 0; i < result.length; i++) result[i] = Math.floor(i / stride) % size;
    return result;
  },
  pullback: none,
  pushforward: none,
  // It has no inputs, so it is the same for all examples, and never a batch.
  batch: ({ attributes: { shape, axis, dtype }, size }) => iota([size, ...shape], axis + 1, dtype),
  sample: (draw) => {
    const shape = draw.shape(draw.integer(1, 3));
    const dtype = draw.pick(['int32', 'float32', 'uint32']);
    return { inputs: [], attributes: { shape, axis: draw.integer(0, shape.length - 1), dtype } };
  },
};

/** The shape of a random key, or of several of them. Throws if the value is not one. */
export const requireKey = (operation: string, key: Spec | undefined): Shape => {
  // Whatever its type says: JavaScript hands in seeds.
  const shape: unknown = key?.shape;
  if (Array.isArray(shape) && key?.dtype === 'uint32' && shape.at(-1) === 2) return key.shape;
  return fail({
    operation,
    what: '`key` must be a random key',
    got: key !== undefined && Array.isArray(shape) ? `${key.dtype} ${showShape(key.shape)}` : showGiven(key),
    needed: 'uint32 [2], or [… keys, 2]',
    hint: 'make one with key(seed)',
  });
};

const randomBitsPrimitive: Primitive<'randomBits', 'generator'> = {
  name: 'randomBits',
  kind: 'generator',
  cost: 80,
  exact: true,
  shape: ([key], { shape }) => ({
    shape: [...requireKey('randomBits', key).slice(0, -1), ...shape],
    dtype: 'uint32',
  }),
  // Of each key, elements 2i and 2i + 1 are the two words of the block whose counter is (0, i).
  evaluate: ({ inputs: [key = noInput('randomBits')], attributes: { shape }, output }) => {
    const [result, count] = [allocate('uint32', sizeOf(output.shape)), sizeOf(shape)];
    for (let from = 0, words = 0; from < result.length; from += count, words += 2)
      for (let i = 0; i < count; i += 2) {
        const [even, odd] = threefry2x32(at(key.data, words), at(key.data, words + 1), 0, i / 2);
        result[from + i] = even;
        if (i + 1 < count) result[from + i + 1] = odd;
      }
    return result;
  },
  pullback: none,
  pushforward: none,
  batch: ({ whole, attributes }) => apply(randomBitsPrimitive, attributes, [whole(0)]),
  sample: (draw) => ({
    inputs: [{ shape: [...draw.shape(draw.integer(0, 1)), 2], dtype: 'uint32', low: 0, high: 2 ** 32 - 1 }],
    attributes: { shape: draw.shape() },
  }),
};

export const generationPrimitives = { iota: iotaPrimitive, randomBits: randomBitsPrimitive };

/** The position along an axis, from 0. */
export const iota = <const S extends Shape, D extends DType = 'int32'>(
  shape: S,
  axis: number,
  dtype?: D,
): Tensor<S, D> => {
  requireShape('iota', shape);
  requireDType('iota', dtype ?? 'int32');
  // Left out, the dtype is int32, as the type's default says.
  return typed(apply(iotaPrimitive, { shape, axis, dtype: dtype ?? 'int32' }, []));
};

/** Uniform random 32-bit words: Threefry-2x32 of a key, by counter. */
export const randomBits = <const S extends Shape>(
  key: Tensor<readonly [2], 'uint32'>,
  shape: S,
): Tensor<S, 'uint32'> => {
  requireShape('randomBits', shape);
  return typed(apply(randomBitsPrimitive, { shape }, [key]));
};
