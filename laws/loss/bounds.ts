/** S-1: a loss is one number, not below what it is at best, and that only where it is best. */
import { broken, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';
import { lossAt } from './family.js';
import { entropyOf, meanOf, targetRows } from './rows.js';

const close = (got: number, expected: number, tolerance: number): boolean =>
  got === expected || Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected));

/** S-1. The result is one number, of shape []. */
export const scalarLoss = ({ name, codomain }: NumericMap): Verdict => {
  const [only] = codomain;
  if (codomain.length === 1 && only !== undefined && only.shape.length === 0) return holds;
  return broken({
    law: 'S-1',
    subject: name,
    what: 'a loss that is not one number',
    got: codomain.map(({ shape }) => `[${shape.join(', ')}]`).join(' and '),
    expected: '[]',
    hint: 'take the mean over the batch',
  });
};

/** S-1. l(y, t) ≥ least, up to rounding where a tolerance is given. */
export const atLeast = (map: NumericMap, x: Vector, least = 0, tolerance = 0): Verdict => {
  const got = lossAt(map, x);
  if (got >= least - tolerance * Math.max(1, Math.abs(least))) return holds;
  return broken({
    law: 'S-1',
    subject: map.name,
    what: 'a loss below what it is at best',
    got,
    expected: `at least ${least}`,
    tolerance,
    hint: 'a sign is wrong, or a logarithm of another base',
  });
};

/** S-1. l(y, t) = expected where y is best; 0 for a distance of equal tensors. */
export const bestIs = (map: NumericMap, x: Vector, expected = 0, tolerance = 0): Verdict => {
  const got = lossAt(map, x);
  if (close(got, expected, tolerance)) return holds;
  return broken({
    law: 'S-1',
    subject: map.name,
    what: 'the loss of the best prediction is not what it should be',
    got,
    expected,
    tolerance,
    hint: 'an offset, a sign, or a logarithm of another base',
  });
};

/** S-1. l(y, t) = 0 only where y = t: unequal tensors have a loss above 0. */
export const apartIsAbove = (map: NumericMap, [prediction, target]: Vector): Verdict => {
  const equal = prediction?.every((y: number, i: number) => y === target?.[i]) ?? true;
  if (equal || prediction === undefined || target === undefined) return holds;
  const got = lossAt(map, [prediction, target]);
  if (got > 0) return holds;
  return broken({
    law: 'S-1',
    subject: map.name,
    what: 'unequal tensors without a loss',
    got,
    expected: 'above 0',
    hint: 'something of the prediction is not looked at, or signs cancel',
  });
};

/** The mean entropy of targets `[batch, classes]`, or of labels, whose entropy is 0. */
const entropyOfTargets = (target: Vector[number] | undefined, classes: number): number =>
  target === undefined ? 0 : meanOf(targetRows(target, classes).map(entropyOf));

/** S-1. Cross-entropy ≥ entropy: l(z, p) ≥ −mean Σ p·ln p. */
export const atLeastEntropy = (map: NumericMap, x: Vector, classes: number, tolerance = 1e-12): Verdict =>
  atLeast(map, x, entropyOfTargets(x[1], classes), tolerance);

/** S-1. The cross-entropy of what is so is the entropy: l(ln p, p) = −mean Σ p·ln p. */
export const entropyAtBest = (
  map: NumericMap,
  target: Vector[number],
  classes: number,
  tolerance = 1e-9,
): Verdict => {
  // A probability of 0 has a logit so low that nothing is left of it.
  const logits = Float64Array.from(targetRows(target, classes).flat(), (p) => (p === 0 ? -1e3 : Math.log(p)));
  return bestIs(map, [logits, target], entropyOfTargets(target, classes), tolerance);
};
