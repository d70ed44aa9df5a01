/** What the examples in docstrings and Markdown files take for granted. */
import {
  accuracy,
  adam,
  type AnyTensor,
  batches,
  dense,
  evaluator,
  key,
  type Layer,
  learner,
  para,
  relu,
  rmsprop,
  scalar,
  sequential,
  sparseSoftmaxCrossEntropy,
  type Step,
  type Tensor,
  tensor,
} from 'paralens';
import { lamb } from 'paralens/update';
import { trace } from 'paralens/program';
import { full, multiply, sum } from 'paralens/operation';
import { type Fold, iterableSource, type KeyValueBucket, type RawRecord } from 'paralens/online';
import { EMPTY, type Observable } from 'rxjs';

export const model = sequential(dense(784, 4), relu(), dense(4, 10));
export const mnist = learner({
  model,
  loss: sparseSoftmaxCrossEntropy(),
  update: rmsprop(),
  metrics: { accuracy },
});
export const input = full([256, 784], 0.5);
export const target = full([256], 3, 'int32');
export const testImages = full([20, 784], 0.5);
export const testLabels = full([20], 3, 'int32');
export const onValidation = evaluator(mnist, { input: testImages, target: testLabels });
export const data = batches({ input, target }, { size: 128 });
export const state = mnist.init(key(1));
export const steps: Observable<Step<ReturnType<typeof mnist.init>>> = EMPTY;
export const examples: AsyncIterable<{
  readonly input: Tensor<readonly [784]>;
  readonly target: Tensor<readonly [], 'int32'>;
}> = {
  async *[Symbol.asyncIterator]() {
    yield* [1, 2].map((i) => ({ input: full([784], i), target: full([], i, 'int32') }));
  },
};
export const scoreOf = async (_example: unknown): Promise<number> => 1;

export const encoder = dense(784, 64);
export const pretrained = encoder.init(key(1));
export const x = tensor([[1, 2]]);
export const kernel = tensor([[1], [2]]);
export const f = (y: Tensor): Tensor => multiply(y, 2);
export const init = (): readonly [{ readonly log: Tensor<readonly []> }] => [{ log: scalar(0) }];
export const scale: Layer<{ readonly factor: Tensor<readonly []> }, Tensor, Tensor> = para({
  init: () => ({ factor: scalar(1) }),
  run: ({ factor }, y) => [
    multiply(y, factor),
    (dy) => [{ factor: sum(multiply(dy, y)) }, multiply(dy, factor)],
  ],
});
export const program = trace((y: AnyTensor) => y, [{ shape: [2], dtype: 'float32' }]);
export const imageBytes = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9);
export const labelBytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5);

export const structure = '';
export const bucket: KeyValueBucket = {
  get: async () => null,
  put: async () => 1,
  create: async () => 1,
  update: async () => 1,
  purge: async () => undefined,
  keys: async () => ({ async *[Symbol.asyncIterator]() {} }),
};

// Of laws/README.md: what its reader has written.
export const myAdam = adam;
export const lars = lamb;
export const myWindow: Fold<readonly number[], number, number> = {
  initial: [],
  step: (last, value) => {
    const next = [...last, value].slice(-3);
    return [next, Math.max(...next)];
  },
};
export const mine = (lines: readonly string[]) =>
  iterableSource('mine', lines satisfies readonly RawRecord[]);
