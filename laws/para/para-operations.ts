/** What layers are put together with, as one value: the laws can be asked of others as well. */
import { rematerialize } from '../../src/lens/rematerialize.js';
import { compose } from '../../src/lens/compose.js';
import { swap } from '../../src/lens/lens.js';
import { identity, lift, type Para } from '../../src/lens/para.js';
import { parallel } from '../../src/lens/parallel.js';

import { freeze, reparametrize, share } from '../../src/lens/reparametrize.js';

export interface ParaOperations {
  readonly identity: typeof identity;
  readonly compose: typeof compose;
  readonly parallel: typeof parallel;
  readonly lift: typeof lift;
  readonly reparametrize: typeof reparametrize;
  readonly share: <R, A, B>(f: Para<readonly [R, R], A, B>) => Para<readonly [R], A, B>;
  readonly freeze: typeof freeze;
  readonly rematerialize: typeof rematerialize;
  /** Exchanges parameters and argument. */
  readonly swap: typeof swap;
}

/** The library's own. */
export const paras: ParaOperations = {
  identity,
  compose,
  parallel,
  lift,
  reparametrize,
  share,
  freeze,
  rematerialize,
  swap,
};
