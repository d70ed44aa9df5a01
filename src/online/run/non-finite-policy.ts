/** What becomes of a step whose loss or gradient is not finite: the learner before it is still there. */
import { fail } from '../../error.js';
import { requireCount, requireNumber, requireOneOf } from '../../require.js';
import type { Taken } from '../../stream/stepper.js';

/**
 * `'stop'` ends the run, at the last good state. `'skip'` leaves the step out and counts its examples. Rolling back goes
 * to a state of at least so many steps ago and multiplies the learning rate, which must be one of `withHyperparameters`.
 */
export type NonFinitePolicy =
  'stop' | 'skip' | { readonly rollBack: { readonly steps: number; readonly rate: number } };

/** What counts as too large, beside what is not finite. */
export interface Limits {
  /** The largest norm of a gradient that counts as one; needs the learner's `gradientNorm`. */
  readonly gradientNorm?: number;
}

/** Throws if a policy is not one of those that there are, or a number of it is invalid. */
export const requireNonFinitePolicy = (policy: NonFinitePolicy): void => {
  if (typeof policy !== 'object' || policy === null || !('rollBack' in policy))
    requireOneOf<NonFinitePolicy & string>('online', 'nonFinite', policy, ['stop', 'skip']);
  else {
    requireCount('online', 'nonFinite.rollBack.steps', policy.rollBack.steps);
    requireNumber('online', 'nonFinite.rollBack.rate', policy.rollBack.rate, '[0, ∞)');
  }
};

/** Why a step cannot count; `undefined` where it can. Throws if there is a limit of what the learner does not tell. */
export const reasonOf = (
  { loss, metrics }: Pick<Taken<never>, 'loss' | 'metrics'>,
  { gradientNorm: most = Number.POSITIVE_INFINITY }: Limits,
): string | undefined => {
  if (!Number.isFinite(loss)) return `a loss of ${loss}`;
  const norm = metrics['gradientNorm'];
  if (norm === undefined && most < Number.POSITIVE_INFINITY)
    fail({
      operation: 'online',
      what: '`limits.gradientNorm` needs a learner that reports the norm of its gradient',
      got: `the metrics ${Object.keys(metrics).join(', ') || 'none'}`,
      needed: 'gradientNorm',
      hint: 'make the learner with gradientNorm: true',
    });
  if (norm !== undefined && !(norm <= most)) return `a gradient of norm ${norm}`;
  return undefined;
};

/** What is done about a step that does not count. Throws if the policy is to stop. */
export const requireSkipping = (policy: NonFinitePolicy, reason: string): Exclude<NonFinitePolicy, 'stop'> =>
  policy === 'stop'
    ? fail({
        operation: 'online',
        what: 'the loss or the gradient is not finite or beyond its limit',
        got: reason,
        needed: 'finite numbers within the limits',
        hint: "lower the learning rate, clip gradients, or say nonFinite: 'skip'; the state before the step is kept",
      })
    : policy;
