/** The area under the ROC curve (true positive rate against false positive rate). */
import { requireCount, required } from '../require.js';
import { reshape } from '../tensor/primitive/movement.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Score, Statistics } from './metric.js';
import { requireBinaryTargets } from './binary-targets.js';

/** The numbers of positive and negative examples with one logit, or in one bin of logits. */
interface Group {
  readonly positive: number;
  readonly negative: number;
}

/** The leading bits of a float32: sign, exponent and 7 bits of the fraction, as in bfloat16. */
const BITS = 16;

/** The bin of each logit: its leading bits, mapped so that larger logits have larger bins. */
const binsOf = (logits: readonly number[]): readonly number[] => {
  // −0 and 0 are equal.
  const words = new Uint32Array(Float32Array.from(logits, (logit) => logit + 0).buffer);
  return Array.from(words, (word) => ((word >>> 31 === 1 ? ~word : word ^ (1 << 31)) >>> 0) >>> (32 - BITS));
};

const none = (): number[] => Array.from({ length: 2 ** BITS }, () => 0);

/** Counts the examples in bins. A NaN logit makes the counts, and so the area, NaN. */
const binned = ({ logits = [], truths = [], positive, negative }: Statistics): Statistics => {
  const is = positive === undefined ? none() : [...positive];
  const isNot = negative === undefined ? none() : [...negative];
  for (const [i, bin] of binsOf(logits).entries()) {
    const truth = Number.isNaN(logits[i]) ? Number.NaN : required(truths[i], 'a target');
    is[bin] = required(is[bin], 'a bin') + truth;
    isNot[bin] = required(isNot[bin], 'a bin') + 1 - truth;
  }
  return { logits: [], truths: [], positive: is, negative: isNot };
};

const added = (first: readonly number[] = [], second: readonly number[] = []): readonly number[] =>
  first.map((count, i) => count + required(second[i], 'a bin'));

const isEmpty = ({ logits = [], positive }: Statistics): boolean =>
  logits.length === 0 && positive === undefined;

/**
 * The share of pairs that are in order, for groups from the lowest logit to the highest. A pair in the same group
 * counts ½.
 */
const areaOf = (groups: Iterable<Group>): number => {
  let [below, above, pairs] = [0, 0, 0];
  for (const { positive, negative } of groups) {
    pairs += positive * (below + negative / 2);
    below += negative;
    above += positive;
  }
  return pairs / (below * above);
};

/** The groups of equal logits. */
function* groupsOf({ logits = [], truths = [] }: Statistics): Generator<Group> {
  const order = logits
    .map((_, i) => i)
    .toSorted((a, b) => required(logits[a], 'a logit') - required(logits[b], 'a logit'));
  let [positive, negative, last] = [0, 0, Number.NEGATIVE_INFINITY];
  for (const i of order) {
    const [logit, truth] = [required(logits[i], 'a logit'), required(truths[i], 'a target')];
    if (logit !== last) {
      yield { positive, negative };
      [positive, negative, last] = [0, 0, logit];
    }
    positive += truth;
    negative += 1 - truth;
  }
  yield { positive, negative };
}

/**
 * The area under the ROC curve: the probability that a positive example has a larger logit than a negative one. Logits
 * and targets (0 or 1) have one shape. The area is exact for up to `exact` logits (default: 16,384). For more, logits
 * are counted in 65,536 bins, which bounds the memory. Logits with equal sign, exponent and leading seven bits of the
 * fraction share a bin: they differ by at most a factor of 1 + 1/128. The error of the area is at most half the share
 * of pairs that fall into the same bin. NaN if one class is missing, or if a logit is NaN. Throws while running if a
 * target is not in [0, 1].
 *
 * Source: J. Hanley, B. McNeil, "The meaning and use of the area under a receiver operating characteristic curve" (1982).
 *
 * @example
 * const score = rocAuc();
 */
export const rocAuc = <S extends Shape>(exact = 2 ** 14): Score<Tensor<S>, Tensor<S>> => {
  requireCount('rocAuc', 'exact', exact, { least: 0 });
  return {
    empty: { logits: [], truths: [] },
    measure: (logits, targets) => {
      const flat = (each: Tensor<S>): Tensor => reshape(each, [sizeOf(each.shape)]);
      return { logits: flat(logits), truths: flat(requireBinaryTargets('rocAuc', logits, targets)) };
    },
    concat: (first, second) => {
      const [a, b] = [first['logits'] ?? [], second['logits'] ?? []];
      if (isEmpty(first)) return second;
      if (isEmpty(second)) return first;
      const counted = [first, second].some((each) => each['positive'] !== undefined);
      if (!counted && a.length + b.length <= exact)
        return { logits: [...a, ...b], truths: [...(first['truths'] ?? []), ...(second['truths'] ?? [])] };
      const [c, d] = [binned(first), binned(second)];
      return {
        logits: [],
        truths: [],
        positive: added(c['positive'], d['positive']),
        negative: added(c['negative'], d['negative']),
      };
    },
    value: (all) => {
      const { logits = [], positive, negative = [] } = all;
      if (logits.some(Number.isNaN)) return Number.NaN;
      if (positive === undefined) return areaOf(groupsOf(all));
      return areaOf(
        positive.map((count, i) => ({ positive: count, negative: required(negative[i], 'a bin') })),
      );
    },
  };
};
