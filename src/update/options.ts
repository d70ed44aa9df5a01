/** The checks of what several updates take: a rate, shares that are left of running means, an epsilon. */
import { requireNumber } from '../require.js';
import { type LearningRate, scheduleOf } from './schedule.js';

/** What an update of running means is made with. */
interface RuleOptions {
  readonly learningRate: LearningRate;
  /** Shares that are left after a step, by name: of 1 nothing new would ever come in. */
  readonly shares?: Readonly<Record<string, number>>;
  /** What is divided by beside a size that may be 0. */
  readonly epsilon?: number;
  /** Shares of parameters that a step takes away, times the learning rate. */
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
