/** Models: names and paths of parameters, sharing, freezing, mistakes told with their place, depth. */
import { expect, test } from 'vitest';
import {
  compose,
  dense,
  differentiable,
  evaluate,
  fanOut,
  freeze,
  key,
  learner,
  meanSquaredError,
  named,
  type Para,
  para,
  parallel,
  type Parameters,
  relu,
  scalar,
  sequential,
  sgd,
  share,
  tanh,
  type Tensor,
  tensor,
} from 'paralens';
import { identity, parameterPaths, reparametrization, reparametrize } from 'paralens/lens';
import { print } from 'paralens/program';
import { add, exp, gradient, mean, multiply, sum } from 'paralens/operation';

const size: number = 3;

test('parameters are named by their paths', () => {
  const model = sequential(
    named('encoder', sequential(dense(4, 3), relu(), dense(3, 2))),
    relu(),
    dense(2, 4),
  );
  expect(parameterPaths(model.init(key(1)))).toEqual([
    'encoder.0.bias',
    'encoder.0.kernel',
    'encoder.1.bias',
    'encoder.1.kernel',
    '1.bias',
    '1.kernel',
  ]);
});

test('two sibling parts of the same name are refused', () => {
  const twice = sequential(named('part', dense(2, 2)), named('part', dense(2, 2)));
  expect(() => learner({ model: twice, loss: meanSquaredError(), update: sgd() }).init(key(1))).toThrow(
    "named: two parts have the same name, got 'part' twice",
  );
  expect(() => named('whole', twice).init(key(1))).toThrow(
    "named: two parts have the same name, got 'part' twice",
  );
});

test('both bracketings have the same parameters, from the same key', () => {
  const [f, g, h] = [dense(2, 3), dense(3, 4), dense(4, 2)];
  const left = evaluate(sequential(sequential(f, g), h).init(key(5)));
  expect(left).toEqual(evaluate(sequential(f, sequential(g, h)).init(key(5))));
  expect(left).toEqual(evaluate(compose(compose(f, g), h).init(key(5))));
});

test('an error contains its path in the model', () => {
  const model = sequential(named('encoder', sequential(dense(4, size), relu())), dense(2, 1));
  expect(() => model.run(model.init(key(1)), tensor([[1, 2, 3, 4]]))).toThrow(
    '1: dense: the input has the wrong size, got [1, 3], needed […, 2]; the layer before must have 2 outputs',
  );
  const inside = named('encoder', sequential(relu<readonly [number, number]>(), dense(size + 1, 1)));
  expect(() =>
    sequential(dense(4, size), inside).run(
      [...dense(4, size).init(key(1)), ...inside.init(key(1))],
      tensor([[1, 2, 3, 4]]),
    ),
  ).toThrow('1.encoder.1: dense: the input has the wrong size, got [1, 3], needed […, 4]');
});

