/** Checks of the options of updates: learning rates, decay rates, epsilons. */
import { requireNumber } from '../require.js';
import { type LearningRate, scheduleOf } from './schedule.js';

/** The options that several updates share. */
interface RuleOptions {
  readonly learningRate: LearningRate;
  /** Decay rates by name, in [0, 1): with 1 a mean would never change. */
  readonly shares?: Readonly<Record<string, number>>;
  /** Added to a divisor that may be 0. */
  readonly epsilon?: number;
  /** Weight decay, multiplied by the learning rate. */
  readonly weightDecay?: number;
}

/** Throws if an option of an update is invalid. */
export const requireRule = (
  operation: string,
  { learningRate, shares = {}, epsilon, weightDecay }: RuleOptions,
): void => {
  scheduleOf(learningRate, [operation, 'learningRate']);
  for (const [name, share] of Object.entries(shares)) requireNumber(operation, name, share, '[0, 1)');
  if (epsilon !== undefined) requireNumber(operation, 'epsilon', epsilon, '(0, ∞)');
  if (weightDecay !== undefined) requireNumber(operation, 'weightDecay', weightDecay, '[0, ∞)');
};
