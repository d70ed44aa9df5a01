/** Shape rules as types: what is left of a shape when the shapes and axes are known where it is written. */
import type { Shape } from './shape.js';

/** Whether a rank is known: literal tuples have a length of their own. */
type Ranked<S extends Shape> = number extends S['length'] ? false : true;

/**
 * What a reduction leaves of a shape: without these axes, counted from the front from 0 or from the back from −1
 * (`[3]` of `[2, 3]` without 0), or with size 1 in their place where they are kept; without all if none are named.
 * `Shape` where the rank or an axis is not known.
 */
export type Reduced<
  S extends Shape,
  Axes extends readonly number[] | undefined,
  Keep extends boolean = false,
> =
  Ranked<S> extends false
    ? Axes extends undefined
      ? AllReduced<S, Keep>
      : Shape
    : boolean extends Keep
      ? Shape
      : Axes extends readonly number[]
        ? number extends Axes['length'] | Axes[number]
          ? Shape
          : ReducedFrom<S, `${Axes[number]}`, Keep extends true ? readonly [1] : readonly []>
        : AllReduced<S, Keep>;

type AllReduced<S extends Shape, Keep extends boolean> = boolean extends Keep
  ? Shape
  : Keep extends true
    ? { readonly [I in keyof S]: 1 }
    : readonly [];

/** Whether an axis, as text, is the first of what is left of a shape: from the front, or from the back. */
type IsNext<Axis extends string, Before extends readonly unknown[], S extends Shape> =
  Extract<Axis, `${Before['length']}` | `-${S['length']}`> extends never ? false : true;

type ReducedFrom<
  S extends Shape,
  Axes extends string,
  Left extends Shape,
  Before extends readonly unknown[] = [],
> = S extends readonly [infer Size extends number, ...infer Rest extends Shape]
  ? IsNext<Axes, Before, S> extends false
    ? readonly [Size, ...ReducedFrom<Rest, Axes, Left, [...Before, Size]>]
    : readonly [...Left, ...ReducedFrom<Rest, Axes, Left, [...Before, Size]>]
  : readonly [];

/** The shape with one more axis of this size, which is `Axis` of the result; `Shape` where it is not known. */
export type Expanded<S extends Shape, Axis extends number, Size extends number = 1> =
  Ranked<S> extends false ? Shape : number extends Axis ? Shape : ExpandedFrom<S, `${Axis}`, Size>;

type ExpandedFrom<
  S extends Shape,
  Axis extends string,
  Size extends number,
  Before extends readonly unknown[] = [],
> =
  IsNext<Axis, Before, readonly [Size, ...S]> extends true
    ? readonly [Size, ...S]
    : S extends readonly [infer First extends number, ...infer Rest extends Shape]
      ? readonly [First, ...ExpandedFrom<Rest, Axis, Size, [...Before, First]>]
      : readonly [];

/** Shapes with one size of −1, which follows from the others. */
export type FreeShape =
  | readonly [-1, ...Shape]
  | readonly [...Shape, -1]
  | readonly [number, -1, ...Shape]
  | readonly [...Shape, -1, number]
  | readonly [number, number, -1, ...Shape];

/** The shape with `number` for −1. */
export type Freed<S extends Shape> = { readonly [I in keyof S]: S[I] extends -1 ? number : S[I] };

/** Axis `i` is axis `Axes[i]` of `S`; `Shape` where the rank or an axis is not known. */
export type Permuted<S extends Shape, Axes extends readonly number[]> =
  Ranked<S> extends false
    ? Shape
    : number extends Axes['length'] | Axes[number]
      ? Shape
      : {
          readonly [I in keyof Axes]: `${Axes[I]}` extends `-${string}`
            ? SizeAt<S, `${Axes[I]}`>
            : S[Axes[I]] & number;
        };

/** The size along an axis, as text. */
type SizeAt<S extends Shape, Axis extends string> = S extends readonly [
  infer Size extends number,
  ...infer Rest extends Shape,
]
  ? Axis extends `-${S['length']}`
    ? Size
    : SizeAt<Rest, Axis>
  : number;

/** The shape of a contraction `ik,kj->ij`; `Shape` where a rank or the words are not known. */
export type Contracted<A extends Shape, B extends Shape, Words extends string> =
  Ranked<A> | Ranked<B> extends true
  ? Words extends `${infer Left},${infer Right}->${infer Out}`
    ? SizesOf<Out, SizeByLetter<Right, B> & SizeByLetter<Left, A>>
    : Shape
  : Shape;

/** The size of each letter of a word. */
type SizeByLetter<Word extends string, S extends Shape> = Word extends `${infer Letter}${infer Letters}`
  ? S extends readonly [infer Size extends number, ...infer Rest extends Shape]
    ? { readonly [L in Letter]: Size } & SizeByLetter<Letters, Rest>
    : unknown
  : unknown;

type SizesOf<Word extends string, Sizes> = Word extends `${infer Letter}${infer Letters}`
  ? readonly [Letter extends keyof Sizes ? Sizes[Letter] & number : number, ...SizesOf<Letters, Sizes>]
  : readonly [];
