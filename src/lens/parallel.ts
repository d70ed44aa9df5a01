/** Layers side by side: on a pair of arguments, or on a shared argument. */
import { requireLayers } from '../require.js';
import { addTrees } from './cartesian.js';
import { located } from './locate.js';
import { joined, splitAt } from './parameters.js';
import type { Buffers, Para, Parameters } from './para.js';

/** (a, c) ↦ (f a, g c); in paths `f` is 0 and `g` is 1. */
export const parallel = <
  P extends Parameters,
  A,
  B,
  Q extends Parameters,
  C,
  D,
  S extends Buffers,
  T extends Buffers,
>(
  f: Para<P, A, B, S>,
  g: Para<Q, C, D, T>,
): Para<readonly [...P, ...Q], readonly [A, C], readonly [B, D], readonly [...S, ...T]> => {
  requireLayers('parallel', { f, g });
  return sideBySide(located('0', f), located('1', g));
};

const sideBySide = <
  P extends Parameters,
  A,
  B,
  Q extends Parameters,
  C,
  D,
  S extends Buffers,
  T extends Buffers,
>(
  f: Para<P, A, B, S>,
  g: Para<Q, C, D, T>,
): Para<readonly [...P, ...Q], readonly [A, C], readonly [B, D], readonly [...S, ...T]> => ({
  size: f.size + g.size,
  init: (key) => joined(f, g, key),
  buffers: {
    size: f.buffers.size + g.buffers.size,
    init: (key) => joined(f.buffers, g.buffers, key),
  },
  run: (parameters, [a, c], ...buffers) => {
    const [p, q] = splitAt<P, Q>(parameters, f.size);
    const [s, t] = splitAt<S, T>(buffers, f.buffers.size);
    const [b, backF, ...nextF] = f.run(p, a, ...s);
    const [d, backG, ...nextG] = g.run(q, c, ...t);
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
      ...nextF,
      ...nextG,
    ];
  },
  evaluation: (...buffers) => {
    const [s, t] = splitAt<S, T>(buffers, f.buffers.size);
    return sideBySide(f.evaluation(...s), g.evaluation(...t));
  },
});

/** a ↦ (f a, g a), da + da′ ↤: the gradients of the argument are added. */
export const fanOut = <
  P extends Parameters,
  A,
  B,
  Q extends Parameters,
  C,
  S extends Buffers,
  T extends Buffers,
>(
  f: Para<P, A, B, S>,
  g: Para<Q, A, C, T>,
): Para<readonly [...P, ...Q], A, readonly [B, C], readonly [...S, ...T]> => {
  requireLayers('fanOut', { f, g });
  return copied(parallel(f, g));
};

/** First a ↦ (a, a), then the layer of both. */
const copied = <P extends Parameters, A, B, S extends Buffers>(
  both: Para<P, readonly [A, A], B, S>,
): Para<P, A, B, S> => ({
  size: both.size,
  init: (key) => both.init(key),
  buffers: both.buffers,
  run: (p, a, ...s) => {
    const [b, back, ...next] = both.run(p, [a, a], ...s);
    return [
      b,
      (db) => {
        const [dp, [first, second]] = back(db);
        return [dp, addTrees(first, second)];
      },
      ...next,
    ];
  },
  evaluation: (...s) => copied(both.evaluation(...s)),
});
