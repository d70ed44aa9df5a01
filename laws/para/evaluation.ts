/** P-11: how a composite predicts is how its parts predict. */
import type { Verdict } from '../base/verdict.js';
import type { Buffers, Para, Parameters } from '../../src/lens/para.js';
import { paras } from './para-operations.js';
import { type Comparison, outcomeOf, type ParaPoint, sameOutcome } from './same.js';

/**
 * P-11. evaluation(f;g, s·t) ≡ evaluation(f, s);evaluation(g, t), with the same parameters; that it replaces no buffers
 * is in its type.
 */
export const evaluationOfComposite = <A, B, C>(
  [f, g]: readonly [Para<Parameters, A, B, Buffers>, Para<Parameters, B, C, Buffers>],
  [s, t]: readonly [Buffers, Buffers],
  at: Omit<ParaPoint<Parameters, A, C>, 's'>,
  comparison: Comparison = {},
): Verdict => {
  const { compose } = comparison.operations ?? paras;
  const point = { ...at, s: [] } as const;
  return sameOutcome(
    'P-11',
    'evaluation of f;g against those of f and g',
    outcomeOf(compose(f, g).evaluation(...s, ...t), point),
    outcomeOf(compose(f.evaluation(...s), g.evaluation(...t)), point),
    comparison,
  );
};
