/** Linear regression: stochastic gradient descent finds, step by step, what algebra finds at once. */
import { from, lastValueFrom } from 'rxjs';
import { batches, dense, evaluate, key, learner, meanSquaredError, sgd, tensor, train } from 'paralens';
import { exponentialDecay } from 'paralens/update';
import { force } from 'paralens/program';
import { add, matmul, multiply, normal, split } from 'paralens/operation';
import { isStarted } from './data/direct.js';

type Numbers = readonly number[];

/** Points near the plane y = 2x₁ − 3x₂ + ½x₃ + 1. */
const observe = (seed: number, count: number) => {
  const [places = key(seed), noise = key(seed)] = split(key(seed), 2);
  const input = normal(places, [count, 3]);
  const plane = add(matmul(input, tensor([[2], [-3], [0.5]])), 1);
  return force({ input, target: add(plane, multiply(normal(noise, [count, 1]), 0.1)) });
};

/** The solution of a linear system, each row its coefficients and its right side: one unknown less at a time. */
const solve = (system: readonly Numbers[]): Numbers => {
  const [row, ...others] = system.toSorted(([a = 0], [b = 0]) => Math.abs(b) - Math.abs(a));
  if (row === undefined) return [];
  const [pivot = 1, ...rest] = row;
  const solved = solve(
    others.map(([first = 0, ...other]) => other.map((value, j) => value - (first / pivot) * (rest[j] ?? 0))),
  );
  const known = solved.reduce((sum, value, j) => sum + value * (rest[j] ?? 0), 0);
  return [((rest.at(-1) ?? 0) - known) / pivot, ...solved];
};

/** The least squares minimum: the w with XᵀX·w = Xᵀy, where X has a column of ones for the bias. */
const leastSquares = (x: readonly Numbers[], y: Numbers): Numbers => {
  const columns = Array.from({ length: 4 }, (_, j) => x.map((row) => row[j] ?? 1));
  const dot = (a: Numbers, b: Numbers): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  return solve(columns.map((column) => [...columns.map((other) => dot(column, other)), dot(column, y)]));
};

/** Both solutions, three weights and the bias, and the largest difference between them. */
export const main = async ({ examples = 1024, epochs = 40, seed = 1 } = {}) => {
  const { input, target } = observe(seed, examples);
  const line = learner({
    model: dense(3, 1),
    loss: meanSquaredError(),
    // The noise of the batches would keep the parameters trembling: the rate fades until they rest.
    update: sgd({
      learningRate: exponentialDecay({ rate: 0.1, factor: 0.1, steps: (epochs * examples) / 32 / 3 }),
    }),
  });
  const data = batches({ input, target }, { size: 32, shuffle: key(seed), epochs });
  const { state } = await lastValueFrom(from(data).pipe(train(line, { key: key(seed) })));
  const [{ kernel, bias }] = state.parameters;
  const descent = [...evaluate(kernel).data, ...evaluate(bias).data];

  const flat = [...evaluate(input).data];
  const rows = Array.from({ length: examples }, (_, i) => flat.slice(3 * i, 3 * i + 3));
  const exact = leastSquares(rows, [...evaluate(target).data]);
  const difference = Math.max(...exact.map((value, i) => Math.abs(value - (descent[i] ?? Number.NaN))));
  return { descent, exact, difference };
};

if (isStarted(import.meta.url)) {
  const { descent, exact, difference } = await main();
  const show = (numbers: Numbers): string => numbers.map((value) => value.toFixed(5).padStart(9)).join(' ');
  console.log(`               weights                       bias`);
  console.log(`descent      ${show(descent)}`);
  console.log(`closed form  ${show(exact)}`);
  console.log(`largest difference ${difference.toExponential(1)}`);
}
