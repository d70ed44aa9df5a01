/** What composites say of mistakes, to the letter, and the ways to write one that laws don't speak of. */
import { function as F } from 'fp-ts';
import { compose, dense, evaluate, key, named, relu, sequential, tanh, tensor } from 'paralens';
import {
  addTrees,
  andThen,
  forward,
  lensCategory,
  lensMonoid,
  parameterPaths,
  type SimpleLens,
} from 'paralens/lens';
import { describe, expect, test } from 'vitest';

const x = tensor([[1, -2]]);

test('parameters of another model are refused', () => {
  const model = sequential(dense(2, 3), relu(), dense(3, 1));
  const [first] = model.init(key(1));
  expect(() => model.run([first] as never, x)).toThrow(
    'sequential: the parameters belong to another model, got 1 records, needed 2; one record for each layer that has parameters',
  );
});

test('two parts of the same name are refused', () => {
  const twice = sequential(named('part', dense(2, 2)), named('part', dense(2, 1)));
  const [part] = named('part', dense(2, 2)).init(key(1));
  // Parts without a name may come more than once, and hide none that have one.
  expect(() => parameterPaths([{ a: x, b: x }, { a: x, b: x }, part, part])).toThrow("got 'part' twice");
  expect(() => parameterPaths(twice.init(key(1)))).toThrow(
    "named: two parts have the same name, got 'part' twice, needed different names for parts of the same model; rename one of them, or put each into another named part",
  );
});

test('parameters are named by their places and names', () => {
  const model = sequential(dense(2, 2), named('head', sequential(relu(), dense(2, 1))));
  expect(parameterPaths(model.init(key(1)))).toEqual(['0.bias', '0.kernel', 'head.0.bias', 'head.0.kernel']);
});

test('a record of one tensor, of a list with one tensor, and null are not named parts', () => {
  const [one, other] = [tensor([1]), tensor([2])];
  expect(parameterPaths([{ scale: one }, { a: [one], b: other }, {}, one, [one, other]])).toEqual([
    '0.scale',
    '1.a.0',
    '1.b',
    '3',
    '4.0',
    '4.1',
  ]);
  expect(parameterPaths([[[one]]])).toEqual(['0.0.0']);
  expect(() => parameterPaths([null])).toThrow('tree: a leaf is not a tensor, got null');
});

test('the sum of cotangents of different structure is refused', () => {
  expect(() => addTrees([x], [x, x] as never)).toThrow(/^sum of changes: /);
});

test('andThen is compose in curried form', () => {
  const piped = F.pipe(dense(2, 2), andThen(tanh()), andThen(dense(2, 1)));
  const composed = compose(compose(dense(2, 2), tanh()), dense(2, 1));
  const parameters = composed.init(key(1));
  expect(evaluate(piped.init(key(1)))).toEqual(evaluate(parameters));
  expect(evaluate(piped.run(parameters, x)[0])).toEqual(evaluate(composed.run(parameters, x)[0]));
});

describe('the instances of fp-ts', () => {
  const double: SimpleLens<number, number> = { run: (a) => [2 * a, (db) => 2 * db] };
  const next: SimpleLens<number, number> = { run: (a) => [a + 1, (db) => db] };

  test('a category composes from right to left', () => {
    expect(forward(lensCategory.compose(next, double))(5)).toBe(11);
    expect(forward(lensCategory.id<number>())(5)).toBe(5);
    expect(lensCategory.URI).toBe('paralens/Lens');
  });

  test('a monoid from left to right', () => {
    const { concat, empty } = lensMonoid<number>();
    expect(forward(concat(double, next))(5)).toBe(11);
    expect(forward(empty)(5)).toBe(5);
  });
});
