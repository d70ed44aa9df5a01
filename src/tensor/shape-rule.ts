/** Shape rules as types: what is left of a shape when the shapes and axes are known where it is written. */
import type { Shape } from './shape.js';

/** Whether a rank is known: literal tuples have a length of their own. */
type Ranked<S extends Shape> = number extends S['length'] ? false : true;

/**
 * The shape without these axes, counted from the front from 0 or from the back from −1: `[3]` of `[2, 3]` without 0.
 * `Shape` where the rank or an axis is not known.
 */
export type Reduced<S extends Shape, Axes extends readonly number[]> =
  Ranked<S> extends false
    ? Shape
    : number extends Axes['length'] | Axes[number]
      ? Shape
      : ReducedFrom<S, `${Axes[number]}`>;

type ReducedFrom<
  S extends Shape,
  Axes extends string,
  Before extends readonly unknown[] = [],
> = S extends readonly [infer Size extends number, ...infer Rest extends Shape]
  ? Extract<Axes, `${Before['length']}` | `-${S['length']}`> extends never
    ? readonly [Size, ...ReducedFrom<Rest, Axes, [...Before, Size]>]
    : ReducedFrom<Rest, Axes, [...Before, Size]>
  : readonly [];

/** Axis `i` is axis `Axes[i]` of `S`; `Shape` where the rank or an axis is not known. */
export type Permuted<S extends Shape, Axes extends readonly number[]> =
  Ranked<S> extends false
    ? Shape
    : number extends Axes['length'] | Axes[number]
      ? Shape
      : { readonly [I in keyof Axes]: S[Axes[I]] & number };

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
