/** P-3, P-4, P-8, P-9, P-10: lenses put before the parameters. All ≡. */
import { every, type Verdict } from '../base/verdict.js';
import { addTrees } from '../../src/lens/cartesian.js';
import { composeLenses, identityLens, type SimpleLens } from '../../src/lens/lens.js';
import { asLens, type Buffers, type Para, type Parameters } from '../../src/lens/para.js';
import type { Key } from '../../src/operation/random.js';
import { type ParaOperations, paras } from './para-operations.js';
import { type Comparison, outcomeOf, type ParaPoint, sameOutcome, samePara } from './same.js';

type ParameterLens = SimpleLens<Parameters, Parameters>;

/** r*f, for a lens that keeps the number of records. */
export const along = <A, B>(
  lens: ParameterLens,
  f: Para<Parameters, A, B, Buffers>,
  { reparametrize }: ParaOperations = paras,
): Para<Parameters, A, B, Buffers> =>
  reparametrize({ size: f.size, init: (key: Key) => f.init(key), lens }, f);

/** r⊗s on concatenated parameters, of which the first `size` records are r's. */
export const beside = (r: ParameterLens, s: ParameterLens, size: number): ParameterLens => ({
  run: (q) => {
    const [first, backR] = r.run(q.slice(0, size));
    const [second, backS] = s.run(q.slice(size));
    return [[...first, ...second], (dp) => [...backR(dp.slice(0, size)), ...backS(dp.slice(size))]];
  },
});

/** P-3. r*f(q, a) is f(r(q), a) and back r's way after f's; id*f ≡ f and (s;r)*f ≡ s*(r*f) */
export const reparametrizationIsFunctor = <A, B>(
  { r, s }: { readonly r: ParameterLens; readonly s: ParameterLens },
  f: Para<Parameters, A, B, Buffers>,
  at: ParaPoint<Parameters, A, B>,
  comparison: Comparison = {},
): Verdict => {
  const put = (lens: ParameterLens, g: Para<Parameters, A, B, Buffers>): Para<Parameters, A, B, Buffers> =>
    along(lens, g, comparison.operations);
  return every([
    () => {
      const [p, back] = r.run(at.p);
      const plain = outcomeOf(f, { ...at, p });
      return sameOutcome(
        'P-3',
        'r*f against f at r(q), then back along r',
        outcomeOf(put(r, f), at),
        { ...plain, parameters: back(plain.parameters) },
        comparison,
      );
    },
    () => samePara('P-3', 'id*f against f', put(identityLens(), f), f, at, comparison),
    () =>
      samePara(
        'P-3',
        '(s;r)*f against s*(r*f)',
        put(composeLenses(s, r), f),
        put(s, put(r, f)),
        at,
        comparison,
      ),
  ]);
};

/** P-4, whiskering: (r*f);(s*g) ≡ (r⊗s)*(f;g) */
export const whiskering = <A, B, C>(
  { r, s }: { readonly r: ParameterLens; readonly s: ParameterLens },
  f: Para<Parameters, A, B, Buffers>,
  g: Para<Parameters, B, C, Buffers>,
  at: ParaPoint<Parameters, A, C>,
  comparison: Comparison = {},
): Verdict => {
  const operations = comparison.operations ?? paras;
  const { compose } = operations;
  return samePara(
    'P-4',
    '(r*f);(s*g) against (r⊗s)*(f;g)',
    compose(along(r, f, operations), along(s, g, operations)),
    along(beside(r, s, f.size), compose(f, g), operations),
    at,
    comparison,
  );
};

/** P-8, sharing: the change of a record that is used twice is the sum of both uses' changes. */
export const sharedChange = <R, A, B>(
  f: Para<readonly [R, R], A, B>,
  r: R,
  { a, w }: Pick<ParaPoint<unknown, A, B>, 'a' | 'w'>,
  comparison: Comparison = {},
): Verdict => {
  const { share } = comparison.operations ?? paras;
  const tied = outcomeOf(share(f), { p: [r], a, w, s: [] });
  const untied = outcomeOf(f, { p: [r, r], a, w, s: [] });
  const [first, second] = untied.parameters;
  return sameOutcome(
    'P-8',
    'shared parameters against the sum over both uses',
    tied,
    { ...untied, parameters: [addTrees(first, second)] },
    comparison,
  );
};

/** P-9, freezing: f frozen is f as it predicts, with nothing to learn, and g after it learns what it did before. */
export const frozenChange = <A, B, C>(
  f: Para<Parameters, A, B, Buffers>,
  g: Para<Parameters, B, C, Buffers>,
  [p, q]: readonly [Parameters, Parameters],
  [s, t]: readonly [Buffers, Buffers],
  { a, w }: Pick<ParaPoint<unknown, A, C>, 'a' | 'w'>,
  comparison: Comparison = {},
): Verdict => {
  const { compose, freeze } = comparison.operations ?? paras;
  const frozen = outcomeOf(compose(freeze(p, f, ...s), g), { p: q, a, w, s: t });
  const free = outcomeOf(compose(f.evaluation(...s), g), { p: [...p, ...q], a, w, s: t });
  return sameOutcome(
    'P-9',
    'f frozen, then g, against g after f as it predicts',
    frozen,
    { ...free, parameters: free.parameters.slice(f.size) },
    comparison,
  );
};

/**
 * P-10. Argument and parameters exchanged are the input turned into a parameter: σ;f has the changes of f,
 * exchanged; twice they are what they were: σ;σ;f ≡ f as a lens from both.
 */
export const flippedTwice = <P extends Parameters, A, B>(
  f: Para<P, A, B>,
  { p, a, w }: Omit<ParaPoint<P, A, B>, 's'>,
  comparison: Comparison = {},
): Verdict => {
  const { swap } = comparison.operations ?? paras;
  const lens = asLens(f);
  const once = composeLenses(swap<A, P>(), lens);
  const [result, back] = lens.run([p, a]);
  const [dp, da] = back(w);
  return every([
    () => {
      const [flipped, backFlipped] = once.run([a, p]);
      const claim = 'flipped against not at all';
      return sameOutcome('P-10', claim, [flipped, backFlipped(w)], [result, [da, dp]], comparison);
    },
    () => {
      const [again, backAgain] = composeLenses(swap<P, A>(), once).run([p, a]);
      const claim = 'flipped twice against not at all';
      return sameOutcome('P-10', claim, [again, backAgain(w)], [result, [dp, da]], comparison);
    },
  ]);
};
