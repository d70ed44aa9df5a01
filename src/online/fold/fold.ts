/**
 * Folds with results: from a state and an input to the next state and a result. Features, windows, scores and drift
 * detectors are folds, and so is the training step. The state of a fold is plain data, so that a checkpoint can contain
 * it.
 */
import { either as E } from 'fp-ts';
import { ownOf, setOwn } from '../../tree/own.js';
import type { Json } from '../json.js';

/** A fold: a Mealy machine. `step` must be pure: it changes neither the state nor the input. */
export interface Fold<S extends Json, A, B> {
  readonly initial: S;
  readonly step: (state: S, a: A) => readonly [next: S, b: B];
  /** The name and options that must be equal to resume with a saved state; default: the kind of the state. */
  readonly description?: Json;
}

/** A fold of any types. */
export interface SomeFold {
  readonly initial: Json;
  readonly step: (state: never, a: never) => readonly [next: Json, b: unknown];
  readonly description?: Json;
}

/** The structure of a plain state, without its values. */
const kindsOf = (data: Json): string => {
  if (Array.isArray(data)) return `[${data.map(kindsOf).join()}]`;
  if (typeof data !== 'object' || data === null) return data === null ? 'null' : typeof data;
  return `{${Object.entries(data)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => `${name}:${kindsOf(each)}`)
    .join()}}`;
};

/** The descriptive part of a fold. */
export interface Described {
  readonly description?: Json;
  readonly initial: Json;
}

/** The description of a fold; default: the kind of its initial state. */
export const descriptionOf = ({ description, initial }: Described): Json =>
  description ?? { state: kindsOf(initial) };

/** Folds over the same input, by name. */
export interface FoldsByName {
  readonly [name: string]: SomeFold;
}

/** The states of folds, by name. */
export type StatesOf<F extends FoldsByName> = { readonly [K in keyof F]: F[K]['initial'] };
/** The results of folds, by name. */
export type ResultsOf<F extends FoldsByName> = { readonly [K in keyof F]: ReturnType<F[K]['step']>[1] };
/** The input that all of them take: the intersection of their inputs. */
export type ArgumentOf<F extends FoldsByName> = {
  [K in keyof F]: (a: Parameters<F[K]['step']>[1]) => void;
}[keyof F] extends (a: infer A) => void
  ? A
  : never;

/**
 * A function as a fold without state.
 *
 * @example
 * runFold(pure((x: number) => x * 2), [1, 2])[1]; // [2, 4]
 */
export const pure = <A, B>(f: (a: A) => B): Fold<null, A, B> => ({
  initial: null,
  step: (state, a) => [state, f(a)],
  description: 'pure',
});

/**
 * Composition: a fold over the results of another. Associative up to the bracketing of the states, with `pure` of the
 * identity as unit (F-20).
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
 * Combines folds over the same input by name; the result has one field for each (F-20).
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

/** The initial states of folds by name. */
export const initialOf = <F extends FoldsByName>(parts: F): StatesOf<F> =>
  Object.fromEntries(Object.entries(parts).map(([name, { initial }]) => [name, initial])) as StatesOf<F>;

/** The descriptions of folds by name, in order. */
export const descriptionsOf = (parts: FoldsByName): Json =>
  Object.entries(parts).map(([name, fold]) => [name, descriptionOf(fold)]);

/** Folds as pairs of name and step; each step takes its own state and the common input. */
export const stepsOf = (
  parts: FoldsByName,
): readonly (readonly [name: string, step: Fold<Json, unknown, unknown>['step']])[] =>
  Object.entries(parts).map(([name, { step }]) => [name, step as Fold<Json, unknown, unknown>['step']]);

/**
 * A fold over the `Right` values; `Left` values pass through without changing the state. So dead letters bypass the
 * features.
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
 * Runs a fold over a list of values. Returns the last state and the results.
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
