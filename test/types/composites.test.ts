/** Lists of layers, shared records, and targets: what compiles, and what it is. */
import { expect, expectTypeOf, test } from 'vitest';
import {
  compose,
  dense,
  type DenseParameters,
  evaluate,
  huber,
  key,
  learner,
  meanSquaredError,
  type Para,
  relu,
  residual,
  sequential,
  sgd,
  share,
  softmaxCrossEntropy,
  type Tensor,
  tensor,
  weighted,
} from 'paralens';
import { parameterPaths } from 'paralens/lens';

type Rows<N extends number> = Tensor<readonly [number, N]>;

const x = tensor([[1, 2]]);
const blocks = Array.from({ length: 3 }, () => residual(sequential(dense(2, 2), relu())));

test('a list of layers with equal input and output types is a layer', () => {
  const deep = sequential(dense(2, 2), sequential(...blocks), dense(2, 1));
  expectTypeOf(deep).toExtend<Para<readonly unknown[], Rows<2>, Rows<1>>>();
  expectTypeOf(sequential(...blocks).init(key(1))).toEqualTypeOf<readonly DenseParameters<2, 2>[]>();
  expect(deep.size).toBe(5);
  expect(parameterPaths(deep.init(key(1)))).toHaveLength(10);
  const [first, second, third] = blocks;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three blocks');
  const written = sequential(first, second, third);
  const p = written.init(key(2));
  expect(evaluate(sequential(...blocks).run(p, x)[0])).toEqual(evaluate(written.run(p, x)[0]));
  expect(sequential(...blocks.slice(0, 0)).run([], x)[0]).toBe(x);
  // @ts-expect-error the list gives 2, the next wants 3
  expect(sequential(sequential(...blocks), dense(3, 1)).size).toBe(4);
  const growing = [dense(2, 3), dense(2, 3)];
  // @ts-expect-error layers that give another size than they take cannot follow each other
  expect(sequential(...growing).size).toBe(2);
});

test('any number of layers may share one record', () => {
  const three = share(sequential(dense(2, 2), relu(), dense(2, 2), dense(2, 2)));
  expectTypeOf(three.init(key(1))).toEqualTypeOf<readonly [DenseParameters<2, 2>]>();
  const [r] = three.init(key(1));
  const apart = sequential(dense(2, 2), relu(), dense(2, 2), dense(2, 2));
  const [y, back] = three.run([r], x);
  const [z, backApart] = apart.run([r, r, r], x);
  expect(evaluate(y)).toEqual(evaluate(z));
  const [[change], dx] = back(tensor([[1, -1]]));
  const [[a, b, c], dz] = backApart(tensor([[1, -1]]));
  const total = [a, b, c].map(({ bias }) => evaluate(bias).data);
  expect(Array.from(evaluate(change.bias).data)).toEqual(
    [0, 1].map((i) => total.reduce((sum, each) => Math.fround(sum + (each[i] ?? Number.NaN)), 0)),
  );
  expect(evaluate(dx)).toEqual(evaluate(dz));
  const many = share(sequential(...blocks));
  expectTypeOf(many.init(key(1))).toEqualTypeOf<readonly [DenseParameters<2, 2>]>();
  expect(many.run(many.init(key(1)), x)[0].shape).toEqual([1, 2]);
});

test('layers with different parameters cannot share them', () => {
  expect(() => {
    // @ts-expect-error two kernels of different sizes are not one
    share(compose(dense(2, 2), dense(2, 3))).init(key(1));
  }).toThrow(
    'share: the uses have different parameters, got bias float32 [3], kernel float32 [2, 3], needed bias float32 [2], kernel float32 [2, 2]',
  );
  const sizes: { readonly a: number; readonly b: number } = { a: 2, b: 3 };
  expect(() => share(compose(dense(sizes.a, sizes.b), dense(sizes.b, sizes.a))).init(key(1))).toThrow(
    /^share: the uses have/,
  );
  expect(() => share(sequential(...blocks.slice(0, 0))).init(key(1))).toThrow(
    'share: the layer has no parameters to share',
  );
});

test('an entrywise loss takes targets like the predictions', () => {
  const model = dense(2, 1);
  const mean = learner({ model, loss: meanSquaredError(), update: sgd() });
  const masked = learner({ model, loss: weighted(huber()), update: sgd() });
  const classes = learner({ model: dense(2, 3), loss: softmaxCrossEntropy(), update: sgd() });
  const state = mean.init(key(1));
  mean.step(state, { input: x, target: tensor([[1]]) });
  masked.step(state, { input: x, target: { target: tensor([[1]]), weight: tensor([1]) } });
  classes.step(classes.init(key(1)), { input: x, target: tensor([[0, 1, 0]]) });
  expect(() => {
    // @ts-expect-error a number a row is no row; and it throws
    mean.step(state, { input: x, target: tensor([1]) });
  }).toThrow('meanSquaredError');
  expect(() => {
    // @ts-expect-error the same behind weights
    masked.step(state, { input: x, target: { target: tensor([1]), weight: tensor([1]) } });
  }).toThrow('huber');
  expect(() => {
    // @ts-expect-error two probabilities for three classes
    classes.step(classes.init(key(1)), { input: x, target: tensor([[0, 1]]) });
  }).toThrow('softmaxCrossEntropy');
});
