/** From records to columns of numbers, the input of a model. */
import {
  type ArgumentOf,
  descriptionsOf,
  type FoldsByName,
  initialOf,
  type StatesOf,
  stepsOf,
} from '../fold.js';
import { type Fold, pure } from '../../../stream/fold.js';
import { ownOf, setOwn } from '../../../tree/tree.js';
import type { Maybe } from './missing.js';

/** Folds whose results are columns: one number or several. */
export interface ColumnsByName extends FoldsByName {
  readonly [name: string]: {
    readonly initial: FoldsByName[string]['initial'];
    readonly step: (
      state: never,
      a: never,
    ) => readonly [FoldsByName[string]['initial'], number | readonly number[]];
  };
}

/**
 * The columns of several folds over the same record, concatenated in the order of their names in the object.
 *
 * @example
 * const features = columns({
 *   size: pipeFold(fieldsOf('height', 'width'), standardize()),
 *   color: pipeFold(pure(({ color }: { color: string }) => color), oneHot(['red', 'blue'])),
 * });
 * runFold(features, [{ height: 2, width: 3, color: 'red' }])[1]; // [[0, 0, 1, 0, 0]]
 */
export const columns = <F extends ColumnsByName>(
  parts: F,
): Fold<StatesOf<F>, ArgumentOf<F>, readonly number[]> => {
  const steps = stepsOf(parts);
  return {
    initial: initialOf(parts),
    description: { columns: descriptionsOf(parts) },
    step: (state, a) => {
      const states: Record<string, FoldsByName[string]['initial']> = {};
      const row: number[] = [];
      for (const [name, step] of steps) {
        const [next, made] = step(ownOf(state, name) ?? null, a);
        setOwn(states, name, next);
        // The types of the parts state that these are columns.
        if (typeof made === 'number') row.push(made);
        else for (const column of made as readonly number[]) row.push(column);
      }
      return [states as StatesOf<F>, row];
    },
  };
};

/**
 * The fields of a record as columns, in the given order.
 *
 * @example
 * runFold(fieldsOf('x', 'y'), [{ y: 2, x: 1 }])[1]; // [[1, 2]]
 */
export const fieldsOf = <N extends string, V extends Maybe = number>(
  ...names: readonly N[]
): Fold<null, { readonly [K in N]: V }, readonly V[]> => ({
  ...pure((record) => {
    const row: V[] = [];
    for (const name of names) row.push(record[name]);
    return row;
  }),
  description: { fieldsOf: names },
});
