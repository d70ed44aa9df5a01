/** Reparametrization: a lens put before the parameters. Sharing and freezing weights are two of these. */
import type { Key } from '../operation/random.js';
import { copy, differentiate } from './differentiable.js';
import { evaluation } from './evaluation.js';
import type { SimpleLens } from './lens.js';
import type { Para, Parameters } from './para.js';

/** Where parameters come from: other parameters, through a lens. */
export interface Reparametrization<Q extends Parameters, P> {
  readonly size: Q['length'];
  readonly init: (key: Key) => Q;
  readonly lens: SimpleLens<Q, P>;
}

/**
 * The layer whose parameters are those of `f` through a lens: p = r(q), dq = r*(dp).
 *
 * @example
 * const exponential = differentiate(([{ log }]: readonly [{ log: Tensor<[]> }]) => [{ factor: exp(log) }] as const);
 * reparametrize({ size: 1, init, lens: exponential }, scale);
 */
export const reparametrize = <Q extends Parameters, P extends Parameters, A, B>(
  by: Reparametrization<Q, P>,
  f: Para<P, A, B>,
): Para<Q, A, B> => ({
  size: by.size,
  init: by.init,
  run: (q, a) => {
    const [p, backLens] = by.lens.run(q);
    const [b, back] = f.run(p, a);
    return [
      b,
      (db) => {
        const [dp, da] = back(db);
        return [backLens(dp), da];
      },
    ];
  },
  evaluation: () => reparametrize(by, evaluation(f)),
});

/**
 * A composite of two layers that share one record of parameters; its gradient is the sum over both uses.
 *
 * @example
 * share(compose(dense(8, 8), dense(8, 8))); // one kernel and one bias, used twice
 */
export const share = <R, A, B>(f: Para<readonly [R, R], A, B>): Para<readonly [R], A, B> =>
  reparametrize<readonly [R], readonly [R, R], A, B>(
    {
      size: 1,
      init: (key) => [f.init(key)[0]],
      lens: {
        run: ([r]) => {
          const [pair, back] = copy<R>().run(r);
          return [pair, (changes) => [back(changes)]];
        },
      },
    },
    f,
  );

/**
 * The layer with its parameters fixed: it has none to learn, and nothing an update does reaches them.
 *
 * @example
 * sequential(freeze(pretrained, encoder), dense(64, 10));
 */
export const freeze = <P extends Parameters, A, B>(
  parameters: P,
  f: Para<P, A, B>,
): Para<readonly [], A, B> =>
  reparametrize({ size: 0, init: () => [], lens: { run: () => [parameters, () => []] } }, f);

/** Parameters as a function of other parameters, its backward derived. */
export const reparametrization = <Q extends Parameters, P>(
  size: Q['length'],
  init: (key: Key) => Q,
  f: (q: Q) => P,
): Reparametrization<Q, P> => ({ size, init, lens: differentiate(f) });
