/** Random lenses over plain numbers: derivative ones, ones whose put is anything at all, and composites. */
import { fastCheck } from '../fast-check.js';
import type { Sampler } from '../arbitrary/draw.js';
import { composeLenses, parallelLenses, type SimpleLens } from '../../src/lens/lens.js';

/** A lens from numbers to numbers, by its two halves as the textbook has them. */
export type Endo = SimpleLens<number, number>;

/** The residual form of a get and a put. */
export const lensOf = <A, B>(get: (a: A) => B, put: (a: A, db: B) => A): SimpleLens<A, B> => ({
  run: (a) => [get(a), (db) => put(a, db)],
});

// y = f(x) ⇒ dx = f′(x)·dy
const derivatives: readonly Endo[] = [
  lensOf(Math.sin, (x, dy) => Math.cos(x) * dy),
  lensOf(Math.tanh, (x, dy) => (1 - Math.tanh(x) ** 2) * dy),
  lensOf(
    (x) => x * x,
    (x, dy) => 2 * x * dy,
  ),
  lensOf(
    (x) => 3 * x - 1,
    (_, dy) => 3 * dy,
  ),
  lensOf(
    (x) => Math.max(0, x),
    (x, dy) => (x > 0 ? dy : 0),
  ),
];

/** A get and a put that have nothing to do with each other: any deterministic functions. */
const arbitraryLens = ({ value }: Sampler): Endo => {
  const numbers = fastCheck.integer({ min: -9, max: 9 });
  const get = value(fastCheck.func<[number], number>(numbers));
  const put = value(fastCheck.func<[number, number], number>(numbers));
  return lensOf(
    (a) => get(a),
    (a, db) => put(a, db),
  );
};

/** x ↦ (x, x), anything ↤ */
const duplicated: SimpleLens<number, readonly [number, number]> = lensOf<number, readonly [number, number]>(
  (a) => [a, a],
  (a, [first, second]) => first + 2 * second - a,
);

/** (x, y) ↦ x − 2y */
const merged: SimpleLens<readonly [number, number], number> = lensOf<readonly [number, number], number>(
  ([a, b]) => a - 2 * b,
  ([a, b], db) => [db + b, a - db],
);

/** A lens of depth up to `depth`: a leaf, one after the other, or two side by side. */
export const drawLens = (sampler: Sampler, depth = 6): Endo => {
  const kinds =
    depth <= 1
      ? (['derivative', 'arbitrary'] as const)
      : (['derivative', 'arbitrary', 'composite', 'composite', 'pair'] as const);
  switch (sampler.pick(kinds)) {
    case 'derivative':
      return sampler.pick(derivatives) ?? lensOf(Math.sin, (x, dy) => Math.cos(x) * dy);
    case 'arbitrary':
      return arbitraryLens(sampler);
    case 'composite':
      return composeLenses(drawLens(sampler, depth - 1), drawLens(sampler, depth - 1));
    case 'pair':
      return composeLenses(
        duplicated,
        composeLenses(parallelLenses(drawLens(sampler, depth - 1), drawLens(sampler, depth - 1)), merged),
      );
  }
};

/** Lenses, a value and changes, which the laws of the category are said of. */
export interface LensExample {
  readonly f: Endo;
  readonly g: Endo;
  readonly h: Endo;
  readonly k: Endo;
  readonly values: readonly [number, number, number, number];
  readonly changes: readonly [number, number, number, number];
}

const four = ({ integers, numbers, pick }: Sampler): readonly [number, number, number, number] => {
  const [a = 0, b = 0, c = 0, d = 0] = pick([true, false]) ? integers(4, -3, 3) : numbers(4, -3, 3);
  return [a, b, c, d];
};

export const drawLenses = (sampler: Sampler): LensExample => ({
  f: drawLens(sampler, 4),
  g: drawLens(sampler, 4),
  h: drawLens(sampler, 3),
  k: drawLens(sampler, 3),
  values: four(sampler),
  changes: four(sampler),
});
