/** P-1, P-2, P-5, P-6, P-7: composing layers. Parameters and buffers concatenate, so these hold on the nose: all ≡. */
import { every, type Verdict } from '../base/verdict.js';
import { composeLenses, type SimpleLens } from '../../src/lens/lens.js';
import type { Buffers, Para, Parameters } from '../../src/lens/para.js';
import { advance, type Key } from '../../src/operation/random.js';
import { scalar } from '../../src/tensor/primitive/constant.js';
import { paras } from './para-operations.js';
import { type Comparison, outcomeOf, type ParaPoint, sameOutcome, samePara } from './same.js';

type Three<A, B, C, D> = readonly [
  Para<Parameters, A, B, Buffers>,
  Para<Parameters, B, C, Buffers>,
  Para<Parameters, C, D, Buffers>,
];

/** P-1. (f;g);h ≡ f;(g;h), with the same parameters p·q·r and buffers in the same order; id;f ≡ f ≡ f;id */
export const compositionOfParas = <A, B, C, D>(
  [f, g, h]: Three<A, B, C, D>,
  at: ParaPoint<Parameters, A, D>,
  comparison: Comparison = {},
): Verdict => {
  const { compose, identity } = comparison.operations ?? paras;
  const both = compose(compose(f, g), h);
  return every([
    () => samePara('P-1', '(f;g);h against f;(g;h)', both, compose(f, compose(g, h)), at, comparison),
    () => samePara('P-1', 'id;f against f', compose(identity<A>(), both), both, at, comparison),
    () => samePara('P-1', 'f;id against f', compose(both, identity<D>()), both, at, comparison),
  ]);
};

/** P-2. init(f;g)(k) ≡ init f(k) · init g(k + |f|), of the buffers too, and bracketing does not matter */
export const initOfComposite = <A, B, C, D>(
  [f, g, h]: Three<A, B, C, D>,
  key: Key,
  comparison: Comparison = {},
): Verdict => {
  const { compose } = comparison.operations ?? paras;
  return every([
    () =>
      sameOutcome(
        'P-2',
        'init of f;g against those of f and g',
        compose(f, g).init(key),
        [...f.init(key), ...g.init(advance(key, f.size))],
        comparison,
      ),
    () =>
      sameOutcome(
        'P-2',
        'init of (f;g);h against f;(g;h)',
        compose(compose(f, g), h).init(key),
        compose(f, compose(g, h)).init(key),
        comparison,
      ),
    () =>
      sameOutcome(
        'P-2',
        'buffers of f;g against those of f and g',
        compose(f, g).buffers.init(key),
        [...f.buffers.init(key), ...g.buffers.init(advance(key, f.buffers.size))],
        comparison,
      ),
    () =>
      sameOutcome(
        'P-2',
        'the number of buffers of f;g',
        [compose(f, g).size, compose(f, g).buffers.size].map((size) => scalar(size)),
        [f.size + g.size, f.buffers.size + g.buffers.size].map((size) => scalar(size)),
        comparison,
      ),
  ]);
};

/** P-5. lift(f;g) ≡ lift f;lift g */
export const liftIsFunctor = <A, B, C>(
  f: SimpleLens<A, B>,
  g: SimpleLens<B, C>,
  { a, w }: Pick<ParaPoint<unknown, A, C>, 'a' | 'w'>,
  comparison: Comparison = {},
): Verdict => {
  const { compose, lift } = comparison.operations ?? paras;
  return samePara(
    'P-5',
    'lift(f;g) against lift f;lift g',
    lift(composeLenses(f, g)),
    compose(lift(f), lift(g)),
    { p: [], a, w, s: [] },
    comparison,
  );
};

/**
 * P-6. R layer by layer, composed, is R of the composite: both are the same sums of the same products.
 */
export const functorOfDerivatives = <P extends Parameters, A, B>(
  layered: Para<P, A, B>,
  whole: Para<P, A, B>,
  at: ParaPoint<P, A, B, readonly []>,
  comparison?: Comparison,
): Verdict => samePara('P-6', 'layer by layer against the whole', layered, whole, at, comparison);

/** The records of four layers; after the first those of the third come before those of the second. */
const exchanged = (
  records: readonly unknown[],
  [{ length: p }, { length: q }, { length: r }]: readonly [Buffers, Buffers, Buffers],
): readonly unknown[] => {
  const [endP, endR, endQ] = [p, p + r, p + r + q];
  return [
    ...records.slice(0, endP),
    ...records.slice(endR, endQ),
    ...records.slice(endP, endR),
    ...records.slice(endQ),
  ];
};

/**
 * P-7. (f;g)⊗(h;k) ≡ (f⊗h);(g⊗k) after `ex`, which exchanges parameters and buffers in the middle:
 *
 * p·q·r·s for (f;g)⊗(h;k), p·r·q·s for (f⊗h);(g⊗k)
 */
export const interchangeOfParas = <A, B, C, D, E, F>(
  {
    f,
    g,
    h,
    k,
  }: {
    readonly f: Para<Parameters, A, B, Buffers>;
    readonly g: Para<Parameters, B, C, Buffers>;
    readonly h: Para<Parameters, D, E, Buffers>;
    readonly k: Para<Parameters, E, F, Buffers>;
  },
  [p, q, r, s]: readonly [Parameters, Parameters, Parameters, Parameters],
  [t, u, v, x]: readonly [Buffers, Buffers, Buffers, Buffers],
  { a, w }: Pick<ParaPoint<unknown, readonly [A, D], readonly [C, F]>, 'a' | 'w'>,
  comparison: Comparison = {},
): Verdict => {
  const { compose, parallel } = comparison.operations ?? paras;
  const one = outcomeOf(parallel(compose(f, g), compose(h, k)), {
    p: [...p, ...q, ...r, ...s],
    a,
    w,
    s: [...t, ...u, ...v, ...x],
  });
  const other = outcomeOf(compose(parallel(f, h), parallel(g, k)), {
    p: [...p, ...r, ...q, ...s],
    a,
    w,
    s: [...t, ...v, ...u, ...x],
  });
  return sameOutcome(
    'P-7',
    '(f;g)⊗(h;k) against (f⊗h);(g⊗k)',
    one,
    {
      ...other,
      parameters: exchanged(other.parameters, [p, q, r]),
      buffers: exchanged(other.buffers, [t, u, v]),
    },
    comparison,
  );
};
