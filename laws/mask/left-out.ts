/** S-9: what a mask leaves out may be anything, and has no part in a result or a gradient. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import { evaluate } from '../../src/backend/evaluate.js';
import type { SimpleLens } from '../../src/lens/lens.js';
import { isFloat } from '../../src/tensor/dtype.js';
import { constant } from '../../src/tensor/primitive/constant.js';
import type { Shape } from '../../src/tensor/shape.js';
import type { AnyTensor, Tensor } from '../../src/tensor/tensor.js';
import { leafPaths, leaves, mapTree, unflatten } from '../../src/tree/tree.js';

/** Something that masks: a lens, its argument, and which numbers of the argument its mask leaves out. */
export interface Masking<A, B> {
  readonly name: string;
  readonly lens: SimpleLens<A, B>;
  readonly argument: A;
  /** Of the leaf at a path, the index of a number in row-major order. */
  readonly leavesOut: (path: string, index: number) => boolean;
}

/** The floats of the argument that are left out, replaced. */
const replaced = <A>(argument: A, leavesOut: Masking<A, unknown>['leavesOut'], value: number): A => {
  const paths = leafPaths(argument);
  return unflatten(
    argument,
    leaves<AnyTensor>(argument).map((tensor, i) => {
      if (!isFloat(tensor.dtype)) return tensor;
      const { data } = evaluate(tensor as Tensor);
      const path = paths[i]?.join('.') ?? '';
      const numbers = data.map((x, at) => (leavesOut(path, at) ? value : x));
      return constant<Shape, AnyTensor['dtype']>(numbers, tensor.shape, tensor.dtype);
    }),
  );
};

/**
 * S-9. With NaN, ∞ and −∞ in place of what a mask leaves out, the result and the changes of the argument are ≡
 */
export const leavesOut = <A, B>(
  { name, lens, argument, leavesOut: isOut }: Masking<A, B>,
  backend: Backend,
): Verdict => {
  const outcome = (a: A): unknown => {
    const [b, back] = lens.run(a);
    const ones = mapTree(b, (each) => {
      const { shape, dtype } = each as AnyTensor;
      const count = shape.reduce((product, size) => product * size, 1);
      return constant<Shape, AnyTensor['dtype']>(new Float32Array(count).fill(1), shape, dtype);
    });
    return evaluate([b, back(ones)], { backend });
  };
  const expected = outcome(argument);
  return every(
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
      (value) => () =>
        same(bitwise, outcome(replaced(argument, isOut, value)), expected, {
          law: 'S-9',
          subject: `${name} (${backend.name})`,
          what: `${value} where the mask does not hold comes through`,
          hint: 'a mask chooses: 0·NaN and 0·∞ are NaN',
        }),
    ),
  );
};
