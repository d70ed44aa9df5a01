/** What a detector of drift says. */
import { fail } from '../../../error.js';
import { requireOneOf } from '../../../require.js';

export type DriftLevel = 'none' | 'warning' | 'drift';

/** Which way a mean has to go to be a drift: `up`, as losses and errors do when they get worse, `down`, or either. */
export type DriftDirection = 'up' | 'down' | 'both';

/** Whether a change of a mean is in a direction. */
export const isInDirection = (direction: DriftDirection, before: number, after: number): boolean =>
  direction === 'both' || (direction === 'up' ? after > before : after < before);

/** Throws if a direction is not one of those that a detector knows. */
export const requireDirection = (
  operation: string,
  got: DriftDirection,
  known: readonly DriftDirection[] = ['up', 'down', 'both'],
): void => {
  requireOneOf(operation, 'direction', got, known);
};

/** Of the numbers since the last drift, or of the window that is left of them. */
export interface Drift {
  readonly level: DriftLevel;
  readonly mean: number;
  readonly count: number;
}

/** Monitors accept finite numbers only: a loss that is not finite stops a run before it comes here. */
export const requireFinite = (operation: string, x: number): void => {
  if (!Number.isFinite(x)) fail({ operation, what: 'a monitored number must be finite', got: String(x) });
};
