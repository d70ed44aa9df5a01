/** One-hot encoding of categories. */
import { fail } from '../../../error.js';
import { requireCount } from '../../../require.js';
import { type Fold, pure } from '../../../stream/fold.js';

/** A category, which may be missing. */
export type Category = string | number | boolean | null | undefined;

const columnsAt = (at: number, size: number): readonly number[] => {
  const columns: number[] = [];
  for (let i = 0; i < size; i++) columns.push(i === at ? 1 : 0);
  return columns;
};

const isMissing = (category: Category): category is null | undefined =>
  category === null || category === undefined;

/**
 * One-hot encoding with one column for each category of a list, and a last one for all others. A missing category is 0
 * in all columns. Throws if a category is listed twice.
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
 * One-hot encoding with a column for each category in the order of appearance, up to `most`, and a last one for all
 * later ones. The number of columns is `most` + 1 from the first record on. A missing category is 0 in all columns. The
 * state is the list of categories; numbers and strings differ, and NaN is a category. Throws if `most` is not a
 * positive integer.
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
      // As in `oneHot`, all NaN are one category.
      const at = Number.isNaN(category) ? seen.findIndex(Number.isNaN) : seen.indexOf(category);
      if (at >= 0) return [seen, columnsAt(at, most + 1)];
      return [seen.length < most ? [...seen, category] : seen, columnsAt(seen.length, most + 1)];
    },
  };
};
