/**
 * The lawful fp-ts instances: simple lenses are a category, and the lenses from a type to itself are a monoid. `Para`
 * is not a category of fp-ts, since composition changes the type of the parameters. `Lens` is not a functor, since its
 * argument is both input and output.
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
