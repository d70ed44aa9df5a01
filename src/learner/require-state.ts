/** Whether a state is one of this learner: of the same model, and kept by the same update. */
import { fail, showShape } from '../error.js';
import { sameShape } from '../tensor/shape.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leafPaths, leaves } from '../tree/tree.js';

/** The first places that are in one tree alone, in few words. */
const placesIn = (paths: readonly string[], others: ReadonlySet<string>): string => {
  const own = paths.filter((path) => !others.has(path));
  const shown = own.slice(0, 3).join(', ');
  if (own.length === 0) return 'nothing else';
  return own.length > 3 ? `${shown} and ${own.length - 3} more` : shown;
};

/** Throws if a tree has other places than another, or tensors of other shapes there; dtypes may differ. */
export const requireAlike = (what: string, got: unknown, needed: unknown, hint: string): void => {
  const [paths, wanted] = [got, needed].map((tree) => leafPaths(tree).map((path) => path.join('.')));
  if (paths === undefined || wanted === undefined) return;
  const operation = 'learner';
  if (paths.length !== wanted.length || paths.some((path, i) => path !== wanted[i]))
    fail({
      operation,
      what,
      got: placesIn(paths, new Set(wanted)),
      needed: placesIn(wanted, new Set(paths)),
      hint,
    });
  const shapes = leaves<AnyTensor>(needed);
  for (const [i, { shape }] of leaves<AnyTensor>(got).entries()) {
    const like = shapes[i]?.shape ?? shape;
    if (!sameShape(shape, like))
      fail({
        operation,
        what,
        got: `${paths[i]} ${showShape(shape)}`,
        needed: `${wanted[i]} ${showShape(like)}`,
        hint,
      });
  }
};
