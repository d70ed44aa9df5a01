/** Why backpropagation: the whole gradient for the price of a few forward passes, instead of one a parameter. */
import { compile, evaluate, key, type Tensor, tensor } from 'paralens';
import { force } from 'paralens/program';
import {
  cast,
  matmul,
  mean,
  multiply,
  normal,
  split,
  subtract,
  tanh,
  valueAndGradient,
} from 'paralens/operation';
import { isStarted } from './data/direct.js';

type Matrix = Tensor<readonly [number, number], 'float64'>;

/** A network of two layers without biases, in double precision so that there are digits to compare. */
interface Weights {
  readonly first: Matrix;
  readonly second: Matrix;
}

const draw = (seed: number, sizes: readonly (readonly [number, number])[]): readonly Matrix[] =>
  force(split(key(seed), sizes.length).map((each, i) => cast(normal(each, sizes[i] ?? [0, 0]), 'float64')));

/** What a function returns, and how many milliseconds it takes, on average over so many times. */
const timed = <T>(f: () => T, times = 1): readonly [T, number] => {
  const start = performance.now();
  for (let i = 1; i < times; i++) f();
  const result = f();
  return [result, (performance.now() - start) / times];
};

/** The gradient both ways, the largest difference, and what each cost in forward passes and milliseconds. */
export const main = ({ inputs = 16, hidden = 24, seed = 1 } = {}) => {
  const zero = tensor(new Float64Array(0), [0, 0], 'float64');
  const [first = zero, second = zero, x = zero, target = zero] = draw(seed, [
    [inputs, hidden],
    [hidden, 1],
    [32, inputs],
    [32, 1],
  ]);
  const weights: Weights = { first: force(multiply(first, 0.2)), second: force(multiply(second, 0.2)) };

  // mean (tanh(x·W₁)·W₂ − t)²
  const loss = (w: Weights) => {
    const wrong = subtract(matmul(tanh(matmul(x, w.first)), w.second), target);
    return mean(multiply(wrong, wrong));
  };
  const forward = compile(loss);
  const backward = compile(valueAndGradient(loss));

  // The first run compiles, and is not measured.
  forward(weights);
  backward(weights);

  // One forward pass and one backward pass.
  const [[, gradient], backwardTime] = timed(() => backward(weights), 100);
  const derived = [...evaluate(gradient.first).data, ...evaluate(gradient.second).data];

  // ∂f/∂wᵢ ≈ (f(w + h·eᵢ) − f(w))/h: a forward pass for every parameter. A small h loses digits in the
  // subtraction, a large one to the curvature; between them, √ε leaves half of the 16 digits.
  const h = Math.sqrt(Number.EPSILON);
  const flat = [...evaluate(weights.first).data, ...evaluate(weights.second).data];
  const at = (numbers: readonly number[]): number =>
    evaluate(
      forward({
        first: tensor(numbers.slice(0, inputs * hidden), [inputs, hidden], 'float64'),
        second: tensor(numbers.slice(inputs * hidden), [hidden, 1], 'float64'),
      }),
    ).data[0] ?? Number.NaN;
  const [differences, forwardTime] = timed(() => {
    const here = at(flat);
    return flat.map((value, i) => (at(flat.with(i, value + h)) - here) / h);
  });

  const scale = Math.max(...derived.map(Math.abs));
  const apart = Math.max(...derived.map((value, i) => Math.abs(value - (differences[i] ?? Number.NaN))));
  return { parameters: flat.length, relative: apart / scale, backwardTime, forwardTime };
};

if (isStarted(import.meta.url)) {
  const { parameters, relative, backwardTime, forwardTime } = main();
  console.log(`gradient of ${parameters} parameters`);
  console.log(`  one backward pass                ${backwardTime.toFixed(2).padStart(9)} ms`);
  console.log(
    `  ${String(parameters + 1).padEnd(4)} forward passes              ${forwardTime.toFixed(2).padStart(9)} ms`,
  );
  console.log(`  ${(forwardTime / backwardTime).toFixed(0)} times as long`);
  console.log(
    `agreeing to ${Math.floor(-Math.log10(relative))} digits (largest relative difference ${relative.toExponential(1)})`,
  );
}
