/** Checks whether a state belongs to this learner: to the same model and the same update. */
import { fail, showShape } from '../error.js';
import { sameShape } from '../tensor/shape.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leafPaths, leaves, sameStructure } from '../tree/tree.js';

/** A short list of the paths that are in one tree only. */
const placesIn = (paths: readonly string[], others: ReadonlySet<string>): string => {
  const own = paths.filter((path) => !others.has(path));
  const shown = own.slice(0, 3).join(', ');
  if (own.length === 0) return 'nothing else';
  return own.length > 3 ? `${shown} and ${own.length - 3} more` : shown;
};

const pathsIn = (tree: unknown): readonly string[] => leafPaths(tree).map((path) => path.join('.'));

/** Throws if two trees have different paths, or different shapes there; dtypes may differ. */
export const requireAlike = (what: string, got: unknown, needed: unknown, hint: string): void => {
  const operation = 'learner';
  if (!sameStructure(got, needed)) {
    const [paths, expected] = [pathsIn(got), pathsIn(needed)];
    if (paths.length !== expected.length || paths.some((path, i) => path !== expected[i]))
      fail({
        operation,
        what,
        got: placesIn(paths, new Set(expected)),
        needed: placesIn(expected, new Set(paths)),
        hint,
      });
  }
  const shapes = leaves<AnyTensor>(needed);
  for (const [i, { shape }] of leaves<AnyTensor>(got).entries()) {
    const like = shapes[i]?.shape ?? shape;
    if (!sameShape(shape, like))
      fail({
        operation,
        what,
        got: `${pathsIn(got)[i]} ${showShape(shape)}`,
        needed: `${pathsIn(needed)[i]} ${showShape(like)}`,
        hint,
      });
  }
};
