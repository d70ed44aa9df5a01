/** F-13: a state that was written down and read again is the state; what trains has nothing else. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { evaluate } from '../../src/backend/evaluate.js';
import { allocate, type DType } from '../../src/tensor/dtype.js';
import { constant } from '../../src/tensor/primitive/constant.js';
import type { Shape } from '../../src/tensor/shape.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves, unflatten } from '../../src/tree/tree.js';
import { goesOn, lastState } from './action.js';
import type { Training } from './training.js';

/** A leaf of a state as what any file format can hold. */
interface Written {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly numbers: readonly number[];
}

const made = ({ shape, dtype, numbers }: Written): AnyTensor => {
  const data = allocate(dtype, numbers.length);
  data.set(numbers);
  return constant<Shape, DType>(data, shape, dtype);
};

/** The state made again from plain arrays of numbers, with nothing in common with the one it is made from. */
export const remade = <S>(state: S): S => {
  const written = leaves<AnyTensor>(state).map((each): Written => {
    const { shape, dtype, data } = evaluate(each);
    return { shape: [...shape], dtype, numbers: Array.from(data) };
  });
  return unflatten(state, structuredClone(written).map(made));
};

/**
 * F-13. remade(s) ≡ s; train(b, remade(last(train(a, s)))) ≡ train(a·b, s), for the whole of what training needs
 */
export const resumes = <S, B>(
  training: Training<S, B>,
  initial: S,
  parts: readonly [readonly B[], readonly B[]],
  remake: (state: S) => S = remade,
): Verdict => {
  const { backend, name: subject } = training;
  return every([
    () => {
      const half = lastState(training, initial, parts[0]);
      return same(bitwise, evaluate(remake(half), { backend }), evaluate(half, { backend }), {
        law: 'F-13',
        subject,
        what: 'a state that was written down and read again is another',
        hint: 'what is not written is lost: the count of updates, the slots, a key',
      });
    },
    () => goesOn('F-13', training, initial, parts, remake),
  ]);
};
