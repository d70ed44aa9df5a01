/** L-4, L-5, L-6: the residual form, in which a lens is run once and gone back as often as wanted. All ≡. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { backward, forward, type Lens } from '../../src/lens/lens.js';
import type { LensPoint } from './category.js';

/** L-4. run(a) = [b, k] ⇒ b ≡ get(a), k(db) ≡ put(a, db) */
export const residualForm = <A, DA, B, DB>(f: Lens<A, DA, B, DB>, { a, db }: LensPoint<A, DB>): Verdict => {
  const [b, back] = f.run(a);
  const claim = { law: 'L-4', subject: 'lens' } as const;
  return every([
    () => same(bitwise, b, forward(f)(a), { ...claim, what: 'run and get differ' }),
    () => same(bitwise, back(db), backward(f)(a, db), { ...claim, what: 'run and put differ' }),
  ]);
};

/** L-5. k(w); k(w₂); k(w) gives the first answer again, and so it does after a run at another argument. */
export const reentrantLens = <A, DA, B, DB>(
  f: Lens<A, DA, B, DB>,
  { a, db }: LensPoint<A, DB>,
  other: DB,
  elsewhere = a,
): Verdict => {
  const [, back] = f.run(a);
  const first = structuredClone(back(db));
  back(other);
  f.run(elsewhere);
  return same(bitwise, back(db), first, {
    law: 'L-5',
    subject: 'lens',
    what: 'the second time the way back gives another answer',
    hint: 'the residual is used up, written to or shared between runs',
  });
};

/** L-6. get and put leave their arguments as they were. Of plain data, which can be copied. */
export const pureLens = <A, DA, B, DB>(f: Lens<A, DA, B, DB>, { a, db }: LensPoint<A, DB>): Verdict => {
  const before = structuredClone({ a, db });
  const [, back] = f.run(a);
  back(db);
  return same(bitwise, { a, db }, before, {
    law: 'L-6',
    subject: 'lens',
    what: 'an argument has been written to',
  });
};
