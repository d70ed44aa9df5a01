/** Composition of parametric lenses: one after the other, parameters concatenated. */
import { evaluation } from './evaluation.js';
import { joined, splitAt } from './parameters.js';
import type { Para, Parameters } from './para.js';

/** First `f`, then `g`. Each runs forward once; the way back is each one's own, in reverse. */
export const compose = <P extends Parameters, A, B, Q extends Parameters, C>(
  f: Para<P, A, B>,
  g: Para<Q, B, C>,
): Para<readonly [...P, ...Q], A, C> => ({
  size: f.size + g.size,
  init: (key) => joined(f, g, key),
  run: (parameters, a) => {
    const [p, q] = splitAt<P, Q>(parameters, f.size);
    const [b, backF] = f.run(p, a);
    const [c, backG] = g.run(q, b);
    return [
      c,
      (dc) => {
        const [dq, db] = backG(dc);
        const [dp, da] = backF(db);
        return [[...dp, ...dq], da];
      },
    ];
  },
  evaluation: () => compose(evaluation(f), evaluation(g)),
});

/**
 * Composition with the layer before it left out, for `pipe`.
 *
 * @example
 * pipe(dense(784, 512), andThen(relu()), andThen(dense(512, 10)));
 */
export const andThen =
  <B, Q extends Parameters, C>(g: Para<Q, B, C>) =>
  <P extends Parameters, A>(f: Para<P, A, B>): Para<readonly [...P, ...Q], A, C> =>
    compose(f, g);
