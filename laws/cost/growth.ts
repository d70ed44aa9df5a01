/** C-5: what compiling costs grows with a program as a line, up to a logarithm. */
import { broken, holds, type Verdict } from '../base/verdict.js';

/**
 * From n to 2n to 4n, n·log n grows by less than 2.4 times as much the second time for n ≥ 16; n² by 4 times, and what
 * is exponential by more.
 */
const MOST = 2.6;

/**
 * C-5. cost(4n) − cost(2n) ≤ 2.6·(cost(2n) − cost(n)). The cost is counted, not timed: visits, kernels, bytes of code.
 * What does not grow at all holds.
 */
export const growsAsALine = (subject: string, cost: (size: number) => number, size: number): Verdict => {
  const [one, two, four] = [cost(size), cost(2 * size), cost(4 * size)];
  const allowed = MOST * Math.max(0, two - one);
  return four - two <= allowed
    ? holds
    : broken({
        law: 'C-5',
        subject,
        what: `costs of ${one}, ${two} and ${four} at sizes ${size}, ${2 * size} and ${4 * size} grow faster than a line`,
        got: (four - two) / (two - one),
        expected: 2,
        tolerance: MOST - 2,
        hint: 'something is looked for among all others, or visited once for each way that leads to it',
      });
};
