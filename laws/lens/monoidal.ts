/** L-7, L-8, L-9: side by side, lenses are a symmetric monoidal category. All ≡, on get and on put. */
import { every, type Verdict } from '../base/verdict.js';
import type { SimpleLens, Lens, Unit } from '../../src/lens/lens.js';
import { type LensPoint, sameLens } from './category.js';
import { type LensCategory, lenses } from './lens-category.js';

type Two<A, B> = readonly [A, B];

/** L-7. id⊗id ≡ id, and (f;g)⊗(h;k) ≡ (f⊗h);(g⊗k) */
export const interchange = <A, DA, B, DB, C, DC, D, DD, E, DE, F, DF>(
  f: Lens<A, DA, B, DB>,
  g: Lens<B, DB, C, DC>,
  h: Lens<D, DD, E, DE>,
  k: Lens<E, DE, F, DF>,
  at: LensPoint<Two<A, D>, Two<DC, DF>>,
  { compose, identity, parallel }: LensCategory = lenses,
): Verdict => {
  const identities: SimpleLens<Two<DC, DF>, Two<DC, DF>> = parallel(identity<DC>(), identity<DF>());
  return every([
    () => sameLens('L-7', 'id⊗id against id', identities, identity(), { a: at.db, db: at.db }),
    () =>
      sameLens(
        'L-7',
        '(f;g)⊗(h;k) against (f⊗h);(g⊗k)',
        parallel(compose(f, g), compose(h, k)),
        compose(parallel(f, h), parallel(g, k)),
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
  { associate, compose, identity, parallel, unassociate }: LensCategory = lenses,
): Verdict => {
  const left = { a: [[a, b], c], db: [[da, db], dc] } as const;
  const right = { a: [a, [b, c]], db: [da, [db, dc]] } as const;
  return every([
    () => sameLens('L-8', 'α;α⁻¹', compose(associate<A, A, A>(), unassociate()), identity(), left),
    () => sameLens('L-8', 'α⁻¹;α', compose(unassociate<A, A, A>(), associate()), identity(), right),
    () =>
      sameLens(
        'L-8',
        'α is natural',
        compose(parallel(parallel(f, g), h), associate<A, A, A>()),
        compose(associate<A, A, A>(), parallel(f, parallel(g, h))),
        { a: left.a, db: right.db },
      ),
  ]);
};

/** L-8, the units: λ and ρ are natural and invertible; triangle: α;(id⊗λ) ≡ ρ⊗id */
export const units = <A>(
  f: SimpleLens<A, A>,
  { values: [a, b], changes: [da, db] }: Values<A>,
  { associate, compose, identity, leftUnit, parallel, rightUnit }: LensCategory = lenses,
): Verdict => {
  const unit = identity<Unit>();
  return every([
    () =>
      sameLens('L-8', 'λ is natural', compose(parallel(unit, f), leftUnit<A>()), compose(leftUnit<A>(), f), {
        a: [[], a],
        db: da,
      }),
    () =>
      sameLens(
        'L-8',
        'ρ is natural',
        compose(parallel(f, unit), rightUnit<A>()),
        compose(rightUnit<A>(), f),
        { a: [a, []], db: da },
      ),
    () =>
      sameLens<Two<Two<A, Unit>, A>, Two<Two<A, Unit>, A>, Two<A, A>, Two<A, A>>(
        'L-8',
        'triangle: α;(id⊗λ) against ρ⊗id',
        compose(associate<A, Unit, A>(), parallel(identity<A>(), leftUnit<A>())),
        parallel(rightUnit<A>(), identity<A>()),
        { a: [[a, []], b], db: [da, db] },
      ),
  ]);
};

/** L-8, pentagon: (α⊗id);α;(id⊗α) ≡ α;α from (((a, b), c), d) to (a, (b, (c, d))) */
export const pentagon = <A>(
  { values: [a, b, c, d], changes: [da, db, dc, dd] }: Values<A>,
  { associate, compose, identity, parallel }: LensCategory = lenses,
): Verdict =>
  sameLens(
    'L-8',
    'pentagon: (α⊗id);α;(id⊗α) against α;α',
    compose(
      compose(parallel(associate<A, A, A>(), identity<A>()), associate<A, Two<A, A>, A>()),
      parallel(identity<A>(), associate<A, A, A>()),
    ),
    compose(associate<Two<A, A>, A, A>(), associate<A, A, Two<A, A>>()),
    { a: [[[a, b], c], d], db: [da, [db, [dc, dd]]] },
  );

/** L-9. σ;σ ≡ id; natural: (f⊗g);σ ≡ σ;(g⊗f); hexagon: α;σ;α ≡ (σ⊗id);α;(id⊗σ) */
export const symmetry = <A>(
  [f, g]: readonly [SimpleLens<A, A>, SimpleLens<A, A>],
  { values: [a, b, c], changes: [da, db, dc] }: Values<A>,
  { associate, compose, identity, parallel, swap }: LensCategory = lenses,
): Verdict =>
  every([
    () =>
      sameLens('L-9', 'σ;σ', compose(swap<A, A>(), swap()), identity(), {
        a: [a, b],
        db: [da, db],
      }),
    () =>
      sameLens(
        'L-9',
        '(f⊗g);σ against σ;(g⊗f)',
        compose(parallel(f, g), swap<A, A>()),
        compose(swap<A, A>(), parallel(g, f)),
        { a: [a, b], db: [da, db] },
      ),
    () =>
      sameLens(
        'L-9',
        'hexagon: α;σ;α against (σ⊗id);α;(id⊗σ)',
        compose(compose(associate<A, A, A>(), swap<A, Two<A, A>>()), associate<A, A, A>()),
        compose(
          compose(parallel(swap<A, A>(), identity<A>()), associate<A, A, A>()),
          parallel(identity<A>(), swap<A, A>()),
        ),
        { a: [[a, b], c], db: [da, [db, dc]] },
      ),
  ]);
