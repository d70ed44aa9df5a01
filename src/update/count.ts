/** The count of applied updates, which schedules are functions of. */
import { add, minimum } from '../operation/arithmetic.js';
import type { Scalar } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** The largest int32. */
const MOST = 2 ** 31 - 1;

/** One update more. It stays at 2³¹ − 1, so that a run of months never comes to a negative count: schedules stay as they are. */
export const counted = (count: Tensor<Scalar, 'int32'>): Tensor<Scalar, 'int32'> =>
  add(minimum(count, MOST - 1), 1);
