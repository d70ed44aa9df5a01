/** When two parametric lenses are the same at a point: equal result, next buffers, and changes of parameters and argument. */
import { same } from '../base/compare.js';
import { bitwise, type Equality } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import { evaluate } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import type { Buffers, Para, Parameters } from '../../src/lens/para.js';
import type { ParaOperations } from './para-operations.js';

export interface ParaPoint<P, A, B, S = Buffers> {
  readonly p: P;
  readonly a: A;
  /** The change of the result. */
  readonly w: B;
  readonly s: S;
}

/** What a layer does at a point: its result, the changes of parameters and argument, and the next buffers. */
export interface Outcome<P, A, B> {
  readonly result: B;
  readonly parameters: P;
  readonly argument: A;
  readonly buffers: Buffers;
}

export const outcomeOf = <P extends Parameters, A, B, S extends Buffers>(
  f: Para<P, A, B, S>,
  { p, a, w, s }: ParaPoint<P, A, B, S>,
): Outcome<P, A, B> => {
  const [result, back, ...buffers] = f.run(p, a, ...s);
  const [parameters, argument] = back(w);
  return { result, parameters, argument, buffers };
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
export const samePara = <P extends Parameters, A, B, S extends Buffers>(
  law: string,
  subject: string,
  got: Para<P, A, B, S>,
  expected: Para<P, A, B, S>,
  at: ParaPoint<P, A, B, S>,
  comparison?: Comparison,
): Verdict => sameOutcome(law, subject, outcomeOf(got, at), outcomeOf(expected, at), comparison);
