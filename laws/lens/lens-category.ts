/** What makes lenses a symmetric monoidal category, as one value: the laws can be asked of others as well. */
import {
  associate,
  composeLenses,
  identityLens,
  leftUnit,
  parallelLenses,
  rightUnit,
  swap,
  unassociate,
} from '../../src/lens/lens.js';

export interface LensCategory {
  readonly identity: typeof identityLens;
  readonly compose: typeof composeLenses;
  readonly parallel: typeof parallelLenses;
  readonly swap: typeof swap;
  readonly associate: typeof associate;
  readonly unassociate: typeof unassociate;
  readonly leftUnit: typeof leftUnit;
  readonly rightUnit: typeof rightUnit;
}

/** The library's own. */
export const lenses: LensCategory = {
  identity: identityLens,
  compose: composeLenses,
  parallel: parallelLenses,
  swap,
  associate,
  unassociate,
  leftUnit,
  rightUnit,
};
