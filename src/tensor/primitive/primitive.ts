/** What a primitive is: one record with all that the library knows of it. */
import { fail } from '../../error.js';
import { showGiven } from '../../require.js';
import { isLeaf } from '../../tree/tree.js';
import type { Data, DType } from '../dtype.js';
import type { Shape } from '../shape.js';
import {
  type AnyTensor,
  type AttributesOf,
  makeTensor,
  type PrimitiveName,
  type SomeApplication,
} from '../tensor.js';
import type { Batching } from './batching.js';

/** A shape and a dtype: all that a program must know of a value before it runs. */
export interface Spec<D extends DType = DType> {
  readonly shape: Shape;
  readonly dtype: D;
}

/** An evaluated tensor. */
export interface Value<D extends DType = DType> extends Spec<D> {
  readonly data: Data<D>;
}

/** What the reference evaluation of one application is given. */
export interface Evaluation<N extends PrimitiveName> {
  readonly inputs: readonly Value[];
  readonly attributes: AttributesOf[N];
  readonly output: Spec;
}

/** What a derivative rule is given: the application it belongs to and its result. */
export interface Application<N extends PrimitiveName> {
  readonly inputs: readonly AnyTensor[];
  readonly attributes: AttributesOf[N];
  readonly output: AnyTensor;
}

/** Where the values of a sampled input are drawn from: inclusive bounds; integers where the dtype is one. */
export interface SampledInput extends Spec {
  readonly low: number;
  readonly high: number;
}

/** One random use of a primitive, for the laws. */
export interface Sample<N extends PrimitiveName> {
  readonly inputs: readonly SampledInput[];
  readonly attributes: AttributesOf[N];
}

/** The choices that a sample is made of; the law suite draws them, and shrinks them. */
export interface Draw {
  /** An integer, bounds included. */
  readonly integer: (low: number, high: number) => number;
  /** A shape of small sizes, 0 and 1 among them; of this rank, or of a rank from 0 to 3. */
  readonly shape: (rank?: number) => Shape;
  readonly pick: <const T extends readonly unknown[]>(choices: T) => T[number];
}

/** What has to be done for a primitive: backends go by it. */
export type PrimitiveKind =
  | 'pointwise' // one element of each input to one of the result
  | 'view' // the elements of the one input as they are, each at a computed place
  | 'gather' // elements at indices that are read when it runs
  | 'generator' // elements of nothing but their place, and perhaps a key
  | 'reduction'
  | 'product'
  | 'scatter' // writes elsewhere than at its own point
  | 'loop'
  | 'fence' // says what must wait for what
  | 'steering'; // steers tracing and differentiation, and is gone from a program

export interface Primitive<
  N extends PrimitiveName,
  K extends PrimitiveKind = PrimitiveKind,
  Exact extends boolean = boolean,
> {
  readonly name: N;
  readonly kind: K;
  /** What one element of the result costs, in additions, where it is computed anew for each reader. */
  readonly cost: number;
  /** Whether every backend computes the bits of the reference, but for the order of sums. */
  readonly exact: Exact;
  /** Linear in all inputs together, or in each of these slots where the other inputs are held. */
  readonly linear?: 'jointly' | readonly number[];
  /** The shape and dtype of the result; throws if the inputs do not fit. */
  readonly shape: (inputs: readonly Spec[], attributes: AttributesOf[N]) => Spec;
  /** The meaning, in plain loops, at the precision of the dtypes. */
  readonly evaluate: (evaluation: Evaluation<N>) => Data;
  /** The cotangent of one input slot, given that of the result; `undefined` where none flows. */
  readonly pullback: (
    cotangent: AnyTensor,
    slot: number,
    application: Application<N>,
  ) => AnyTensor | undefined;
  /** The share of one input slot's tangent in that of the result; `undefined` where none flows. */
  readonly pushforward: (
    tangent: AnyTensor,
    slot: number,
    application: Application<N>,
  ) => AnyTensor | undefined;
  /** The results of a batch of examples, along axis 0: law G-9 says that they are those of each by itself. */
  readonly batch: (batching: Batching<N>) => AnyTensor;
  /** A random use, for the laws. */
  readonly sample: (draw: Draw) => Sample<N>;
}

/** What all views have in common. */
export const view = { kind: 'view', cost: 0, exact: true, linear: 'jointly' } as const;

/** The attributes of most primitives. */
const NOTHING: Readonly<Record<never, never>> = Object.freeze({});

/** Lists are copied and frozen, if they are not: what a caller does with theirs later changes no tensor. */
const own = <A extends object>(attributes: A): A => {
  let copy: Partial<Record<keyof A, unknown>> = NOTHING;
  for (const key in attributes) {
    const value: unknown = attributes[key];
    if (copy === NOTHING) copy = {};
    copy[key] = Array.isArray(value) && !Object.isFrozen(value) ? Object.freeze(value.slice()) : value;
  }
  // All that the attributes have.
  return copy as A;
};

/** Applies a primitive: checks the shapes at once, evaluates nothing. */
export const apply = <N extends PrimitiveName>(
  { name, shape: rule }: Pick<Primitive<N>, 'name' | 'shape'>,
  given: AttributesOf[N],
  inputs: readonly AnyTensor[],
): AnyTensor => {
  for (const input of inputs)
    if (!isLeaf(input))
      fail({
        operation: name,
        what: 'the argument is not a tensor',
        got: showGiven(input),
        needed: 'a tensor',
        hint: 'wrap data with tensor(…)',
      });
  const attributes = own(given);
  const { shape, dtype } = rule(inputs, attributes);
  const depth = inputs.reduce((deepest, input) => Math.max(deepest, input.depth), 0) + 1;
  // The union over the names is what this generic record is one member of.
  const node = { kind: 'application', name, attributes, inputs } as SomeApplication;
  return makeTensor(shape, dtype, node, depth);
};

/** Throws: an input that a rule reads is not there. */
export const noInput = (operation: string): never => fail({ operation, what: 'an input is missing' });

/** A rule for a primitive through which no derivative flows. */
export const none = (): undefined => undefined;

/** The element at an index that is known to be inside. */
export const at = (data: Data | Shape, index: number): number => data[index] ?? Number.NaN;
