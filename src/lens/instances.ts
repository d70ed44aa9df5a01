/**
 * The fp-ts instances that are honest: lenses whose changes have the types of their values are a category,
 * and the layers from one type to itself, without parameters, a monoid. `Para` is no category of fp-ts: its
 * parameters grow in the type as it composes. Neither is `Lens` a functor: its argument stands on both sides.
 */
import type { category, monoid } from 'fp-ts';
import { composeLenses, identityLens, type SimpleLens } from './lens.js';

export const URI = 'paralens/Lens';
export type URI = typeof URI;

declare module 'fp-ts/HKT' {
  interface URItoKind2<E, A> {
    readonly [URI]: SimpleLens<E, A>;
  }
}

/** Lenses under composition. */
export const lensCategory: category.Category2<URI> = {
  URI,
  compose: (g, f) => composeLenses(f, g),
  id: identityLens,
};

/** Lenses from a type to itself under composition. */
export const lensMonoid = <A>(): monoid.Monoid<SimpleLens<A, A>> => ({
  concat: composeLenses,
  empty: identityLens(),
});
