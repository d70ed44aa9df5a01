/** Folds put together: one after the other, side by side, over what is right. */
import { either as E } from 'fp-ts';
import { ownOf, setOwn, type Json } from '../../tree/tree.js';
import type { Fold } from '../../stream/fold.js';

/** A fold of whose types nothing is said: what a list of different ones has in common. */
export interface SomeFold {
  readonly initial: Json;
  readonly step: (state: never, a: never) => readonly [next: Json, b: unknown];
  readonly description?: Json;
}

/** The kinds of a plain state, whatever its numbers. */
const kindsOf = (data: Json): string => {
  if (Array.isArray(data)) return `[${data.map(kindsOf).join()}]`;
  if (typeof data !== 'object' || data === null) return data === null ? 'null' : typeof data;
  return `{${Object.entries(data)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => `${name}:${kindsOf(each)}`)
    .join()}}`;
};

/** What of a fold describes it. */
export interface Described {
  readonly description?: Json;
  readonly initial: Json;
}

/** What a fold says of itself; of one that says nothing, what kind of state it begins with. */
export const descriptionOf = ({ description, initial }: Described): Json =>
  description ?? { state: kindsOf(initial) };

/** Folds over the same, by name. */
export interface FoldsByName {
  readonly [name: string]: SomeFold;
}

/** The states of folds, by name. */
export type StatesOf<F extends FoldsByName> = { readonly [K in keyof F]: F[K]['initial'] };
/** The results of folds, by name. */
export type ResultsOf<F extends FoldsByName> = { readonly [K in keyof F]: ReturnType<F[K]['step']>[1] };
/** What every one of them takes: the intersection of what each does. */
export type ArgumentOf<F extends FoldsByName> = {
  [K in keyof F]: (a: Parameters<F[K]['step']>[1]) => void;
}[keyof F] extends (a: infer A) => void
  ? A
  : never;

/**
 * First one fold, then another over what it makes. Associative up to the bracketing of the states, and `pure` of the
 * identity is its unit (F-20).
 */
export const pipeFold = <S extends Json, A, B, T extends Json, C>(
  first: Fold<S, A, B>,
  second: Fold<T, B, C>,
): Fold<readonly [S, T], A, C> => ({
  initial: [first.initial, second.initial],
  description: { andThen: [descriptionOf(first), descriptionOf(second)] },
  step: ([s, t], a) => {
    const [nextS, b] = first.step(s, a);
    const [nextT, c] = second.step(t, b);
    return [[nextS, nextT], c];
  },
});

/**
 * Folds over the same, by name: what each makes, under its name (F-20).
 *
 * @example
 * const both = folds({ double: pure((x: number) => 2 * x), last: lastValues<number>(2) });
 * runFold(both, [1, 3])[1][1]?.last; // [1, 3]
 */
export const folds = <F extends FoldsByName>(parts: F): Fold<StatesOf<F>, ArgumentOf<F>, ResultsOf<F>> => {
  const steps = stepsOf(parts);
  return {
    initial: initialOf(parts),
    description: { folds: descriptionsOf(parts) },
    step: (state, a) => {
      const states: Record<string, Json> = {};
      const made: Record<string, unknown> = {};
      for (const [name, step] of steps) {
        const [next, result] = step(ownOf(state, name) ?? null, a);
        setOwn(states, name, next);
        setOwn(made, name, result);
      }
      return [states as StatesOf<F>, made as ResultsOf<F>];
    },
  };
};

/** The states with which folds by name begin. */
export const initialOf = <F extends FoldsByName>(parts: F): StatesOf<F> =>
  Object.fromEntries(Object.entries(parts).map(([name, { initial }]) => [name, initial])) as StatesOf<F>;

/** What folds by name say of themselves, in their order. */
export const descriptionsOf = (parts: FoldsByName): Json =>
  Object.entries(parts).map(([name, fold]) => [name, descriptionOf(fold)]);

/** Folds as pairs of name and step; each is given its own state and what all are given. */
export const stepsOf = (
  parts: FoldsByName,
): readonly (readonly [name: string, step: Fold<Json, unknown, unknown>['step']])[] =>
  Object.entries(parts).map(([name, { step }]) => [name, step as Fold<Json, unknown, unknown>['step']]);

/**
 * The fold over what is right; what is left is handed on and changes no state. So the records that did not decode go
 * past the features.
 *
 * @example
 * const doubled = overRight<null, string, number, number>(pure((x) => 2 * x));
 * doubled.step(null, either.left('no number'))[1]; // { "_tag": "Left", "left": "no number" }
 */
export const overRight = <S extends Json, L, A, B>(
  fold: Fold<S, A, B>,
): Fold<S, E.Either<L, A>, E.Either<L, B>> => ({
  initial: fold.initial,
  description: descriptionOf(fold),
  step: (state, a) => {
    if (E.isLeft(a)) return [state, a];
    const [next, b] = fold.step(state, a.right);
    return [next, E.right(b)];
  },
});

/**
 * A fold over values that are there: the last state, and what was made of each.
 *
 * @example
 * runFold(lastValues(2), [1, 2, 4])[0]; // [2, 4]
 */
export const runFold = <S extends Json, A, B>(
  { initial, step }: Fold<S, A, B>,
  values: Iterable<A>,
  from: S = initial,
): readonly [state: S, made: readonly B[]] => {
  const made: B[] = [];
  let state = from;
  for (const value of values) {
    const [next, b] = step(state, value);
    state = next;
    made.push(b);
  }
  return [state, made];
};
