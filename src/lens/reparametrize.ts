/** Reparametrization: a lens before the parameters. Weight sharing and freezing are examples. */
import { fail, showShape } from '../error.js';
import { kinds, requireCount, requireFunction, requireLayers, requireMade, showGiven } from '../require.js';
import type { Key } from '../operation/random.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leaves, leafPaths } from '../tree/tree.js';
import { addTrees } from './cartesian.js';
import { type AnyPara, inOrder } from './composite.js';
import { differentiate } from './differentiable.js';
import type { SimpleLens } from './lens.js';
import type { Buffers, Initial, Para, Parameters } from './para.js';
import type { Repeated } from './sequential.js';

/** Computes parameters from other parameters, through a lens. */
export interface Reparametrization<Q extends Parameters, P> extends Initial<Q> {
  readonly lens: SimpleLens<Q, P>;
}

/**
 * A layer whose parameters q are mapped by a lens to those of `f`: p = r(q), dq = r*(dp).
 *
 * @example
 * const exponential = differentiate(([{ log }]: readonly [{ log: Tensor<[]> }]) => [{ factor: exp(log) }] as const);
 * reparametrize({ size: 1, init, lens: exponential }, scale);
 */
export const reparametrize = <Q extends Parameters, P extends Parameters, A, B, S extends Buffers>(
  by: Reparametrization<Q, P>,
  f: Para<P, A, B, S>,
): Para<Q, A, B, S> => {
  requireMade('reparametrize', 'by', by, { kind: 'a reparametrization', methods: ['init'] });
  requireMade('reparametrize', 'by.lens', by.lens, kinds.lens);
  requireLayers('reparametrize', { f });
  return {
    size: by.size,
    init: (key) => by.init(key),
    buffers: f.buffers,
    run: (q, a, ...s) => {
      const [p, backLens] = by.lens.run(q);
      const [b, back, ...next] = f.run(p, a, ...s);
      return [
        b,
        (db) => {
          const [dp, da] = back(db);
          return [backLens(dp), da];
        },
        ...next,
      ];
    },
    evaluation: (...s) => reparametrize(by, f.evaluation(...s)),
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
    return fail({
      operation: 'share',
      what: 'the layer has no parameters to share',
      needed: 'at least one record',
    });
  const got = others.find((other) => other !== first);
  if (got !== undefined)
    fail({ operation: 'share', what: 'the uses have different parameters', got, needed: first });
};

/** The type-level check of `share`: all uses have the parameters of the first. */
type Alike<P extends Parameters> = [P[number]] extends [P[0]]
  ? unknown
  : { readonly share: 'the uses have different parameters' };

/** The same parameters for each use: (p) ↦ (p, …, p), dp = Σ dpᵢ. */
const sameForEach = <P extends Parameters>(uses: number): SimpleLens<P, Parameters> => ({
  run: (p) => [
    Array.from({ length: uses }, () => p).flat(),
    (changes) => {
      const ofUse = (i: number): Parameters => changes.slice(i * p.length, (i + 1) * p.length);
      let total = ofUse(0);
      for (let i = 1; i < uses; i++) total = addTrees(total, ofUse(i));
      // The cotangents have the types of the parameters.
      return total as P;
    },
  ],
});

/** Shares the parameters of the layers of a composite, or of several uses of one layer. */
export interface Share {
  <P extends Parameters, A, B, S extends Buffers>(
    f: Para<P, A, B, S> & Alike<P>,
  ): Para<readonly [P[0]], A, B, S>;
  <P extends Parameters, A, S extends Buffers>(f: Para<P, A, A, S>, uses: number): Para<P, A, A, Repeated<S>>;
}

/**
 * Weight sharing: all layers of a composite share one record of parameters; or, with `uses`, one layer is applied that
 * many times. The gradient is the sum over all uses. Buffers are not shared. Throws if `uses` is not a positive
 * integer; `init` throws if the layers of a composite have different parameters.
 *
 * @example
 * share(compose(dense(8, 8), dense(8, 8))); // one kernel and one bias, used twice
 * share(sequential(dense(8, 8), relu()), 3); // one kernel and one bias, used three times
 */
export const share: Share = (f: AnyPara, uses?: number): Para<never, never, never, never> => {
  requireLayers('share', { f });
  const shared =
    uses === undefined
      ? reparametrize(
          {
            size: 1,
            init: (key: Key): Parameters => {
              const records = f.init(key);
              requireAlike(records);
              return [records[0]];
            },
            lens: sameForEach(f.size),
          },
          f,
        )
      : reparametrize(
          {
            size: f.size,
            init: (key: Key) => f.init(key),
            lens: sameForEach(requireCount('share', 'uses', uses)),
          },
          inOrder(Array.from({ length: uses }, () => f)),
        );
  // The overloads state the types.
  return shared as Para<never, never, never, never>;
};

/**
 * The layer with fixed parameters and buffers, in evaluation mode: it has no parameters to learn and no buffers. Throws
 * if the parameters or buffers do not belong to this layer.
 *
 * @example
 * sequential(freeze(pretrained, encoder), dense(64, 10));
 */
export const freeze = <P extends Parameters, A, B, S extends Buffers>(
  parameters: P,
  f: Para<P, A, B, S>,
  ...buffers: S
): Para<readonly [], A, B> => {
  requireLayers('freeze', { f });
  requireRecords('parameters', parameters, f);
  requireRecords('buffers', buffers, f.buffers);
  return reparametrize(
    { size: 0, init: () => [], lens: { run: () => [parameters, () => []] } },
    f.evaluation(...buffers),
  );
};

/** Throws if the number of records is not that of the layer. */
const requireRecords = (
  kind: 'parameters' | 'buffers',
  given: unknown,
  { size }: { readonly size: number },
): void => {
  if (Array.isArray(given) && given.length === size) return;
  fail({
    operation: 'freeze',
    what: `the ${kind} belong to another layer`,
    got: Array.isArray(given) ? `an array of ${given.length}` : showGiven(given),
    needed: `an array of ${size}`,
    hint: `pass the ${kind} from \`init\` of this layer, or from a training state`,
  });
};

/** Parameters as a function of other parameters, with a derived backward. */
export const reparametrization = <Q extends Parameters, P>(
  size: Q['length'],
  init: (key: Key) => Q,
  f: (q: Q) => P,
): Reparametrization<Q, P> => {
  requireFunction('reparametrization', 'init', init);
  requireFunction('reparametrization', 'f', f);
  return { size, init, lens: differentiate(f) };
};
