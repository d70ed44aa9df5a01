/** Lenses: pairs of a forward and a backward map, and their composition. */

import { requireLenses } from '../require.js';

/**
 * A backward map. It has the type of a method, whose parameter is compared bivariantly, so that `number` fits any size.
 */
export type Backward<DB, DA> = { back(db: DB): DA }['back'];

/**
 * A lens in residual form: `run` computes forward once and returns the backward with the values that it needs. It is
 * not an accessor, so the get-put laws do not apply. The cotangents may have other types than the values.
 */
export interface Lens<A, DA, B, DB> {
  run(a: A): readonly [b: B, back: Backward<DB, DA>];
}

/** A lens whose cotangents have the types of its values. */
export type SimpleLens<A, B> = Lens<A, A, B, B>;

/** The forward half of a lens. Law L-4: it agrees with `run`. */
export const forward = <A, DA, B, DB>(lens: Lens<A, DA, B, DB>): ((a: A) => B) => {
  requireLenses('forward', { lens });
  return (a) => lens.run(a)[0];
};

/** The backward half of a lens, in the textbook form (a, db) ↦ da. Law L-4: it agrees with `run`. */
export const backward = <A, DA, B, DB>(lens: Lens<A, DA, B, DB>): ((a: A, db: DB) => DA) => {
  requireLenses('backward', { lens });
  return (a, db) => lens.run(a)[1](db);
};

/** a ↦ a, da ↤ da */
export const identityLens = <A, DA = A>(): Lens<A, DA, A, DA> => ({ run: (a) => [a, (da) => da] });

/** First `f`, then `g`: forward in order, backward in reverse. This is the chain rule. */
export const composeLenses = <A, DA, B, DB, C, DC>(
  f: Lens<A, DA, B, DB>,
  g: Lens<B, DB, C, DC>,
): Lens<A, DA, C, DC> => {
  requireLenses('composeLenses', { f, g });
  return {
    run: (a) => {
      const [b, backF] = f.run(a);
      const [c, backG] = g.run(b);
      return [c, (dc) => backF(backG(dc))];
    },
  };
};

/** Both lenses side by side: the tensor product of the category. */
export const parallelLenses = <A, DA, B, DB, C, DC, D, DD>(
  f: Lens<A, DA, B, DB>,
  g: Lens<C, DC, D, DD>,
): Lens<readonly [A, C], readonly [DA, DC], readonly [B, D], readonly [DB, DD]> => {
  requireLenses('parallelLenses', { f, g });
  return {
    run: ([a, c]) => {
      const [b, backF] = f.run(a);
      const [d, backG] = g.run(c);
      return [[b, d], ([db, dd]) => [backF(db), backG(dd)]];
    },
  };
};

/** A lens of an isomorphism, such as re-bracketing or swapping. */
export const isomorphism = <A, DA, B, DB>(to: (a: A) => B, fro: (db: DB) => DA): Lens<A, DA, B, DB> => ({
  run: (a) => [to(a), fro],
});

/** (a, b) ↦ (b, a) */
export const swap = <A, B>(): SimpleLens<readonly [A, B], readonly [B, A]> =>
  isomorphism(
    ([a, b]) => [b, a],
    ([b, a]) => [a, b],
  );

/** ((a, b), c) ↦ (a, (b, c)) */
export const associate = <A, B, C>(): SimpleLens<
  readonly [readonly [A, B], C],
  readonly [A, readonly [B, C]]
> =>
  isomorphism(
    ([[a, b], c]) => [a, [b, c]],
    ([a, [b, c]]) => [[a, b], c],
  );

/** (a, (b, c)) ↦ ((a, b), c) */
export const unassociate = <A, B, C>(): SimpleLens<
  readonly [A, readonly [B, C]],
  readonly [readonly [A, B], C]
> =>
  isomorphism(
    ([a, [b, c]]) => [[a, b], c],
    ([[a, b], c]) => [a, [b, c]],
  );

/** The unit object: the empty tuple. */
export type Unit = readonly [];

/** ((), a) ↦ a */
export const leftUnit = <A>(): SimpleLens<readonly [Unit, A], A> =>
  isomorphism(
    ([, a]) => a,
    (a) => [[], a],
  );

/** (a, ()) ↦ a */
export const rightUnit = <A>(): SimpleLens<readonly [A, Unit], A> =>
  isomorphism(
    ([a]) => a,
    (a) => [a, []],
  );
