/** What must compile, and what must not: the wrong use is a compile error, and the right one has its type. */
import { expect, expectTypeOf, test } from 'vitest';
import { function as F } from 'fp-ts';
import {
  accuracy,
  batched,
  compose,
  convolution1d,
  dense,
  type DenseParameters,
  embedding,
  fanOut,
  freeze,
  gruCell,
  key,
  learner,
  lstmCell,
  meanSquaredError,
  named,
  type Para,
  recurrent,
  recurrentSequence,
  relu,
  rematerialize,
  rmsprop,
  selfAttention,
  sequential,
  share,
  simpleCell,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  tensor,
  zeros,
} from 'paralens';
import { andThen, identity } from 'paralens/lens';
import { add, multiply, scan, sum } from 'paralens/operation';

type Vector = Tensor<readonly [2]>;

type Mnist = Para<
  readonly [DenseParameters<784, 512>, DenseParameters<512, 10>],
  Tensor<readonly [number, 784]>,
  Tensor<readonly [number, 10]>
>;

test('a model has the parameters, the argument and the result of its layers', () => {
  expectTypeOf(sequential(dense(784, 512), relu(), dense(512, 10))).toEqualTypeOf<Mnist>();
  expectTypeOf(compose(compose(dense(784, 512), relu()), dense(512, 10))).toEqualTypeOf<Mnist>();
});

test('a layer without a bias has none among its parameters', () => {
  const model = sequential(dense(4, 3, { bias: false }), relu(), dense(3, 2));
  type Kernel<I extends number, O extends number> = {
    readonly kernel: Tensor<readonly [I, O]>;
  };
  const [first, second] = model.init(key(1));
  expectTypeOf(first).toExtend<Kernel<4, 3>>();
  expectTypeOf(first).not.toHaveProperty('bias');
  expectTypeOf(second).toEqualTypeOf<DenseParameters<3, 2>>();
  const line = convolution1d(2, 3, 5, { padding: 'same', bias: false });
  const [kernels] = line.init(key(1));
  expectTypeOf(kernels).not.toHaveProperty('bias');
  expectTypeOf(convolution1d(2, 3, 5, { bias: zeros }).init(key(1))[0]).toHaveProperty('bias');
  const [projections] = selfAttention(4, 2, { bias: false }).init(key(1));
  expectTypeOf(projections.query).not.toHaveProperty('bias');
  expectTypeOf(selfAttention(4, 2).init(key(1))[0].query).toEqualTypeOf<DenseParameters<4, 4>>();
  // @ts-expect-error true is no initializer
  expect(() => dense(2, 2, { bias: true })).toThrow(
    'dense: `bias` must be an initializer or false, got true',
  );
  expect([first, kernels, projections.query].map((each) => Object.keys(each))).toEqual(
    Array.from({ length: 3 }, () => ['kernel']),
  );
});

test('both bracketings have one type', () => {
  const left = sequential(sequential(dense(2, 3), dense(3, 4)), dense(4, 5));
  const right = sequential(dense(2, 3), sequential(dense(3, 4), dense(4, 5)));
  expectTypeOf(left).toEqualTypeOf(right);
});

test('composition reads from left to right in pipe', () => {
  expectTypeOf(F.pipe(dense(784, 512), andThen(relu()), andThen(dense(512, 10)))).toEqualTypeOf<Mnist>();
});

test('layers that do not fit do not compile', () => {
  // @ts-expect-error 512 is not 500
  expect(sequential(dense(784, 512), relu(), dense(500, 10)).size).toBe(2);
  // @ts-expect-error 512 is not 500
  compose(dense(784, 512), dense(500, 10));
  // @ts-expect-error 512 is not 500
  F.pipe(dense(784, 512), andThen(dense(500, 10)));
  // @ts-expect-error two kernels of different sizes are not one
  share(compose(dense(2, 2), dense(2, 3)));
  // @ts-expect-error a residual branch of another size
  sequential(fanOut(identity<Tensor<readonly [number, 2]>>(), dense(3, 2)));
});

