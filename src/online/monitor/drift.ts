/** What a detector of drift says. */
import { fail } from '../../error.js';

export type DriftLevel = 'none' | 'warning' | 'drift';

/** Which way a mean has to go to be a drift: `up`, as losses and errors do when they get worse, `down`, or either. */
export type DriftDirection = 'up' | 'down' | 'both';

/** Whether a change of a mean is in a direction. */
export const isInDirection = (direction: DriftDirection, before: number, after: number): boolean =>
  direction === 'both' || (direction === 'up' ? after > before : after < before);

/** Throws if a direction is not one of those that a detector knows. */
export const requireDirection = (
  operation: string,
  got: string,
  known: readonly DriftDirection[] = ['up', 'down', 'both'],
): void => {
  if (!known.some((each) => each === got))
    fail({
      operation,
      what: 'not a value for direction',
      got: JSON.stringify(got),
      needed: known.join(' or '),
    });
};

/** Of the numbers since the last drift, or of the window that is left of them. */
export interface Drift {
  readonly level: DriftLevel;
  readonly mean: number;
  readonly count: number;
}

/** A monitor is of numbers that are some: a loss that is none stops a run before it comes here. */
export const requireFinite = (operation: string, x: number): void => {
  if (!Number.isFinite(x))
    fail({ operation, what: 'no number to watch', got: String(x), needed: 'a finite number' });
};

/** Throws where an option is none. */
export const requireOption = (
  operation: string,
  name: string,
  got: number,
  holds: boolean,
  needed: string,
): void => {
  if (!holds) fail({ operation, what: `no value for ${name}`, got: String(got), needed });
};
