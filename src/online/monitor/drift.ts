/** What a detector of drift says. */
import { fail } from '../../error.js';

export type DriftLevel = 'none' | 'warning' | 'drift';

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
