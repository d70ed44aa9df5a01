/** The results of drift detectors. */
import { fail } from '../../../error.js';
import { requireOneOf } from '../../../require.js';

export type DriftLevel = 'none' | 'warning' | 'drift';

/**
 * The direction in which a change of the mean is a drift: `up` (losses and errors that get worse), `down`, or both.
 */
export type DriftDirection = 'up' | 'down' | 'both';

/** Whether a mean has changed in a direction. */
export const isInDirection = (direction: DriftDirection, before: number, after: number): boolean =>
  direction === 'both' || (direction === 'up' ? after > before : after < before);

/** Throws if a direction is not supported by a detector. */
export const requireDirection = (
  operation: string,
  got: DriftDirection,
  known: readonly DriftDirection[] = ['up', 'down', 'both'],
): void => {
  requireOneOf(operation, 'direction', got, known);
};

/** The level, and the mean and count of the numbers since the last drift, or of the remaining window. */
export interface Drift {
  readonly level: DriftLevel;
  readonly mean: number;
  readonly count: number;
}

/** Throws if a number is not finite. (A loss that is not finite stops a run before the monitors.) */
export const requireFinite = (operation: string, x: number): void => {
  if (!Number.isFinite(x)) fail({ operation, what: 'a monitored number must be finite', got: String(x) });
};
