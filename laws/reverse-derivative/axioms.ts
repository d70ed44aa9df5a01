/**
 * RD.1, RD.3, RD.4, RD.5: the axioms of a reverse derivative that speak of sums, projections, pairs and
 * composites. All ≡: both sides are the same operations, and sums of two commute.
 *
 * Source: R. Cockett et al., "Reverse derivative categories" (arXiv 1910.07065).
 */
import { bitwise, type Equality } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { addTrees, zerosLike } from '../../src/lens/cartesian.js';
import { differentiate } from '../../src/lens/differentiable.js';
import { composeLenses, identityLens, parallelLenses, type SimpleLens } from '../../src/lens/lens.js';
import { type Comparison, sameOutcome } from '../para/same.js';
import { cartesian } from './cartesian.js';

/** Where a lens of tensors is looked at. */
export interface TreePoint<A, B> {
  readonly a: A;
  readonly w: B;
}

const both = <A, B>(lens: SimpleLens<A, B>, { a, w }: TreePoint<A, B>): readonly [B, A] => {
  const [b, back] = lens.run(a);
  return [b, back(w)];
};

/** (b, c) ↦ b + c */
const added = <B>(): SimpleLens<readonly [B, B], B> => differentiate(([b, c]) => addTrees(b, c));

/** RD.1. R[f + g](x, w) ≡ R[f](x, w) + R[g](x, w), with f + g = Δ;(f⊗g);+; R[0](x, w) ≡ 0 */
export const sumRule = <A, B>(
  f: SimpleLens<A, B>,
  g: SimpleLens<A, B>,
  at: TreePoint<A, B>,
  comparison?: Comparison,
  { copy } = cartesian,
): Verdict => {
  const sum = composeLenses(composeLenses(copy<A>(), parallelLenses(f, g)), added<B>());
  const [[first, changeF], [second, changeG]] = [both(f, at), both(g, at)];
  const nothing = differentiate<A, B>(() => zerosLike(at.w));
  return every([
    () =>
      sameOutcome(
        'RD.1',
        'R[f + g] against R[f] + R[g]',
        both(sum, at),
        [addTrees(first, second), addTrees(changeF, changeG)],
        comparison,
      ),
    () =>
      sameOutcome(
        'RD.1',
        'R[0] against 0',
        both(nothing, at),
        [zerosLike(at.w), zerosLike(at.a)],
        comparison,
      ),
  ]);
};

/** RD.3. R[id](x, w) ≡ w; R[π₀]((x, y), w) ≡ (w, 0) and R[π₁]((x, y), w) ≡ (0, w), zeros like the other side */
export const projections = <A, B>(
  { x, y, dx, dy }: { readonly x: A; readonly y: B; readonly dx: A; readonly dy: B },
  comparison?: Comparison,
  { projectFirst, projectSecond } = cartesian,
): Verdict => {
  const pair = [x, y] as const;
  return every([
    () => sameOutcome('RD.3', 'R[id]', both(identityLens<A>(), { a: x, w: dx }), [x, dx], comparison),
    () =>
      sameOutcome(
        'RD.3',
        'R[π₀]',
        both(projectFirst<A, B>(), { a: pair, w: dx }),
        [x, [dx, zerosLike(y)]],
        comparison,
      ),
    () =>
      sameOutcome(
        'RD.3',
        'R[π₁]',
        both(projectSecond<A, B>(), { a: pair, w: dy }),
        [y, [zerosLike(x), dy]],
        comparison,
      ),
  ]);
};

/** RD.3 of derived backwards: R of the function ((x, y)) ↦ x is the projection's, where x is of floats. */
export const derivedProjection = <A, B>(
  { x, y, dx }: { readonly x: A; readonly y: B; readonly dx: A },
  comparison?: Comparison,
  { projectFirst } = cartesian,
): Verdict =>
  sameOutcome(
    'RD.3',
    'the derived R[π₀]',
    both(
      differentiate(([first]: readonly [A, B]) => first),
      { a: [x, y] as const, w: dx },
    ),
    both(projectFirst<A, B>(), { a: [x, y] as const, w: dx }),
    comparison,
  );

/** RD.4. R[⟨f, g⟩](x, (w, v)) ≡ R[f](x, w) + R[g](x, v) */
export const pairing = <A, B, C>(
  f: SimpleLens<A, B>,
  g: SimpleLens<A, C>,
  { a, w: [w, v] }: TreePoint<A, readonly [B, C]>,
  comparison?: Comparison,
  { copy } = cartesian,
): Verdict => {
  const pair = composeLenses(copy<A>(), parallelLenses(f, g));
  const [[first, changeF], [second, changeG]] = [both(f, { a, w }), both(g, { a, w: v })];
  return sameOutcome(
    'RD.4',
    'R[⟨f, g⟩] against R[f] + R[g]',
    both(pair, { a, w: [w, v] }),
    [[first, second], addTrees(changeF, changeG)],
    comparison,
  );
};

/** RD.5. R[f;g](x, w) ≡ R[f](x, R[g](f(x), w)) */
export const chainRule = <A, B, C>(
  f: SimpleLens<A, B>,
  g: SimpleLens<B, C>,
  composite: SimpleLens<A, C>,
  { a, w }: TreePoint<A, C>,
  comparison: Comparison & { readonly equality?: Equality } = {},
): Verdict => {
  const [middle] = f.run(a);
  const [c, changeG] = both(g, { a: middle, w });
  const [, change] = both(f, { a, w: changeG });
  return sameOutcome('RD.5', 'R[f;g] against R[f] after R[g]', both(composite, { a, w }), [c, change], {
    equality: bitwise,
    ...comparison,
  });
};
