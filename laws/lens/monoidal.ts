/** L-7, L-8, L-9: side by side, lenses are a symmetric monoidal category. All ≡, on get and on put. */
import { every, type Verdict } from '../base/verdict.js';
import {
  associate,
  composeLenses,
  identityLens,
  leftUnit,
  type Lens,
  parallelLenses,
  rightUnit,
  type SimpleLens,
  swap,
  unassociate,
  type Unit,
} from '../../src/lens/lens.js';
import { type LensPoint, sameLens } from './category.js';

type Two<A, B> = readonly [A, B];

/** L-7. id⊗id ≡ id, and (f;g)⊗(h;k) ≡ (f⊗h);(g⊗k) */
export const interchange = <A, DA, B, DB, C, DC, D, DD, E, DE, F, DF>(
  f: Lens<A, DA, B, DB>,
  g: Lens<B, DB, C, DC>,
  h: Lens<D, DD, E, DE>,
  k: Lens<E, DE, F, DF>,
  at: LensPoint<Two<A, D>, Two<DC, DF>>,
): Verdict => {
  const identities: SimpleLens<Two<DC, DF>, Two<DC, DF>> = parallelLenses(
    identityLens<DC>(),
    identityLens<DF>(),
  );
  return every([
    () => sameLens('L-7', 'id⊗id against id', identities, identityLens(), { a: at.db, db: at.db }),
    () =>
      sameLens(
        'L-7',
        '(f;g)⊗(h;k) against (f⊗h);(g⊗k)',
        parallelLenses(composeLenses(f, g), composeLenses(h, k)),
        composeLenses(parallelLenses(f, h), parallelLenses(g, k)),
        at,
      ),
  ]);
};

/** A value for each of four places, and for its change. */
export interface Values<A> {
  readonly values: readonly [A, A, A, A];
  readonly changes: readonly [A, A, A, A];
}

/** L-8, the associator: α;α⁻¹ ≡ id and α⁻¹;α ≡ id; natural: ((f⊗g)⊗h);α ≡ α;(f⊗(g⊗h)) */
export const associator = <A>(
  [f, g, h]: readonly [SimpleLens<A, A>, SimpleLens<A, A>, SimpleLens<A, A>],
  { values: [a, b, c], changes: [da, db, dc] }: Values<A>,
): Verdict => {
  const left = { a: [[a, b], c], db: [[da, db], dc] } as const;
  const right = { a: [a, [b, c]], db: [da, [db, dc]] } as const;
  return every([
    () => sameLens('L-8', 'α;α⁻¹', composeLenses(associate<A, A, A>(), unassociate()), identityLens(), left),
    () => sameLens('L-8', 'α⁻¹;α', composeLenses(unassociate<A, A, A>(), associate()), identityLens(), right),
    () =>
      sameLens(
        'L-8',
        'α is natural',
        composeLenses(parallelLenses(parallelLenses(f, g), h), associate<A, A, A>()),
        composeLenses(associate<A, A, A>(), parallelLenses(f, parallelLenses(g, h))),
        { a: left.a, db: right.db },
      ),
  ]);
};

/** L-8, the units: λ and ρ are natural and invertible; triangle: α;(id⊗λ) ≡ ρ⊗id */
export const units = <A>(f: SimpleLens<A, A>, { values: [a, b], changes: [da, db] }: Values<A>): Verdict => {
  const unit = identityLens<Unit>();
  return every([
    () =>
      sameLens(
        'L-8',
        'λ is natural',
        composeLenses(parallelLenses(unit, f), leftUnit<A>()),
        composeLenses(leftUnit<A>(), f),
        { a: [[], a], db: da },
      ),
    () =>
      sameLens(
        'L-8',
        'ρ is natural',
        composeLenses(parallelLenses(f, unit), rightUnit<A>()),
        composeLenses(rightUnit<A>(), f),
        { a: [a, []], db: da },
      ),
    () =>
      sameLens<Two<Two<A, Unit>, A>, Two<Two<A, Unit>, A>, Two<A, A>, Two<A, A>>(
        'L-8',
        'triangle: α;(id⊗λ) against ρ⊗id',
        composeLenses(associate<A, Unit, A>(), parallelLenses(identityLens<A>(), leftUnit<A>())),
        parallelLenses(rightUnit<A>(), identityLens<A>()),
        { a: [[a, []], b], db: [da, db] },
      ),
  ]);
};

/** L-8, pentagon: (α⊗id);α;(id⊗α) ≡ α;α from (((a, b), c), d) to (a, (b, (c, d))) */
export const pentagon = <A>({ values: [a, b, c, d], changes: [da, db, dc, dd] }: Values<A>): Verdict =>
  sameLens(
    'L-8',
    'pentagon: (α⊗id);α;(id⊗α) against α;α',
    composeLenses(
      composeLenses(parallelLenses(associate<A, A, A>(), identityLens<A>()), associate<A, Two<A, A>, A>()),
      parallelLenses(identityLens<A>(), associate<A, A, A>()),
    ),
    composeLenses(associate<Two<A, A>, A, A>(), associate<A, A, Two<A, A>>()),
    { a: [[[a, b], c], d], db: [da, [db, [dc, dd]]] },
  );

/** L-9. σ;σ ≡ id; natural: (f⊗g);σ ≡ σ;(g⊗f); hexagon: α;σ;α ≡ (σ⊗id);α;(id⊗σ) */
export const symmetry = <A>(
  [f, g]: readonly [SimpleLens<A, A>, SimpleLens<A, A>],
  { values: [a, b, c], changes: [da, db, dc] }: Values<A>,
): Verdict =>
  every([
    () =>
      sameLens('L-9', 'σ;σ', composeLenses(swap<A, A>(), swap()), identityLens(), {
        a: [a, b],
        db: [da, db],
      }),
    () =>
      sameLens(
        'L-9',
        '(f⊗g);σ against σ;(g⊗f)',
        composeLenses(parallelLenses(f, g), swap<A, A>()),
        composeLenses(swap<A, A>(), parallelLenses(g, f)),
        { a: [a, b], db: [da, db] },
      ),
    () =>
      sameLens(
        'L-9',
        'hexagon: α;σ;α against (σ⊗id);α;(id⊗σ)',
        composeLenses(composeLenses(associate<A, A, A>(), swap<A, Two<A, A>>()), associate<A, A, A>()),
        composeLenses(
          composeLenses(parallelLenses(swap<A, A>(), identityLens<A>()), associate<A, A, A>()),
          parallelLenses(identityLens<A>(), swap<A, A>()),
        ),
        { a: [[a, b], c], db: [da, [db, dc]] },
      ),
  ]);
