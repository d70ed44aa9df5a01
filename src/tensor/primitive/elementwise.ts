/** What the element-wise primitives share: shape rules, evaluation and sampling. */
import { fail, showShape } from '../../error.js';
import { allocate, type Data, type DType, isFloat, isInteger } from '../dtype.js';
import { sameElements, sameShape, sizeOf } from '../shape.js';
import type { AnyTensor, AttributesOf, None, PrimitiveName } from '../tensor.js';
import type { Batching } from './batching.js';
import {
  apply,
  at,
  type Draw,
  type Evaluation,
  type Primitive,
  type SampledInput,
  type Spec,
} from './primitive.js';

/** The primitives that take nothing beside tensors. */
export type PlainName = {
  readonly [N in PrimitiveName]: None extends AttributesOf[N] ? N : never;
}[PrimitiveName];

export type DTypeKind = 'float' | 'integer' | 'number' | 'bool' | 'any';

const isOfKind = (kind: DTypeKind, dtype: DType): boolean => {
  if (kind === 'any') return true;
  if (kind === 'bool') return dtype === 'bool';
  if (kind === 'integer') return isInteger(dtype);
  return isFloat(dtype) || (kind === 'number' && isInteger(dtype));
};

const needed: { readonly [K in DTypeKind]: string } = {
  float: 'float32 or float64',
  integer: 'int32 or uint32',
  number: 'a dtype of numbers',
  bool: 'bool',
  any: 'any dtype',
};

export const requireKind = (operation: string, kind: DTypeKind, dtype: DType): void => {
  if (!isOfKind(kind, dtype))
    fail({
      operation,
      what: 'the dtype is wrong',
      got: dtype,
      needed: needed[kind],
      hint: 'convert with cast',
    });
};

export const requireSame = (operation: string, first: Spec, second: Spec): void => {
  if (!sameShape(first.shape, second.shape))
    fail({
      operation,
      what: 'the shapes differ',
      got: `${showShape(first.shape)} and ${showShape(second.shape)}`,
      needed: 'equal shapes',
      hint: sameElements(first.shape, second.shape)
        ? `the numbers of elements are equal: reshape the second to ${showShape(first.shape)}`
        : 'broadcast one to the other',
    });
  if (first.dtype !== second.dtype)
    fail({
      operation,
      what: 'the dtypes differ',
      got: `${first.dtype} and ${second.dtype}`,
      needed: 'equal dtypes',
      hint: 'convert with cast',
    });
};

/** All inputs alike and of this kind; the result like them, or bool. */
export const alike =
  (operation: string, kind: DTypeKind, result?: 'bool') =>
  (inputs: readonly Spec[]): Spec => {
    const [first, ...others] = inputs;
    if (first === undefined) return fail({ operation, what: 'no inputs', needed: 'at least one' });
    requireKind(operation, kind, first.dtype);
    for (const other of others) requireSame(operation, first, other);
    return { shape: first.shape, dtype: result ?? first.dtype };
  };

/** Evaluates element by element; storing rounds to the dtype (integers wrap around modulo 2³²). */
export const eachElement =
  (f: (a: number, b: number, c: number) => number) =>
  ({ inputs: [a, b, c], output }: Evaluation<PrimitiveName>): Data => {
    const result = allocate(output.dtype, sizeOf(output.shape));
    const [x, y, z] = [a?.data ?? result, b?.data ?? result, c?.data ?? result];
    for (let i = 0; i < result.length; i++) result[i] = f(at(x, i), at(y, i), at(z, i));
    return result;
  };

/** A sample of `count` inputs of one shape, values within these bounds. */
export const sampleAlike =
  (count: number, dtypes: readonly [DType, ...DType[]], low = -4, high = 4) =>
  (draw: Draw): { readonly inputs: readonly SampledInput[]; readonly attributes: None } => {
    const shape = draw.shape();
    const dtype = draw.pick(dtypes);
    const input = dtype === 'bool' ? { shape, dtype, low: 0, high: 1 } : { shape, dtype, low, high };
    const unsigned = dtype === 'uint32' ? { ...input, low: 0 } : input;
    return { inputs: Array.from({ length: count }, () => unsigned), attributes: {} };
  };

export interface Elementwise<N extends PlainName> extends Pick<Primitive<N>, 'name' | 'linear'> {
  readonly accepts: DTypeKind;
  readonly cost?: number;
  readonly evaluate: (a: number, b: number, c: number) => number;
  /** The function of integers, where it is another. */
  readonly ofIntegers?: (a: number, b: number) => number;
  /** How a change of one slot changes the result; the Jacobian is diagonal, so it serves both ways. */
  readonly partial: Primitive<N>['pullback'];
  readonly inputs?: number;
  /** Bounds of the values that the laws draw. */
  readonly domain?: readonly [low: number, high: number];
  readonly dtypes?: readonly [DType, ...DType[]];
}

/** Of a primitive that does not look at where an element stands: a batch is one more axis of all inputs. */
export const eachExample =
  <N extends PrimitiveName>(primitive: Pick<Primitive<N>, 'name' | 'shape'>) =>
  ({ inputs, attributes, whole }: Batching<N>): AnyTensor =>
    apply(
      primitive,
      attributes,
      inputs.map((_, slot) => whole(slot)),
    );

/** What all element-wise primitives whose results are rounded correctly have in common. */
export const pointwise = { kind: 'pointwise', cost: 1, exact: true } as const;

/** An element-wise primitive. */
export const elementwise = <N extends PlainName>(rule: Elementwise<N>): Primitive<N, 'pointwise', true> => {
  const {
    name,
    accepts,
    cost = 1,
    linear,
    evaluate,
    ofIntegers = evaluate,
    partial,
    inputs = 1,
    domain = [-4, 4],
  } = rule;
  const numbers = ['float32', 'float32', 'int32', 'uint32'] as const;
  const dtypes = rule.dtypes ?? (accepts === 'number' ? numbers : ['float32']);
  const shape = alike(name, accepts);
  return {
    ...pointwise,
    name,
    cost,
    ...(linear && { linear }),
    shape,
    evaluate: (evaluation) =>
      eachElement(isInteger(evaluation.output.dtype) ? ofIntegers : evaluate)(evaluation),
    pullback: partial,
    pushforward: partial,
    batch: eachExample<N>({ name, shape }),
    sample: sampleAlike(inputs, dtypes, ...domain),
  };
};

/** A function of one float whose last bits are the backend's. */
export interface Approximated<N extends PrimitiveName> extends Primitive<N, 'pointwise', false> {
  /** The function in float64. It refers to nothing outside itself but `Math`: workers get it as text. */
  readonly of: (x: number) => number;
}

/** An element-wise function of floats that backends may approximate, each in its own way. */
export const approximated = <N extends PlainName>(
  rule: Pick<Elementwise<N>, 'name' | 'partial' | 'domain'> & Pick<Approximated<N>, 'of' | 'cost'>,
): Approximated<N> => ({
  ...elementwise({ ...rule, accepts: 'float', evaluate: rule.of }),
  exact: false,
  of: rule.of,
});

/** A tensor that its rule has made of this shape and dtype. */
export const typed = <T extends AnyTensor>(result: AnyTensor): T => result as T;
