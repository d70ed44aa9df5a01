/** What copies and forgets, as one value: the axioms can be asked of others as well. */
import { copy, projectFirst, projectSecond } from '../../src/lens/cartesian.js';

export interface CartesianOperations {
  readonly copy: typeof copy;
  readonly projectFirst: typeof projectFirst;
  readonly projectSecond: typeof projectSecond;
}

/** The library's own. */
export const cartesian: CartesianOperations = { copy, projectFirst, projectSecond };
