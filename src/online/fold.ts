/**
 * Folds with results: from a state and what comes next to the next state and what is made of it. Features, windows,
 * scores and detectors of drift are such folds, and so is the training step itself; the state of a fold is plain data,
 * so that a checkpoint holds it.
 */
import type { Json } from './json.js';

/** A Mealy machine. `step` is pure: it changes neither the state nor what it is given. */
export interface Fold<S extends Json, A, B> {
  readonly initial: S;
  readonly step: (state: S, a: A) => readonly [next: S, b: B];
}

/** A function at each place: a fold that remembers nothing. */
export const pure = <A, B>(f: (a: A) => B): Fold<null, A, B> => ({
  initial: null,
  step: (state, a) => [state, f(a)],
});

/** First one fold, then another over what it makes. */
export const andThenFold = <S extends Json, A, B, T extends Json, C>(
  first: Fold<S, A, B>,
  second: Fold<T, B, C>,
): Fold<readonly [S, T], A, C> => ({
  initial: [first.initial, second.initial],
  step: ([s, t], a) => {
    const [nextS, b] = first.step(s, a);
    const [nextT, c] = second.step(t, b);
    return [[nextS, nextT], c];
  },
});

/** Folds over the same, by name: what each makes, under its name. */
export const folds = <F extends { readonly [name: string]: Fold<never, never, unknown> }>(
  parts: F,
): Fold<StatesOf<F>, ArgumentOf<F>, ResultsOf<F>> => {
  const names = Object.keys(parts);
  const partAt = (name: string): Fold<Json, unknown, unknown> =>
    // Each part is given its own state and what all are given, which is what the types of the whole say.
    parts[name] as unknown as Fold<Json, unknown, unknown>;
  const all = (f: (name: string) => unknown): unknown =>
    Object.fromEntries(names.map((name) => [name, f(name)]));
  return {
    initial: all((name) => partAt(name).initial) as StatesOf<F>,
    step: (state, a) => {
      const next: Record<string, Json> = {};
      const made: Record<string, unknown> = {};
      for (const name of names)
        [next[name], made[name]] = partAt(name).step((state as Record<string, Json>)[name] ?? null, a);
      return [next as StatesOf<F>, made as ResultsOf<F>];
    },
  };
};

type StatesOf<F> = { readonly [K in keyof F]: F[K] extends Fold<infer S, never, unknown> ? S : never };
type ResultsOf<F> = { readonly [K in keyof F]: F[K] extends Fold<never, never, infer B> ? B : never };
type ArgumentOf<F> = {
  [K in keyof F]: F[K] extends Fold<never, infer A, unknown> ? (a: A) => void : never;
}[keyof F] extends (a: infer I) => void
  ? I
  : never;
