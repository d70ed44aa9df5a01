/** From an equality to a verdict. */
import type { Equality } from './equality.js';
import { broken, holds, type Verdict } from './verdict.js';

/** What is compared, for the message. */
export interface Claim {
  readonly law: string;
  readonly subject: string;
  readonly what: string;
  readonly hint?: string;
}

/** Whether `got` is `expected` under an equality. */
export const same = (equality: Equality, got: unknown, expected: unknown, claim: Claim): Verdict => {
  const difference = equality.between(got, expected);
  return difference === undefined ? holds : broken({ ...claim, ...difference });
};
