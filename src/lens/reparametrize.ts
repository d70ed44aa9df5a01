/** Reparametrization: a lens put before the parameters. Sharing and freezing weights are two of these. */
import { fail, showShape } from '../error.js';
import { kinds, requireFunction, requireLayers, requireMade, showGiven } from '../require.js';
import type { Key } from '../operation/random.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leaves, leafPaths } from '../tree/tree.js';
import { addTrees, differentiate } from './differentiable.js';
import { evaluation } from './evaluation.js';
import type { SimpleLens } from './lens.js';
import type { Layer, Para, Parameters } from './para.js';

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
): Para<Q, A, B> => {
  requireMade('reparametrize', 'by', by, { kind: 'a reparametrization', methods: ['init'] });
  requireMade('reparametrize', 'by.lens', by.lens, kinds.lens);
  requireLayers('reparametrize', { f });
  return {
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
  };
};

/** Throws if the records differ in structure, shapes or dtypes. */
const requireAlike = (records: Parameters): void => {
  const [first, ...others] = records.map((record) => {
    const paths = leafPaths(record);
    return leaves<AnyTensor>(record)
      .map(({ dtype, shape }, i) => `${paths[i]?.join('.') ?? ''} ${dtype} ${showShape(shape)}`)
      .join(', ');
  });
  if (first === undefined)
    return fail({ operation: 'share', what: 'a layer without parameters', needed: 'at least one record' });
  const got = others.find((other) => other !== first);
  if (got !== undefined)
    fail({ operation: 'share', what: 'the uses take different parameters', got, needed: first });
};

/** What `share` demands of the uses: that each takes what the first takes. */
type Alike<P extends Parameters> = [P[number]] extends [P[0]]
  ? unknown
  : { readonly share: 'the uses take different parameters' };

/**
 * A composite of layers that share one record of parameters, however many they are; its gradient is the sum over all
 * uses. Throws at `init` if they take different parameters.
 *
 * @example
 * share(compose(dense(8, 8), dense(8, 8))); // one kernel and one bias, used twice
 */
export const share = <P extends Parameters, A, B>(f: Para<P, A, B> & Alike<P>): Layer<P[0], A, B> => {
  requireLayers('share', { f });
  const layer: Para<Parameters, A, B> = f;
  return reparametrize<readonly [P[0]], Parameters, A, B>(
    {
      size: 1,
      init: (key) => {
        const records = layer.init(key);
        requireAlike(records);
        return [records[0]];
      },
      lens: {
        // (r) ↦ (r, …, r) ⇒ dr = Σ dp
        run: ([r]) => [
          Array.from({ length: layer.size }, () => r),
          (changes) => [changes.reduce((sum, change) => addTrees(sum, change))],
        ],
      },
    },
    layer,
  );
};

/**
 * The layer with its parameters fixed: it has none to learn, nothing an update does reaches them, and it acts as
 * `evaluation(f)`, so that what it carries stays as it is.
 *
 * @example
 * sequential(freeze(pretrained, encoder), dense(64, 10));
 */
export const freeze = <P extends Parameters, A, B>(
  parameters: P,
  f: Para<P, A, B>,
): Para<readonly [], A, B> => {
  requireLayers('freeze', { f });
  const given: unknown = parameters;
  if (!Array.isArray(given) || given.length !== f.size)
    fail({
      operation: 'freeze',
      what: 'parameters of another layer',
      got: Array.isArray(given) ? `an array of ${given.length}` : showGiven(given),
      needed: `an array of ${f.size}`,
      hint: 'take those that the `init` of this layer makes, or that were learned of it',
    });
  return reparametrize(
    { size: 0, init: () => [], lens: { run: () => [parameters, () => []] } },
    evaluation(f),
  );
};

/** Parameters as a function of other parameters, its backward derived. */
export const reparametrization = <Q extends Parameters, P>(
  size: Q['length'],
  init: (key: Key) => Q,
  f: (q: Q) => P,
): Reparametrization<Q, P> => {
  requireFunction('reparametrization', 'init', init);
  requireFunction('reparametrization', 'f', f);
  return { size, init, lens: differentiate(f) };
};
