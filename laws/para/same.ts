/** When two parametric lenses are the same at a point: equal result, equal changes of parameters and argument. */
import { same } from '../base/compare.js';
import { bitwise, type Equality } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import { evaluate } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import type { Para, Parameters } from '../../src/lens/para.js';
import type { ParaOperations } from './para-operations.js';

export interface ParaPoint<P, A, B> {
  readonly p: P;
  readonly a: A;
  readonly w: B;
}

/** What a layer does at a point: its result, and the changes of parameters and argument. */
export interface Outcome<P, A, B> {
  readonly result: B;
  readonly parameters: P;
  readonly argument: A;
}

export const outcomeOf = <P extends Parameters, A, B>(
  f: Para<P, A, B>,
  { p, a, w }: ParaPoint<P, A, B>,
): Outcome<P, A, B> => {
  const [result, back] = f.run(p, a);
  const [parameters, argument] = back(w);
  return { result, parameters, argument };
};

export interface Comparison {
  /** What layers are put together with: the library's own unless other operations are under test. */
  readonly operations?: ParaOperations;
  readonly equality?: Equality;
  /** Both sides are computed on one backend, the reference unless another is given. */
  readonly backend?: Backend;
}

/** Whether two outcomes are equal when they are computed. */
export const sameOutcome = (
  law: string,
  subject: string,
  got: unknown,
  expected: unknown,
  { equality = bitwise, backend = reference() }: Comparison = {},
): Verdict =>
  same(equality, evaluate(got, { backend }), evaluate(expected, { backend }), {
    law,
    subject,
    what: `the two sides differ (${equality.name}, ${backend.name})`,
  });

/** Whether two layers of one kind of parameters are the same at a point. */
export const samePara = <P extends Parameters, A, B>(
  law: string,
  subject: string,
  got: Para<P, A, B>,
  expected: Para<P, A, B>,
  at: ParaPoint<P, A, B>,
  comparison?: Comparison,
): Verdict => sameOutcome(law, subject, outcomeOf(got, at), outcomeOf(expected, at), comparison);
