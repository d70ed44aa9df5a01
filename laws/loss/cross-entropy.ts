/** S-3, S-4 and S-8: cross-entropies of logits against their formulas in plain loops. */
import { same } from '../base/compare.js';
import { normWise } from '../base/equality.js';
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';
import { gradientAt, lossAt } from './family.js';
import { logSoftmaxOf, meanOf, rowsOf, softmaxOf, targetRows } from './rows.js';

/** The formula in float64, evaluated in another order. */
const formula = normWise({ rtol: 1e-9, atol: 1e-12 });

interface Rows {
  readonly logits: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
}

const rowsAt = ([z, t]: Vector, classes: number): Rows => {
  if (z === undefined || t === undefined) throw new TypeError('cross-entropy: needs logits and targets');
  return { logits: rowsOf(z, classes), targets: targetRows(t, classes) };
};

const claim = (law: string, map: NumericMap, what: string, hint: string): Parameters<typeof same>[3] => ({
  law,
  subject: map.name,
  what: `${what} (${formula.name})`,
  hint,
});

/** S-3. The fused form is the composed one: l(z, t) = −mean Σ t·ln softmax(z) */
export const composedCrossEntropy = (map: NumericMap, x: Vector, classes: number): Verdict => {
  const { logits, targets } = rowsAt(x, classes);
  const each = logits.map((row, i) =>
    logSoftmaxOf(row).reduce((total, log, k) => total - (targets[i]?.[k] ?? 0) * log, 0),
  );
  return same(
    formula,
    lossAt(map, x),
    meanOf(each),
    claim('S-3', map, 'not −mean Σ t·ln softmax(z)', 'a sign, the base of the logarithm, the wrong axis'),
  );
};

/** S-3. Of targets that sum to 1: ∂l/∂z = (softmax(z) − t)/n, whose rows sum to 0 */
export const crossEntropyGradient = (map: NumericMap, x: Vector, classes: number): Verdict => {
  const { logits, targets } = rowsAt(x, classes);
  const expected = logits.flatMap((row, i) =>
    softmaxOf(row).map((p, k) => (p - (targets[i]?.[k] ?? 0)) / logits.length),
  );
  const [got = new Float64Array(0)] = gradientAt(map, x);
  const sums = rowsOf(got, classes).map((row) => row.reduce((total, d) => total + d, 0));
  const zeros = sums.map(() => 0);
  return every([
    () =>
      same(
        formula,
        Float64Array.from(got),
        Float64Array.from(expected),
        claim('S-3', map, 'the gradient is not (softmax(z) − t)/n', 'a fused backward of another function'),
      ),
    () =>
      same(
        formula,
        sums,
        zeros,
        claim('S-3', map, 'the gradient of a row does not sum to 0', 'the peak is not held constant'),
      ),
  ]);
};

/** S-3. Adding a number to all logits of a row changes nothing, of targets that sum to 1: l(z + c·1, t) = l(z, t) */
export const shiftInvariantLoss = (
  map: NumericMap,
  x: Vector,
  classes: number,
  shifts: readonly number[],
): Verdict => {
  const { logits } = rowsAt(x, classes);
  const moved = logits.flatMap((row, i) => row.map((z) => z + (shifts[i] ?? 0)));
  return same(
    normWise({ rtol: 1e-9, atol: 1e-9 }),
    lossAt(map, [Float64Array.from(moved), ...x.slice(1)]),
    lossAt(map, x),
    claim('S-3', map, 'a row moved as a whole has another loss', 'no softmax, or one along the wrong axis'),
  );
};

/** S-3. Finite, and near its float64 value, for logits of any size: |l₃₂ − l₆₄| ≤ 1e-5·max(1, |l₆₄|) */
export const stableLoss = (map: NumericMap, exact: NumericMap, x: Vector): Verdict => {
  const finite = (data: Vector): boolean =>
    data.every((each) => each.every((v: number) => Number.isFinite(v)));
  const [got, expected] = [lossAt(map, x), lossAt(exact, x)];
  const bound = 1e-5 * Math.max(1, Math.abs(expected));
  const gradient = gradientAt(map, x);
  if (!finite(gradient) || !(Math.abs(got - expected) <= bound))
    return broken({
      law: 'S-3',
      subject: map.name,
      what: finite(gradient)
        ? 'the loss of large logits is lost'
        : 'the gradient of large logits is not finite',
      got,
      expected,
      tolerance: bound,
      hint: 'subtract the largest logit before the exponential',
    });
  return holds;
};

/** S-4. Of logits and targets from 0 to 1: l(z, t) = mean softplus(z) − t·z = −mean t·ln σ(z) + (1 − t)·ln σ(−z) */
export const binaryIsTwoClasses = (map: NumericMap, x: Vector): Verdict => {
  const { logits, targets } = rowsAt(x, 1);
  const each = logits.map(([z = 0], i) => {
    const [t = 0] = targets[i] ?? [];
    const [yes = 0, no = 0] = logSoftmaxOf([z, 0]);
    return -t * yes - (1 - t) * no;
  });
  return same(
    formula,
    lossAt(map, x),
    meanOf(each),
    claim('S-4', map, 'not the cross-entropy of the two classes (z, 0)', 'the labels are swapped, or a sign'),
  );
};

/** S-8. A cross-entropy is affine in its target: l(z, (t + s)/2) = (l(z, t) + l(z, s))/2, so labels may be smoothed */
export const linearInTarget = (map: NumericMap, [z, t]: Vector, other: Vector[number]): Verdict => {
  if (z === undefined || t === undefined) throw new TypeError('linearInTarget: needs logits and targets');
  const between = Float64Array.from(t, (p, i) => (p + (other[i] ?? 0)) / 2);
  return same(
    formula,
    lossAt(map, [z, between]),
    (lossAt(map, [z, t]) + lossAt(map, [z, other])) / 2,
    claim('S-8', map, 'smoothed targets have another loss than the mean of their parts', 'targets clipped'),
  );
};
