/** Long expressions: nothing recurses as deep as they are. */
import { compile, type Compiled, evaluate, scalar, type Tensor, tensor } from 'paralens';
import { defaultBackend, force, leaves, mapTree, reference } from 'paralens/program';
import {
  add,
  gradient,
  multiply,
  pushforward,
  scan,
  sin,
  slice,
  subtract,
  sum,
  vmap,
} from 'paralens/operation';
import { describe, expect, test } from 'vitest';

type Vector = Tensor<readonly [2]>;

const LONG = 1500;

const repeated = <T>(times: number, f: (x: T) => T, x: T): T => {
  let now = x;
  for (let i = 0; i < times; i++) now = f(now);
  return now;
};

const step = (x: Vector): Vector => add(multiply(x, 0.9), 0.1);
const long = (x: Vector): Vector => repeated(LONG, step, x);
const start = tensor([3, -2]);

describe.each([defaultBackend, reference()].map((backend) => [backend.name, backend] as const))(
  'a long chain on %s',
  (_, backend) => {
    const rounded = (actual: Tensor<readonly number[]>): readonly number[] =>
      Array.from(evaluate(actual, { backend }).data, (each) => Math.round(each * 1e5) / 1e5);

    test('is evaluated, compiled and printed', () => {
      expect(rounded(long(start)).map(Math.abs)).toEqual([1, 1]);
      const compiled: Compiled<[Vector], Vector> = compile(long, { backend });
      expect(rounded(compiled(start)).map(Math.abs)).toEqual([1, 1]);
      expect(compiled.print(start).length).toBeGreaterThan(LONG);
    });

    test('is differentiated backwards and forwards, mapped over a batch, and in a loop', () => {
      expect(rounded(gradient((x: Vector) => sum(long(x)))(start)).map(Math.abs)).toEqual([0, 0]);
      expect(rounded(pushforward(long)(start, start)[1]).map(Math.abs)).toEqual([0, 0]);
      expect(
        rounded(
          vmap((x: Tensor<readonly []>) => repeated(LONG, (y) => add(multiply(y, 0.9), 0.1), x))(start),
        ).map(Math.abs),
      ).toEqual([1, 1]);
      const [last] = scan((x: Vector) => [long(x), {}] as const, start, {}, { length: 2 });
      expect(rounded(last).map(Math.abs)).toEqual([1, 1]);
    });
  },
);

test('a value used several times in each link is computed once', () => {
  const descent = (x: Vector): Vector =>
    repeated(100, (y) => subtract(y, multiply(0.01, multiply(y, multiply(y, y)))), x);
  const [first = Number.NaN] = evaluate(descent(tensor([1, 2]))).data;
  // dx/dt = −x³ from 1 for a time of 1 is 1/√3; Euler's steps are a little below.
  expect(first).toBeGreaterThan(0.56);
  expect(first).toBeLessThan(1 / Math.sqrt(3));
});

test('a long chain of views is read', () => {
  const x = tensor(Array.from({ length: 600 }, (_, i) => i));
  const view = repeated<Tensor<readonly number[]>>(
    500,
    (y) => slice(sin(y), { start: [1], stop: [y.shape[0] ?? 0] }),
    x,
  );
  expect(evaluate(view).shape).toEqual([100]);
  const sliced = repeated<Tensor<readonly number[]>>(
    500,
    (y) => slice(y, { start: [1], stop: [y.shape[0] ?? 0] }),
    x,
  );
  expect(evaluate(sliced).data[0]).toBe(500);
});

test('the fourth derivative of sin is sin', () => {
  const order = (n: number): ((x: Tensor<readonly []>) => Tensor<readonly []>) =>
    n === 0 ? (x) => sin(x) : gradient(order(n - 1));
  const value = evaluate(order(4)(scalar(0.3))).data[0];
  expect(value).toBeCloseTo(Math.sin(0.3), 5);
});

test('a tree that is nested too deep is a clear error', () => {
  let tree: unknown = scalar(1);
  for (let i = 0; i < 20_000; i++) tree = { next: tree };
  const message = /tree: the tree is deeper than 1000 levels/;
  for (const walk of [
    () => leaves(tree),
    () => mapTree(tree, (each) => each),
    () => force(tree),
    () => evaluate(tree),
  ])
    expect(walk).toThrow(message);
});
