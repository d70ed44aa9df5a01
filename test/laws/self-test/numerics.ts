/** Curves with planted bugs of arithmetic: overflow, lost digits, neighbors, second derivatives. */
import { type Shape, type Tensor } from 'paralens';
import { reference } from 'paralens/program';
import { withPullback } from 'paralens/operation';
import {
  type Curve,
  curveLaws,
  derivativeLaws,
  drawLine,
  drawSubject,
  type Engine,
  engineOf,
  finiteOnLine,
  profileOf,
  type Subject,
  subjectOf,
} from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const { add, broadcast, divide, exp, log, sigmoid, multiply, subtract, sum, tanh } = operation;

const single = engineOf(reference());

/** The last elements, of which there are not four, computed otherwise. */
const tailed: Engine = {
  ...single,
  compile: (program) => {
    const run = single.compile(program);
    return (inputs) =>
      run(inputs).map((data) => {
        const tail = data.length - (data.length % 4);
        return data.map((x: number, i: number) => (i >= tail ? x * (1 + 2 ** -20) : x));
      });
  },
};

/** A curve that claims to be finite, accurate and its own along the line. */
const curve = (name: string, killedBy: readonly string[], f: Curve, engine: Engine = single): Suspect =>
  plant(
    `curve: ${name}`,
    killedBy,
    (sampler) => ({ name, f, at: [90, ...drawLine(sampler, 2), 0] }),
    curveLaws(engine),
  );

/** The Jacobian of a row's product, as y/x: not where an x is 0. */
const product = (x: Tensor): Tensor => {
  const [rows = 1] = x.shape;
  const column = (i: number): Tensor => operation.slice(x, { start: [0, i], stop: [rows, i + 1] });
  return sum(multiply(multiply(column(0), column(1)), column(2)), [1]);
};
const overRow = (y: Tensor, x: Tensor): Tensor => broadcast(y, x.shape, [0]);

const rowsOf = (name: string, killedBy: readonly string[], f: Curve): Suspect =>
  plant(name, killedBy, ({ integers }) => integers(6, -1, 1), [
    (at) => finiteOnLine(profileOf(name, f, at, single, [2, 3])),
  ]);

const second = (name: string, killedBy: readonly string[], subject: Subject): Suspect =>
  plant(`second derivative: ${name}`, killedBy, (sampler) => drawSubject(sampler, subject), derivativeLaws());

export const numericsSuspects: readonly Suspect[] = [
  curve('tanh, sound', [], tanh),
  curve('softplus as ln(1 + eˣ)', ['N-1'], (x) => log(add(exp(x), 1))),
  curve('sigmoid as eˣ/(1 + eˣ)', ['N-1'], (x) => divide(exp(x), add(exp(x), 1))),
  curve(
    'tanh², its gradient divided by tanh',
    ['N-1'],
    withPullback(
      (x: Tensor) => multiply(tanh(x), tanh(x)),
      (x) => (dy) => {
        const slope = multiply(sigmoid(add(x, x)), sigmoid(multiply(x, -2)));
        return multiply(dy, multiply(divide(multiply(tanh(x), tanh(x)), tanh(x)), multiply(slope, 8)));
      },
    ),
  ),
  curve('divided by the largest', ['N-2'], (x) =>
    divide(tanh(x), add(operation.max(operation.abs(tanh(x))), 1)),
  ),
  curve(
    'tanh, its gradient blurred over neighbors',
    ['N-2'],
    withPullback(tanh<Shape, 'float32'>, (x) => (dy) => {
      const slope = multiply(sigmoid(add(x, x)), sigmoid(multiply(x, -2)));
      return add(multiply(dy, multiply(slope, 4)), broadcast(multiply(sum(slope), 1e-3), x.shape, []));
    }),
  ),
  curve(
    'tanh, its gradient as 1 − y²',
    ['N-3'],
    withPullback(
      tanh<Shape, 'float32'>,
      (x) => (dy) => multiply(dy, subtract(1, multiply(tanh(x), tanh(x)))),
    ),
  ),
  curve('sigmoid, the rest of a tile otherwise', ['N-2'], sigmoid, tailed),
  rowsOf('product of a row: sound', [], product),
  rowsOf(
    'product of a row: its gradient as y/x',
    ['N-1'],
    withPullback(product, (x) => (dy) => multiply(overRow(dy, x), divide(overRow(product(x), x), x))),
  ),
  second(
    'through tanh, its slope held constant',
    ['G-7'],
    subjectOf(
      'tanh',
      withPullback(tanh<readonly [3], 'float32'>, (x) => (dy) => {
        const slope = multiply(sigmoid(add(x, x)), sigmoid(multiply(x, -2)));
        return multiply(dy, operation.stopGradient(multiply(slope, 4)));
      }),
      { shape: [3] },
    ),
  ),
];
