/** Categories as columns of which one is 1. */
import { fail } from '../../../error.js';
import { requireCount } from '../../../require.js';
import { type Fold, pure } from '../../../stream/fold.js';

/** What a record says of a category, where it says something. */
export type Category = string | number | boolean | null | undefined;

const columnsAt = (at: number, size: number): readonly number[] => {
  const columns: number[] = [];
  for (let i = 0; i < size; i++) columns.push(i === at ? 1 : 0);
  return columns;
};

const isMissing = (category: Category): category is null | undefined =>
  category === null || category === undefined;

/**
 * One column for each category of a list, and a last one for all others. What is missing is 0 in all of them. Throws
 * if a category is listed twice.
 *
 * @example
 * runFold(oneHot(['red', 'blue']), ['blue', 'green', null])[1]; // [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
 */
export const oneHot = (
  categories: readonly NonNullable<Category>[],
): Fold<null, Category, readonly number[]> => {
  const size = categories.length + 1;
  const places = new Map<Category, number>(categories.map((category, i) => [category, i]));
  if (places.size < categories.length)
    fail({
      operation: 'oneHot',
      what: 'a category is listed twice',
      got: categories.join(', '),
      needed: 'each category once',
    });
  return {
    ...pure((category) => columnsAt(isMissing(category) ? -1 : (places.get(category) ?? size - 1), size)),
    description: { oneHot: categories },
  };
};

/**
 * A column for each category as it first appears, up to `most`, and a last one for all that come later: so many columns
 * from the first record on. What is missing is 0 in all of them. The state is the list of categories, numbers and
 * words apart, NaN one of them. Throws if `most` is not a positive integer.
 *
 * @example
 * runFold(oneHotSeen(1), ['b', 'a', 'b'])[1]; // [[1, 0], [0, 1], [1, 0]]
 */
export const oneHotSeen = (
  most: number,
): Fold<readonly NonNullable<Category>[], Category, readonly number[]> => {
  requireCount('oneHotSeen', 'most', most);
  return {
    initial: [],
    description: { oneHotSeen: most },
    step: (seen, category) => {
      if (isMissing(category)) return [seen, columnsAt(-1, most + 1)];
      // As in `oneHot`: all NaN are one category.
      const at = Number.isNaN(category) ? seen.findIndex(Number.isNaN) : seen.indexOf(category);
      if (at >= 0) return [seen, columnsAt(at, most + 1)];
      return [seen.length < most ? [...seen, category] : seen, columnsAt(seen.length, most + 1)];
    },
  };
};
