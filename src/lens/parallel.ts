/** Parametric lenses side by side: on a pair of arguments, or on one argument for both. */
import { requireLayers } from '../require.js';
import { addTrees } from './differentiable.js';
import { evaluation } from './evaluation.js';
import { located } from './locate.js';
import { joined, splitAt } from './parameters.js';
import type { Para, Parameters } from './para.js';

/** (a, c) ↦ (f a, g c); in paths `f` is 0 and `g` is 1. */
export const parallel = <P extends Parameters, A, B, Q extends Parameters, C, D>(
  f: Para<P, A, B>,
  g: Para<Q, C, D>,
): Para<readonly [...P, ...Q], readonly [A, C], readonly [B, D]> => {
  requireLayers('parallel', { f, g });
  return sideBySide(located('0', f), located('1', g));
};

const sideBySide = <P extends Parameters, A, B, Q extends Parameters, C, D>(
  f: Para<P, A, B>,
  g: Para<Q, C, D>,
): Para<readonly [...P, ...Q], readonly [A, C], readonly [B, D]> => ({
  size: f.size + g.size,
  init: (key) => joined(f, g, key),
  run: (parameters, [a, c]) => {
    const [p, q] = splitAt<P, Q>(parameters, f.size);
    const [b, backF] = f.run(p, a);
    const [d, backG] = g.run(q, c);
    return [
      [b, d],
      ([db, dd]) => {
        const [dp, da] = backF(db);
        const [dq, dc] = backG(dd);
        return [
          [...dp, ...dq],
          [da, dc],
        ];
      },
    ];
  },
  evaluation: () => sideBySide(evaluation(f), evaluation(g)),
});

/** a ↦ (f a, g a), da + da′ ↤: the argument's changes are added. */
export const fanOut = <P extends Parameters, A, B, Q extends Parameters, C>(
  f: Para<P, A, B>,
  g: Para<Q, A, C>,
): Para<readonly [...P, ...Q], A, readonly [B, C]> => {
  requireLayers('fanOut', { f, g });
  const both = parallel(f, g);
  return {
    size: both.size,
    init: (key) => both.init(key),
    run: (p, a) => {
      const [b, back] = both.run(p, [a, a]);
      return [
        b,
        (db) => {
          const [dp, [first, second]] = back(db);
          return [dp, addTrees(first, second)];
        },
      ];
    },
    evaluation: () => fanOut(evaluation(f), evaluation(g)),
  };
};
