/** B-6: a function called on tensors and evaluated is the function compiled. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import { compile } from '../../src/backend/compile.js';
import { evaluate } from '../../src/backend/evaluate.js';

/**
 * B-6. Eager ≡ compiled, on one backend: evaluate(f(a)) ≡ evaluate(compile(f)(a)), where the one may know the
 * numbers of `a` when it is simplified and the other not
 */
export const eagerAsCompiled = <A, B>(name: string, f: (a: A) => B, a: A, backend: Backend): Verdict =>
  same(bitwise, evaluate(compile(f, { backend })(a), { backend }), evaluate(f(a), { backend }), {
    law: 'B-6',
    subject: `${name} (${backend.name})`,
    what: 'compiled gives another result than evaluated at once',
    hint: 'a rewrite that knows a number changes bits: it folds, drops a zero, or rounds otherwise',
  });