test('a program names the layer of each value, forward and backward', () => {
  const model = sequential(named('encoder', dense(2, 2)), tanh(), dense(2, 1));
  const text = print(
    gradient((p: ReturnType<typeof model.init>) => mean(model.run(p, tensor([[1, 2]]))[0])),
    model.init(key(1)),
  );
  // Outside of all layers stand the four parameters, the input, and the cotangent 1 of the mean, spread.
  const places = text
    .split('\n')
    .flatMap((line) => (line.includes('float32') ? [line.split('  # ')[1] ?? ''] : []));
  expect(places.filter((place) => place === '').length).toBe(7);
  expect(text).toMatch(/contract\[ay,yz→az\].*# 0\.encoder/);
  expect(text).toMatch(/contract\[ay,az→yz\].*# 0\.encoder/);
  expect(text).toMatch(/sigmoid.*# 1/);
  expect(text).toMatch(/contract\[ay,az→yz\].*# 2/);
});

test('a shared parameter gets the sum of its gradients', () => {
  const scale = differentiable(
    () => ({ factor: scalar(3) }),
    ({ factor }: { factor: Tensor<readonly []> }, x: Tensor<readonly [1]>) => multiply(x, factor),
  );
  const [, back] = share(compose(scale, scale)).run([{ factor: scalar(3) }], tensor([2]));
  // y = f²·x ⇒ df = 2·f·x
  const [[{ factor }], dx] = back(tensor([1]));
  expect([evaluate(factor).data[0], evaluate(dx).data[0]]).toEqual([12, 9]);
});

test('a frozen layer has no parameters and passes gradients on', () => {
  const frozen = freeze([{ kernel: tensor([[2]]), bias: tensor([1]) }], dense(1, 1));
  const [y, back] = frozen.run([], tensor([[3]]));
  const [dp, dx] = back(tensor([[1]]));
  expect([frozen.size, dp, evaluate(y).data[0], evaluate(dx).data[0]]).toEqual([0, [], 7, 2]);
});

test('a reparametrized layer learns the parameters behind its own', () => {
  const scale = para({
    init: () => ({ factor: scalar(1) }),
    run: ({ factor }: { factor: Tensor<readonly []> }, x: Tensor<readonly [1]>) => [
      multiply(x, factor),
      (dy: Tensor<readonly [1]>) => [{ factor: sum(multiply(dy, x)) }, multiply(dy, factor)] as const,
    ],
  });
  const positive = reparametrize(
    reparametrization(
      1,
      (): readonly [{ log: Tensor<readonly []> }] => [{ log: scalar(0) }],
      ([{ log }]) => [{ factor: exp(log) }] as const,
    ),
    scale,
  );
  const [y, back] = positive.run([{ log: scalar(1) }], tensor([2]));
  const [[{ log }]] = back(tensor([1]));
  expect(evaluate(y).data[0]).toBeCloseTo(2 * Math.E, 5);
  expect(evaluate(log).data[0]).toBeCloseTo(2 * Math.E, 5);
});

test('side by side and fanned out', () => {
  const [x, y] = [tensor([[1, 2]]), tensor([[3, 4]])];
  const both = parallel(relu<readonly [1, 2]>(), identity<Tensor<readonly [1, 2]>>());
  const [[a, b]] = both.run([], [x, y]);
  expect([[...evaluate(a).data], [...evaluate(b).data]]).toEqual([
    [1, 2],
    [3, 4],
  ]);
  const residual = fanOut(relu<readonly [1, 2]>(), identity<Tensor<readonly [1, 2]>>());
  const [, back] = residual.run([], x);
  expect([...evaluate(back([y, y])[1]).data]).toEqual([6, 8]);
});

test('two hundred layers trace, differentiate and simplify in time that grows with the depth', () => {
  const layers = Array.from({ length: 200 }, () => dense(8, 8));
  const instructions = (depth: number): number => {
    const model = layers
      .slice(0, depth)
      .reduce<Para<Parameters, Tensor<readonly [number, 8]>, Tensor<readonly [number, 8]>>>(
        (before, layer) => compose(before, layer),
        identity(),
      );
    const text = print(
      gradient((p: Parameters) => mean(model.run(p, tensor([[1, 2, 3, 4, 5, 6, 7, 8]]))[0])),
      model.init(key(1)),
    );
    return text.split('\n').length;
  };
  const before = performance.now();
  const [fifty, hundred, twoHundred] = [instructions(50), instructions(100), instructions(200)];
  console.log(
    `350 layers traced, differentiated and simplified in ${(performance.now() - before).toFixed(0)} ms`,
  );
  // The program grows by the same number of instructions for each further layer.
  expect(twoHundred - hundred).toBe(2 * (hundred - fifty));
});

test('nested gradients do not confuse variables', () => {
  // d/dx (x · d/dy (x·y)) = d/dx x² = 2x
  const f = (x: Tensor<readonly []>) =>
    multiply(x, gradient((y: Tensor<readonly []>) => multiply(x, y))(scalar(1)));
  expect(evaluate(gradient(f)(scalar(3))).data[0]).toBe(6);
  // d/dx (x · d/dx (x + y at x)) where the inner derivative is with respect to its own argument alone
  const g = (x: Tensor<readonly []>) => multiply(x, gradient((z: Tensor<readonly []>) => add(x, z))(x));
  expect(evaluate(gradient(g)(scalar(3))).data[0]).toBe(1);
});