test('buffered, batched and recurrent layers keep the sizes', () => {
  sequential(rematerialize(sequential(dense(4, 6), relu())), dense(6, 3));
  // @ts-expect-error 5 inputs after 6 outputs
  sequential(rematerialize(sequential(dense(4, 6), relu())), dense(5, 3));
  const ofExample = dense<4, 6, readonly []>(4, 6);
  expectTypeOf(sequential(batched(ofExample), dense(6, 3))).toExtend<
    Para<readonly unknown[], Tensor<readonly [number, 4]>, Tensor<readonly [number, 3]>>
  >();
  // @ts-expect-error 5 inputs after 6 outputs
  sequential(batched(ofExample), dense(5, 3));
  expectTypeOf(sequential(embedding(9, 3), recurrent(lstmCell(3, 4), { scan: true }), dense(4, 2))).toExtend<
    Para<readonly unknown[], Tensor<readonly number[], 'int32'>, Tensor<readonly [number, 2]>>
  >();
  // @ts-expect-error 5 inputs after 4 units
  sequential(recurrent(gruCell(3, 4), { scan: true }), dense(5, 2));
  // @ts-expect-error a cell of 5 inputs over vectors of 3
  sequential(embedding(9, 3), recurrentSequence(simpleCell(5, 4)));
  expect(() => {
    // @ts-expect-error a state that becomes a number; and it throws
    scan((state: Vector, x: Vector) => [sum(x), state], tensor([0, 0]), tensor([[1, 2]]));
  }).toThrow('scan: the state changes its shape or dtype, got float32 [], needed float32 [2]');
});

test('a plain number stands for any size', () => {
  const size: number = 512;
  expectTypeOf(sequential(dense(784, size), relu(), dense(512, 10))).toExtend<
    Para<readonly unknown[], Tensor<readonly [number, 784]>, Tensor<readonly [number, 10]>>
  >();
  sequential(dense(784, 512), relu(), dense(size, 10));
});

test('names and frozen parts are in the type of the parameters', () => {
  const model = sequential(named('encoder', dense(4, 2)), named('decoder', dense(2, 4)));
  expectTypeOf(model.init(key(1))).toEqualTypeOf<
    readonly [
      { readonly encoder: readonly [DenseParameters<4, 2>] },
      { readonly decoder: readonly [DenseParameters<2, 4>] },
    ]
  >();
  const encoder = dense(4, 2);
  expectTypeOf(freeze(encoder.init(key(1)), encoder).init(key(1))).toEqualTypeOf<readonly []>();
});

test('a learner takes the batches of its model and loss only', () => {
  const model = sequential(dense(2, 3), relu(), dense(3, 2));
  const classes = learner({
    model,
    loss: sparseSoftmaxCrossEntropy(),
    update: rmsprop(),
    metrics: { accuracy },
  });
  const state = classes.init(key(1));
  const input = tensor([[1, 2]]);
  classes.step(state, { input, target: tensor([1], 'int32') });
  expect(() => {
    // @ts-expect-error labels are integers; and it throws
    classes.step(state, { input, target: tensor([1]) });
  }).toThrow('loss: sparseSoftmaxCrossEntropy: the dtype is wrong, got float32, needed int32 or uint32');
  expect(() => {
    // @ts-expect-error a label a row, not a row of labels a row; and it throws
    classes.step(state, { input, target: tensor([[1]], 'int32') });
  }).toThrow(
    'loss: sparseSoftmaxCrossEntropy: the shapes of logits and labels do not match, got [1, 2] and [1, 1]',
  );
  expect(() => {
    // @ts-expect-error the input has the wrong size; and it throws
    classes.step(state, { input: tensor([[1, 2, 3]]), target: tensor([1], 'int32') });
  }).toThrow('0: dense: the input has the wrong size, got [1, 3], needed […, 2]');
  expect(() =>
    // @ts-expect-error a tensor forgotten: the parameters are a list of two records
    model.run([model.init(key(1))[0]], input),
  ).toThrow('sequential: the parameters belong to another model, got 1 records, needed 2');
  learner({ model, loss: meanSquaredError(), update: rmsprop() });
});

test('shapes are in the types of tensors', () => {
  expectTypeOf(tensor([[1, 2, 3]])).toEqualTypeOf<Tensor<readonly [1, 3]>>();
  expectTypeOf(add(tensor([[1, 2]]), tensor([1, 2]))).toEqualTypeOf<Tensor<readonly [1, 2]>>();
  expect(() => {
    // @ts-expect-error [3] is no end of [1, 2]; and it throws
    multiply(tensor([[1, 2]]), tensor([1, 2, 3]));
  }).toThrow(
    'multiply: the shapes do not match, got [1, 2] and [3], needed equal shapes, or one shape that is the end',
  );
  // @ts-expect-error one dtype
  expect(() => add(tensor([1], 'int32'), tensor([1]))).toThrow('dtypes differ');
});
