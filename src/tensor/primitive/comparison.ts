/** Comparison, logic and selection, element by element. A comparison with NaN is false. */
import { allocate, type DType } from '../dtype.js';
import { type Shape, sizeOf } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { fullLike } from './constant.js';
import {
  alike,
  eachElement,
  eachExample,
  type PlainName,
  pointwise,
  requireKind,
  requireSame,
  sampleAlike,
  typed,
} from './elementwise.js';
import { apply, at, none, type Primitive, noInput } from './primitive.js';

const predicate = <N extends PlainName>(
  name: N,
  kind: 'any' | 'number' | 'bool',
  inputs: number,
  holds: (a: number, b: number) => boolean,
): Primitive<N, 'pointwise', true> => {
  const shape = alike(name, kind, 'bool');
  return {
    ...pointwise,
    name,
    shape,
    evaluate: eachElement((a, b) => Number(holds(a, b))),
    pullback: none,
    pushforward: none,
    batch: eachExample<N>({ name, shape }),
    sample: sampleAlike(inputs, kind === 'bool' ? ['bool'] : ['float32', 'int32'], -2, 2),
  };
};

const selectPrimitive: Primitive<'select', 'pointwise', true> = {
  ...pointwise,
  name: 'select',
  linear: [1, 2],
  shape: ([condition = noInput('select'), a = noInput('select'), b = noInput('select')]) => {
    requireKind('select', 'bool', condition.dtype);
    requireSame('select', a, b);
    requireSame('select', { ...condition, dtype: a.dtype }, a);
    return { shape: a.shape, dtype: a.dtype };
  },
  evaluate: ({
    inputs: [condition = noInput('select'), a = noInput('select'), b = noInput('select')],
    output,
  }) => {
    const result = allocate(output.dtype, sizeOf(output.shape));
    for (let i = 0; i < result.length; i++) result[i] = at(condition.data, i) ? at(a.data, i) : at(b.data, i);
    return result;
  },
  // y = c ? a : b ⇒ da = c ? dy : 0, db = c ? 0 : dy
  pullback: (dy, slot, { inputs: [condition] }) => {
    if (slot === 0 || condition === undefined) return undefined;
    const zero = fullLike(dy, 0);
    const mask = typed<Tensor<Shape, 'bool'>>(condition);
    return slot === 1 ? select(mask, dy, zero) : select(mask, zero, dy);
  },
  pushforward: (tangent, slot, application) => selectPrimitive.pullback(tangent, slot, application),
  batch: (batching) => eachExample(selectPrimitive)(batching),
  sample: (draw) => {
    const shape = draw.shape();
    const dtype = draw.pick(['float32', 'float32', 'int32', 'bool']);
    const [low, high] = dtype === 'bool' ? [0, 1] : [-4, 4];
    const branch = { shape, dtype, low, high };
    return { inputs: [{ shape, dtype: 'bool', low: 0, high: 1 }, branch, branch], attributes: {} };
  },
};

export const comparisonPrimitives = {
  equal: predicate('equal', 'any', 2, (a, b) => a === b),
  less: predicate('less', 'number', 2, (a, b) => a < b),
  lessOrEqual: predicate('lessOrEqual', 'number', 2, (a, b) => a <= b),
  and: predicate('and', 'bool', 2, (a, b) => a !== 0 && b !== 0),
  or: predicate('or', 'bool', 2, (a, b) => a !== 0 || b !== 0),
  not: predicate('not', 'bool', 1, (a) => a === 0),
  select: selectPrimitive,
};

type Predicate = <S extends Shape, D extends DType>(a: Tensor<S, D>, b: Tensor<S, D>) => Tensor<S, 'bool'>;
type Logic = <S extends Shape>(a: Tensor<S, 'bool'>, b: Tensor<S, 'bool'>) => Tensor<S, 'bool'>;

export const equal: Predicate = (a, b) => typed(apply(comparisonPrimitives.equal, {}, [a, b]));
export const less: Predicate = (a, b) => typed(apply(comparisonPrimitives.less, {}, [a, b]));
export const lessOrEqual: Predicate = (a, b) => typed(apply(comparisonPrimitives.lessOrEqual, {}, [a, b]));
export const and: Logic = (a, b) => typed(apply(comparisonPrimitives.and, {}, [a, b]));
export const or: Logic = (a, b) => typed(apply(comparisonPrimitives.or, {}, [a, b]));
export const not = <S extends Shape>(a: Tensor<S, 'bool'>): Tensor<S, 'bool'> =>
  typed(apply(comparisonPrimitives.not, {}, [a]));

/**
 * `a` where the condition holds, `b` elsewhere: numpy's `where`. All have one shape, `a` and `b` one dtype. Throws if
 * they differ.
 *
 * @example
 * select(tensor([1, 0], 'bool'), tensor([1, 2]), tensor([3, 4])); // [1, 4]
 */
export const select = <S extends Shape, D extends DType>(
  condition: Tensor<S, 'bool'>,
  a: Tensor<S, D>,
  b: Tensor<S, D>,
): Tensor<S, D> => typed(apply(selectPrimitive, {}, [condition, a, b]));
