/** Trees of specifications: what a user gives instead of arguments. */
import type { DType } from '../../src/tensor/dtype.js';
import { placeholder } from '../../src/graph/trace.js';
import type { Shape } from '../../src/tensor/shape.js';
import type { AnyTensor, Tensor } from '../../src/tensor/tensor.js';

/** One tensor of an argument: its shape, and where its numbers are drawn from. */
export interface Specification<S extends Shape = Shape, D extends DType = DType> {
  readonly shape: S;
  /** float32 unless given. */
  readonly dtype?: D;
  /**
   * Bounds of the numbers, included; −1 and 1 unless given, 0 and 1 of integers and truths. Where neither is given, large
   * numbers are among the special points (N-4).
   */
  readonly low?: number;
  readonly high?: number;
}

/** A tree of tensors with specifications for its leaves. float32 may be left out, other dtypes may not. */
export type Specifications<T> =
  T extends Tensor<infer S, infer D>
    ? D extends 'float32'
      ? Specification<S, D>
      : Specification<S, D> & { readonly dtype: D }
    : { readonly [K in keyof T]: Specifications<T[K]> };

/** Where the numbers of a leaf come from. */
export interface Range {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly low: number;
  readonly high: number;
  /** Whether nobody has said what the numbers are: then large ones are meant as well. */
  readonly open?: boolean | undefined;
}

const isSpecification = (value: unknown): value is Specification =>
  typeof value === 'object' && value !== null && 'shape' in value && Array.isArray(value.shape);

const rangeOf = ({ shape, dtype = 'float32', low, high }: Specification): Range => {
  const float = dtype === 'float32' || dtype === 'float64';
  return {
    shape,
    dtype,
    low: low ?? (float ? -1 : 0),
    high: high ?? 1,
    open: low === undefined && high === undefined,
  };
};

/** A tree of stand-ins, and what each is drawn from. */
export interface Specified<A> {
  readonly like: A;
  readonly rangeOf: (leaf: AnyTensor) => Range;
}

/** The argument that a tree of specifications describes. */
export const specified = <A>(specifications: Specifications<A>): Specified<A> => {
  const ranges = new Map<AnyTensor, Range>();
  const walk = (value: unknown): unknown => {
    if (isSpecification(value)) {
      const range = rangeOf(value);
      const leaf = placeholder(range, 'argument');
      ranges.set(leaf, range);
      return leaf;
    }
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null)
      throw new TypeError(`specification: got ${String(value)}, needed { shape }, or a tree of these`);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, walk(part)]));
  };
  return {
    // A tree of the specifications' structure, whose leaves are tensors as they say.
    like: walk(specifications) as A,
    rangeOf: (leaf) => ranges.get(leaf) ?? { shape: leaf.shape, dtype: leaf.dtype, low: -1, high: 1 },
  };
};
