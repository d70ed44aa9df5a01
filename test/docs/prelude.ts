/** What the examples in docstrings take for granted. */
import {
  type AnyTensor,
  batches,
  compileChecked,
  dense,
  learner,
  leaves,
  para,
  relu,
  rmsprop,
  scalar,
  sequential,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  tensor,
  trace,
} from 'paralens';
import { full, multiply, sum } from 'paralens/operation';
import { of } from 'rxjs';

export const prelude = (): Record<string, unknown> => {
  const model = sequential(dense(784, 4), relu(), dense(4, 10));
  const mnist = learner({ model, loss: sparseSoftmaxCrossEntropy(), update: rmsprop() });
  const encoder = dense(784, 64);
  const program = trace((x: AnyTensor) => x, [{ shape: [2], dtype: 'float32' }]);
  return {
    model,
    mnist,
    learner,
    encoder,
    pretrained: [{ kernel: full([784, 64], 0), bias: full([64], 0) }],
    input: full([256, 784], 0.5),
    target: full([256], 3, 'int32'),
    testImages: full([20, 784], 0.5),
    testLabels: full([20], 3, 'int32'),
    x: tensor([[1, 2]]),
    kernel: tensor([[1], [2]]),
    f: (x: Tensor) => multiply(x, 2),
    init: () => [{ log: scalar(0) }],
    scale: para({
      init: () => ({ factor: scalar(1) }),
      run: ({ factor }: { factor: Tensor<readonly []> }, x: Tensor) => [
        multiply(x, factor),
        (dy: Tensor) => [{ factor: sum(multiply(dy, x)) }, multiply(dy, factor)] as const,
      ],
    }),
    program,
    state: [],
    examples: {
      async *[Symbol.asyncIterator]() {
        yield* [1, 2].map((i) => ({ input: full([784], i), target: full([], i, 'int32') }));
      },
    },
    scoreOf: async () => 1,
    structure: '',
    bucket: {},
    leaves,
    compileChecked,
    steps: of(),
    data: batches({ input: full([256, 784], 0.5), target: full([256], 3, 'int32') }, { size: 128 }),
    imageBytes: Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9),
    labelBytes: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5),
  };
};
