/**
 * Tensors: immutable values, each an expression over the primitives, with its shape in its type.
 *
 * This file is the table of contents of the primitives: their names and what each takes beside tensors.
 * Their rules are in `primitive/`, one record each, gathered in `primitive/table.ts`.
 */
import { type Leaf, leaf } from '../tree/tree.js';
import type { Data, DType } from './dtype.js';
import type { Shape } from './shape.js';
import { shown } from './show.js';

/** What a primitive takes beside tensors: `None`, or a record of plain data. */
export type None = Readonly<Record<never, never>>;

/** The primitives, and the attributes of each. Element-wise ones take equal shapes; broadcasting is explicit. */
export interface AttributesOf {
  // arithmetic.ts
  readonly negate: None;
  readonly add: None;
  readonly subtract: None;
  readonly multiply: None;
  readonly divide: None;
  // magnitude.ts
  readonly abs: None;
  readonly sign: None;
  readonly floor: None;
  readonly maximum: None;
  readonly minimum: None;
  // comparison.ts
  readonly equal: None;
  readonly less: None;
  readonly lessOrEqual: None;
  readonly and: None;
  readonly or: None;
  readonly not: None;
  readonly select: None;
  // exponential.ts
  readonly exp: None;
  readonly expm1: None;
  readonly log: None;
  readonly log1p: None;
  readonly sqrt: None;
  // sigmoid.ts
  readonly tanh: None;
  readonly sigmoid: None;
  readonly erf: None;
  // gaussian.ts
  readonly mills: None;
  // trigonometric.ts
  readonly sin: None;
  readonly cos: None;
  // conversion.ts
  readonly cast: { readonly dtype: DType };
  readonly identity: { readonly scope: Scope | undefined };
  readonly stopGradient: None;
  readonly check: Check;
  readonly fence: None;
  readonly custom: { readonly rule: CustomRule };
  // reduction.ts: a map and its adjoint
  readonly sum: { readonly axes: readonly number[] };
  readonly broadcast: { readonly shape: Shape; readonly axes: readonly number[] };
  // extremum.ts
  readonly max: { readonly axis: number };
  readonly argmax: { readonly axis: number };
  // movement.ts
  readonly reshape: { readonly shape: Shape };
  readonly transpose: { readonly permutation: readonly number[] };
  readonly reverse: { readonly axes: readonly number[] };
  // slicing.ts
  readonly slice: { readonly start: Shape; readonly stop: Shape; readonly stride: Shape };
  readonly pad: { readonly low: Shape; readonly high: Shape; readonly interior: Shape };
  readonly concat: { readonly axis: number };
  // contract.ts
  readonly contract: { readonly left: string; readonly right: string; readonly out: string };
  // window.ts
  readonly window: Window;
  readonly windowSum: Window & { readonly shape: Shape };
  // indexing.ts
  readonly take: { readonly axis: number };
  readonly scatterAdd: { readonly axis: number; readonly size: number };
  // generation.ts
  readonly iota: { readonly shape: Shape; readonly axis: number; readonly dtype: DType };
  readonly randomBits: { readonly shape: Shape };
  // scan.ts
  readonly scan: Scan;
}

export type PrimitiveName = keyof AttributesOf;

/** What an identity marks: where a part of a model opens or closes, so that a program knows which layer made a value. */
export type Scope = { readonly open: string } | { readonly close: string };

/** The sliding windows over the last axes of a tensor: one size, stride and dilation an axis. */
export interface Window {
  readonly sizes: Shape;
  readonly strides: Shape;
  readonly dilations: Shape;
}

/** What is said when the second input of a check is false; the third is what was got. */
export interface Check {
  readonly operation: string;
  readonly what: string;
  readonly needed: string;
  readonly hint: string;
}

/** An expression over stand-ins: what a loop does at each step. */
export interface Body {
  readonly inputs: readonly AnyTensor[];
  readonly outputs: readonly AnyTensor[];
}

/**
 * A loop. Its inputs, and those of its body, are `shared` tensors that every step sees, the `state` before the
 * first step, and what is stacked along axis 0, of which each step sees one. The outputs of its body are the
 * next state, what is stacked again, and `summed` tensors that are summed over the steps.
 */
export interface Scan {
  readonly body: Body;
  readonly length: number;
  /** Whether it goes from the last place to the first; what is stacked stands at the place of its step. */
  readonly reverse: boolean;
  readonly shared: number;
  readonly state: number;
  readonly summed: number;
}

/** A user's backward for one result of a function; `inputs` are the leaves of its argument. */
export type CustomRule = (
  inputs: readonly AnyTensor[],
  cotangent: AnyTensor,
) => readonly (AnyTensor | undefined)[];

/** A tensor given as data. The array is owned by the node and never written. */
export interface Constant {
  readonly kind: 'constant';
  readonly data: Data;
  /** For a single number, the number before it was rounded to the dtype. */
  readonly exact?: number;
}

/** A place that a traced program is handed a value at; it is known by its identity. */
export interface Input {
  readonly kind: 'input';
  readonly name: string;
}

/** A primitive applied to tensors. */
export interface Application<N extends PrimitiveName = PrimitiveName> {
  readonly kind: 'application';
  readonly name: N;
  readonly attributes: AttributesOf[N];
  readonly inputs: readonly AnyTensor[];
}

/** An application of some one primitive: the union over their names. */
export type SomeApplication = { readonly [N in PrimitiveName]: Application<N> }[PrimitiveName];

export type Node = Constant | Input | SomeApplication;

/** An immutable array of numbers of one dtype: an expression, evaluated only when it is asked for. */
export interface Tensor<S extends Shape = Shape, D extends DType = 'float32'> extends Leaf {
  readonly shape: Readonly<S>;
  readonly dtype: D;
  readonly node: Node;
  /** The length of the longest chain of applications below: a tensor depends only on smaller ones. */
  readonly depth: number;
}

/** A tensor of any shape and dtype. */
export type AnyTensor = Tensor<Shape, DType>;

/** Makes a tensor of a node; the shape is the tensor's own from then on. */
export const makeTensor = <S extends Shape, D extends DType>(
  shape: S,
  dtype: D,
  node: Node,
  depth: number,
): Tensor<S, D> =>
  Object.freeze({ __proto__: shown, [leaf]: true as const, shape: Object.freeze(shape), dtype, node, depth });
