/** Random smooth functions over tensors: expressions over the primitives that keep the shape of their argument. */
import { add, divide, multiply, subtract } from '../../src/operation/arithmetic.js';
import { softplus } from '../../src/operation/activation.js';
import { softmax } from '../../src/operation/softmax.js';
import { negate } from '../../src/tensor/primitive/arithmetic.js';
import { cos, sin } from '../../src/tensor/primitive/trigonometric.js';
import { erf, sigmoid, tanh } from '../../src/tensor/primitive/sigmoid.js';
import { reverse } from '../../src/tensor/primitive/movement.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Sampler } from './draw.js';

/** A function from tensors of a shape to tensors of that shape; rank at least 1, no axis empty. */
export interface Expression {
  (x: Tensor): Tensor;
  /** Its steps, for failures: `x; tanh x; multiply %1 x`. */
  readonly description: string;
}

interface Named {
  readonly name: string;
  readonly f: (a: Tensor, b: Tensor) => Tensor;
}

/** All of these are smooth, and keep what is small small. */
const steps: readonly Named[] = [
  { name: 'tanh', f: tanh },
  { name: 'sin', f: sin },
  { name: 'cos', f: cos },
  { name: 'sigmoid', f: sigmoid },
  { name: 'erf', f: erf },
  { name: 'softplus', f: softplus },
  { name: 'negate', f: negate },
  { name: 'softmax', f: (a) => softmax(a) },
  { name: 'reverse', f: (a) => reverse(a, [0]) },
  { name: 'add', f: (a, b) => add(a, b) },
  { name: 'subtract', f: (a, b) => subtract(a, b) },
  { name: 'multiply', f: (a, b) => multiply(tanh(a), b) },
  // b/(1 + a²)
  { name: 'quotient', f: (a, b) => divide(b, add(multiply(a, a), 1)) },
];

/** An expression of up to `size` steps; later ones use earlier ones, so that values are shared. */
export const drawExpression = ({ integer, pick }: Sampler, size = 6): Expression => {
  const chosen = Array.from({ length: integer(1, size) }, () => ({
    step: pick(steps),
    left: integer(0, 2),
    right: integer(0, 3),
  }));
  // Counted from the last one back, so that most steps go on from the step before.
  const place = (back: number, known: number): number => Math.max(0, known - 1 - back);
  const run = (x: Tensor): Tensor => {
    const known: Tensor[] = [x];
    for (const { step, left, right } of chosen) {
      const operand = (back: number): Tensor => known[place(back, known.length)] ?? x;
      known.push(step?.f(operand(left), operand(right)) ?? x);
    }
    return known.at(-1) ?? x;
  };
  const lines = chosen.map(
    ({ step, left, right }, i) =>
      `%${i + 1} = ${step?.name ?? ''} %${place(left, i + 1)}${step?.f.length === 2 ? ` %${place(right, i + 1)}` : ''}`,
  );
  return Object.assign(run, { description: lines.join('; ') });
};
