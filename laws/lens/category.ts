/**
 * L-1, L-2, L-3: lenses are a category. All ≡, on get and on put, and of lenses whose put is arbitrary.
 *
 * L-10, no laws, and never to be demanded: GetPut, PutGet and PutPut, since these lenses are no accessors; that
 * copying is natural for every lens (it is for derivative ones: RD.2); a terminal object.
 */
import { same } from '../base/compare.js';
import { bitwise, type Equality } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { backward, forward, type Lens } from '../../src/lens/lens.js';
import { type LensCategory, lenses } from './lens-category.js';

/** Where two lenses are compared. */
export interface LensPoint<A, DB> {
  readonly a: A;
  readonly db: DB;
}

/** Two lenses are the same at a point: equal get, equal put. */
export const sameLens = <A, DA, B, DB>(
  law: string,
  what: string,
  got: Lens<A, DA, B, DB>,
  expected: Lens<A, DA, B, DB>,
  { a, db }: LensPoint<A, DB>,
  equality: Equality = bitwise,
): Verdict => {
  const [b, back] = got.run(a);
  const [wantedB, wantedBack] = expected.run(a);
  return every([
    () => same(equality, b, wantedB, { law, subject: what, what: 'get differs' }),
    () => same(equality, back(db), wantedBack(db), { law, subject: what, what: 'put differs' }),
  ]);
};

/** L-1. id;f ≡ f ≡ f;id */
export const identityLaw = <A, DA, B, DB>(
  f: Lens<A, DA, B, DB>,
  at: LensPoint<A, DB>,
  { compose, identity }: LensCategory = lenses,
): Verdict =>
  every([
    () => sameLens('L-1', 'id;f', compose(identity<A, DA>(), f), f, at),
    () => sameLens('L-1', 'f;id', compose(f, identity<B, DB>()), f, at),
  ]);

/** L-2. (f;g);h ≡ f;(g;h) */
export const associativity = <A, DA, B, DB, C, DC, D, DD>(
  f: Lens<A, DA, B, DB>,
  g: Lens<B, DB, C, DC>,
  h: Lens<C, DC, D, DD>,
  at: LensPoint<A, DD>,
  { compose }: LensCategory = lenses,
): Verdict =>
  sameLens('L-2', '(f;g);h against f;(g;h)', compose(compose(f, g), h), compose(f, compose(g, h)), at);

/** L-3. get(f;g) = get g ∘ get f, put(f;g)(a, dc) = put f(a, put g(get f a, dc)) */
export const composition = <A, DA, B, DB, C, DC>(
  f: Lens<A, DA, B, DB>,
  g: Lens<B, DB, C, DC>,
  { a, db: dc }: LensPoint<A, DC>,
  { compose }: LensCategory = lenses,
): Verdict => {
  const both = compose(f, g);
  const middle = forward(f)(a);
  const claim = { law: 'L-3', subject: 'f;g' } as const;
  return every([
    () => same(bitwise, forward(both)(a), forward(g)(middle), { ...claim, what: 'get is not get g ∘ get f' }),
    () =>
      same(bitwise, backward(both)(a, dc), backward(f)(a, backward(g)(middle, dc)), {
        ...claim,
        what: 'put is not put f after put g at f(a)',
        hint: 'a residual of another argument, or puts in the wrong order',
      }),
  ]);
};
