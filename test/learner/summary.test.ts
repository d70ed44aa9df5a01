/** What a model is made of, in a table. */
import {
  batchNormalization,
  compose,
  convolution2d,
  dense,
  embedding,
  fanOut,
  flatten,
  key,
  named,
  type Para,
  parallel,
  relu,
  sequential,
  stateless,
  summary,
  type Tensor,
  tensor,
} from 'paralens';
import { concatenate, parameterPaths } from 'paralens/lens';
import { layersOf } from 'paralens/program';
import { expect, test } from 'vitest';

test('a perceptron', () => {
  const model = sequential(dense(784, 512), relu(), named('head', dense(512, 10)));
  expect(summary(model, [128, 784])).toBe(
    [
      'path    operations    output      parameters  multiply-adds    bytes  record',
      '──────  ────────────  ──────────  ──────────  ─────────────  ───────  ──────',
      '0       contract add  [128, 512]     401,920     51,380,224  262,144  0',
      '1       maximum       [128, 512]           0              0  262,144',
      '2.head  contract add  [128, 10]        5,130        655,360    5,120  head.0',
      '──────  ────────────  ──────────  ──────────  ─────────────  ───────  ──────',
      'total                                407,050     52,035,584  529,408',
    ].join('\n'),
  );
});

test('constants of a layer are not parameters, and a convolution counts its windows', () => {
  const model = sequential(convolution2d(3, 8, 5, { padding: 'same' }), batchNormalization(8), flatten());
  const [first, second] = layersOf(model, [2, 10, 10, 3]);
  expect(first).toMatchObject({ path: '0', output: [2, 10, 10, 8], parameters: 5 * 5 * 3 * 8 + 8 });
  expect(first?.multiplyAdds).toBe(2 * 100 * 8 * 75);
  expect(second).toMatchObject({ path: '1', parameters: 16 });
});

type Rows<N extends number> = Tensor<readonly [number, N]>;

/** The path of each layer, and where its parameters stand. */
const places = (...of: Parameters<typeof layersOf>) =>
  layersOf(...of).map(({ path, tensors }) => [path, tensors.map((name) => name.replace(/\.\w+$/, ''))[0]]);

test('parts side by side have their own paths', () => {
  expect(places(fanOut(dense(3, 2), dense(3, 4)), [5, 3])).toEqual([
    ['0', '0'],
    ['1', '1'],
  ]);
  expect(places(concatenate(dense(3, 2), sequential(dense(3, 4), relu())), [5, 3])).toEqual([
    ['0', '0'],
    ['1.0', '1'],
    ['1.1', undefined],
    ['', undefined],
  ]);
  expect(
    places(parallel(dense(3, 2), fanOut(dense(4, 1), dense(4, 2))), [
      [5, 3],
      [5, 4],
    ]),
  ).toEqual([
    ['0', '0'],
    ['1.0', '1'],
    ['1.1', '2'],
  ]);
});

test('nested compositions have a path for each layer, for any bracketing', () => {
  const start: Para<readonly unknown[], Rows<3>, Rows<3>> = dense(3, 3);
  const loop = Array.from({ length: 3 }).reduce<typeof start>((model) => compose(model, dense(3, 3)), start);
  const flat = [0, 1, 2, 3].map((i) => [String(i), String(i)]);
  expect(places(loop, [5, 3])).toEqual(flat);
  expect(
    places(compose(dense(3, 3), compose(compose(dense(3, 3), dense(3, 3)), dense(3, 3))), [5, 3]),
  ).toEqual(flat);
  expect(
    places(sequential(sequential(dense(3, 3), dense(3, 3)), sequential(dense(3, 3), dense(3, 3))), [5, 3]),
  ).toEqual(flat);
});

test('mistakes name their part', () => {
  const wrong: number = 5;
  const x = tensor([[1, 2, 3]]);
  const run =
    <P extends readonly unknown[], A, B>(model: Para<P, A, B>, a: A) =>
    () =>
      model.run(model.init(key(1)), a);
  expect(run(fanOut(dense(3, 2), dense(wrong, 2)), x)).toThrow(/^1: dense/);
  expect(run(parallel(dense(3, 2), sequential(relu(), dense(wrong, 2))), [x, x])).toThrow(/^1\.1: dense/);
  expect(run(concatenate(dense(3, 2), dense(wrong, 2)), x)).toThrow(/^1: dense/);
  expect(run(compose(compose(dense(3, 2), relu()), dense(wrong, 1)), x)).toThrow(/^2: dense/);
});

test('a copy of a composition with another run counts as one layer', () => {
  const pair = compose(dense(3, 3), dense(3, 3));
  const copy: typeof pair = { ...pair, run: ([p], x) => [x, (dx) => [[p, p], dx]] };
  expect(places(compose(copy, dense(3, 1)), [5, 3])).toEqual([['1', '2']]);
});

test('the input may be a tree of shapes and specifications', () => {
  const model = sequential(
    stateless(
      ({ words, features }: { words: Tensor<[number], 'int32'>; features: Rows<3> }) =>
        [words, features] as const,
    ),
    parallel(embedding<9, 4, readonly [number]>(9, 4), dense(3, 4)),
  );
  const found = places(model, { words: { shape: [5], dtype: 'int32' }, features: [5, 3] });
  expect(found.toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
    ['1.0', '0'],
    ['1.1', '1'],
  ]);
  expect(parameterPaths(model.init(key(1)))).toEqual(['0.table', '1.bias', '1.kernel']);
  expect(() => layersOf(model, { words: { shape: [5], dtype: 'int32' }, features: [5, 2] })).toThrow(
    /^1\.1: dense/,
  );
});
