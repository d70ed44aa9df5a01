/** A part of a model under a name. */
import { fail } from '../error.js';
import { requireLayers, requireText } from '../require.js';
import { CARRIED } from './differentiable.js';
import { evaluation } from './evaluation.js';
import { located } from './locate.js';
import { parameterPaths } from './parameters.js';
import type { Para, Parameters } from './para.js';

/**
 * The same part under a name: its parameters are in a record of that name, and the name is in the paths of
 * its parameters and mistakes. Throws at `init` where two parts beside each other inside have one name.
 *
 * @example
 * sequential(named('encoder', dense(784, 64)), named('decoder', dense(64, 784)));
 */
export const named = <const N extends string, P extends Parameters, A, B>(
  name: N,
  f: Para<P, A, B>,
): Para<readonly [{ readonly [K in N]: P }], A, B> => {
  requireText('named', 'name', name);
  requireLayers('named', { f });
  if (name === CARRIED)
    fail({
      operation: 'named',
      what: 'a name that is taken',
      got: `'${name}'`,
      needed: 'another name',
      hint: 'under it stands what a layer carries from step to step',
    });
  const inner = located(name, f);
  // A record of one computed key: the type of the key is lost on the way and put back here.
  const wrap = (p: P): readonly [{ readonly [K in N]: P }] => [{ [name]: p } as { readonly [K in N]: P }];
  return {
    size: 1,
    init: (key) => {
      const parameters = inner.init(key);
      parameterPaths(parameters);
      return wrap(parameters);
    },
    run: ([record], a) => {
      const [b, back] = inner.run(record[name], a);
      return [
        b,
        (db) => {
          const [dp, da] = back(db);
          return [wrap(dp), da];
        },
      ];
    },
    evaluation: () => named(name, evaluation(f)),
  };
};
