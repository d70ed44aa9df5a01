/** What is to be a number of something. */
import { fail } from '../error.js';

/** Throws where `got` is no whole number, or below `least`. */
export const requireCount = (operation: string, what: string, got: number, least = 1): void => {
  if (!(Number.isInteger(got) && got >= least))
    fail({ operation, what, got: String(got), needed: `a whole number ≥ ${least}` });
};
