/** C-3: what is alive does not grow with the number of steps. */
import { broken, holds, type Verdict } from '../base/verdict.js';

/** How many things are alive after so many steps, when what can be collected has been. */
export interface Live {
  readonly steps: number;
  readonly alive: number;
}

/**
 * C-3. alive(m) ≤ alive(n) + slack, however much longer m is than n
 */
export const liveStays = (subject: string, [before, after]: readonly [Live, Live], slack: number): Verdict =>
  after.alive <= before.alive + slack
    ? holds
    : broken({
        law: 'C-3',
        subject,
        what: `what is alive grows with the steps: ${before.alive} after ${before.steps}, ${after.alive} after ${after.steps}`,
        got: after.alive,
        expected: before.alive,
        tolerance: slack,
        hint: 'something holds on to batches or states that nobody can ask for any more',
      });
