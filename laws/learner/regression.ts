/** F-15: linear regression, where every step is known in closed form. */
import { same } from '../base/compare.js';
import type { Equality } from '../base/equality.js';
import { broken, holds, type Verdict } from '../base/verdict.js';

/** Full-batch gradient descent on mean (x·w + b − y)² over n examples of d numbers. */
export interface Regression {
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
  readonly rate: number;
}

export interface Line {
  readonly kernel: readonly number[];
  readonly bias: number;
}

const residuals = ({ x, y }: Regression, { kernel, bias }: Line): readonly number[] =>
  x.map((row, i) => row.reduce((sum, each, j) => sum + each * (kernel[j] ?? 0), bias) - (y[i] ?? 0));

/** mean (x·w + b − y)² */
export const lossOf = (problem: Regression, line: Line): number =>
  residuals(problem, line).reduce((sum, r) => sum + r * r, 0) / problem.y.length;

/** w′ = w − η·2/n·Xᵀ(Xw + b − y), b′ = b − η·2/n·Σ(Xw + b − y) */
export const descend = (problem: Regression, line: Line): Line => {
  const { x, y, rate } = problem;
  const r = residuals(problem, line);
  const slope = (of: (i: number) => number): number =>
    (2 / y.length) * r.reduce((sum, each, i) => sum + each * of(i), 0);
  return {
    kernel: line.kernel.map((w, j) => w - rate * slope((i) => x[i]?.[j] ?? 0)),
    bias: line.bias - rate * slope(() => 1),
  };
};

/** The largest rate at which the loss cannot grow, from below: 2/λmax ≥ 2/trace of the Hessian */
export const safeRate = ({ x }: Pick<Regression, 'x'>): number => {
  const squares = x.reduce((sum, row) => sum + row.reduce((part, each) => part + each * each, 1), 0);
  return 2 / ((2 / x.length) * squares);
};

/** What training tells of each step: the loss before it, and the line after it. */
export interface Fitted {
  readonly loss: number;
  readonly line: Line;
}

const numbersOf = ({ loss, line }: Fitted) => ({
  loss,
  kernel: Float64Array.from(line.kernel),
  bias: line.bias,
});

/**
 * F-15. Training a linear layer on the whole set ≡ p − η·2/n·Xᵀ(Xp − y), step by step
 */
export const knownSteps = (
  subject: string,
  problem: Regression,
  initial: Line,
  steps: readonly Fitted[],
  equality: Equality,
): Verdict => {
  let line = initial;
  const expected = steps.map((): Fitted => {
    const loss = lossOf(problem, line);
    line = descend(problem, line);
    return { loss, line };
  });
  return same(equality, steps.map(numbersOf), expected.map(numbersOf), {
    law: 'F-15',
    subject,
    what: 'not the steps of gradient descent',
    hint: 'model, loss and update are wired in another way',
  });
};

/**
 * F-15. With η < 2/λmax the loss does not grow
 */
export const lossFalls = (subject: string, losses: readonly number[]): Verdict => {
  const grew = losses.findIndex((loss, i) => loss > (losses[i - 1] ?? Infinity) * (1 + 1e-12));
  return grew < 0
    ? holds
    : broken({
        law: 'F-15',
        subject,
        what: 'the loss grows though the rate is small enough',
        index: grew,
        got: losses[grew],
        expected: losses[grew - 1],
      });
};
