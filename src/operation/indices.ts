/** Indices that a person gives: classes, words. */
import type { IntegerDType } from '../tensor/dtype.js';
import { and, less, lessOrEqual, not } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast, check } from '../tensor/primitive/conversion.js';
import { argmax } from '../tensor/primitive/extremum.js';
import { take } from '../tensor/primitive/indexing.js';
import { reshape } from '../tensor/primitive/movement.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { Check, Tensor } from '../tensor/tensor.js';
import { all } from './reduce.js';

/** The indices, once it is known that each is from 0 to below `count`; when it runs and one is not, the mistake is thrown. */
export const requireIndices = <S extends Shape, D extends IntegerDType>(
  indices: Tensor<S, D>,
  count: number,
  mistake: Omit<Check, 'needed'>,
): Tensor<S, D> => {
  const size = sizeOf(indices.shape);
  if (size === 0) return indices;
  const within = and(lessOrEqual(fullLike(indices, 0), indices), less(indices, fullLike(indices, count)));
  const flat = reshape(cast(not(within), 'int32'), [size]);
  const offender = take(reshape(indices, [size]), argmax(flat, 0), 0);
  return check(indices, all(within), offender, { ...mistake, needed: `0 to ${count - 1}` });
};
