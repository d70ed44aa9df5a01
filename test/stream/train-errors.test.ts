/** What goes wrong in training arrives as the Observable's error, with its step, and what was stays readable. */
import { from, type Observable, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import {
  type Batch,
  dense,
  differentiable,
  key,
  learner,
  meanSquaredError,
  named,
  ParalensError,
  sequential,
  sgd,
  sparseSoftmaxCrossEntropy,
  type Step,
  tensor,
  type Tensor,
  train,
} from 'paralens';
import { log, multiply, sqrt } from 'paralens/operation';
import { bitsOf, initial, plain, scanned, tiny, type TinyBatch } from './tiny.js';

const good: TinyBatch = { input: tensor([[1, 2], [3, 4]]), target: tensor([[1], [2]]) }; // prettier-ignore

/** What a run tells: its steps, and the message of its error. */
const outcome = <P>(
  run: Observable<Step<P>>,
): { readonly steps: readonly Step<P>[]; readonly message: string } => {
  const steps: Step<P>[] = [];
  const errors: unknown[] = [];
  run.subscribe({ next: (step) => steps.push(step), error: (error) => errors.push(error) });
  const [error] = errors;
  return { steps, message: error instanceof ParalensError ? error.message : `no mistake: ${String(error)}` };
};

test('a batch of other axes midway: the step, both shapes and the remedy; the last state stays', () => {
  const flat = { input: good.input, target: tensor([1, 2]) };
  const { steps, message } = outcome(from([good, good, flat as never]).pipe(train(tiny, { state: initial })));
  expect(message).toBe(
    'step 3: train: the batch has another dtype or number of axes than the first, got target float32 [2], ' +
      'needed target float32 [2, 1]; only the sizes may change from batch to batch, such as the number of examples',
  );
  expect(steps.map(plain)).toEqual(scanned([good, good]));
});

test('a batch of another dtype or structure midway', () => {
  const integers = { ...good, target: tensor([[1], [2]], 'int32') };
  const half = { input: good.input };
  const run = (other: unknown): string =>
    outcome(from([good, other as TinyBatch]).pipe(train(tiny, { state: initial }))).message;
  expect(run(integers)).toContain('got target int32 [2, 1], needed target float32 [2, 1]');
  expect(run(half)).toBe(
    "step 2: train: the batch has another structure than the first, got no tensor at 'target', needed the structure of the first batch",
  );
  expect(run(undefined)).toContain("no tensor at 'input'");
});

test('a first batch that does not fit the model is refused with the layer', () => {
  const wide: number = 3;
  const batch = { input: tensor(new Float32Array(wide), [1, wide]), target: tensor([[1]]) };
  expect(outcome(from([batch as TinyBatch]).pipe(train(tiny, { state: initial }))).message).toBe(
    'step 1: 0: dense: the input has the wrong size, got [1, 3], needed […, 2]; the layer before must have 2 outputs',
  );
});

test('a label out of range: the step and the label; the last state stays', () => {
  const classes = learner({ model: dense(2, 3), loss: sparseSoftmaxCrossEntropy(), update: sgd() });
  const batch = (label: number): Batch<Tensor<readonly [number, 2]>, Tensor<readonly [number], 'int32'>> => ({
    input: tensor([[1, 2]]),
    target: tensor([label], 'int32'),
  });
  const run = from([batch(0), batch(2), batch(3)]).pipe(train(classes, { key: key(1) }));
  const { steps, message } = outcome(run);
  expect(message).toMatch(/^step 3: loss: sparseSoftmaxCrossEntropy: .*got 3/);
  const before = outcome(from([batch(0), batch(2)]).pipe(train(classes, { key: key(1) })));
  expect(steps.map(plain)).toEqual(before.steps.map(plain));
});

const fitting = learner({
  model: sequential(
    named('scale', dense(1, 1)),
    named(
      'curve',
      differentiable(
        () => ({}),
        (_: object, x: Tensor<readonly [number, 1]>) => log(x),
      ),
    ),
  ),
  loss: meanSquaredError(),
  update: sgd({ learningRate: 0 }),
});

test('a loss that is not finite names the step; with debug also operation and layer', () => {
  const { init } = fitting;
  const state = init(key(1));
  const [{ scale }, curve] = state.parameters;
  const known = {
    ...state,
    parameters: [{ scale: [{ ...scale[0], kernel: tensor([[1]]) }] }, curve] as const,
  };
  const batch = (x: number): Batch<Tensor<readonly [number, 1]>, Tensor<readonly [number, 1]>> => ({
    input: tensor([[x]]),
    target: tensor([[0]]),
  });
  const source = from([batch(1), batch(-1)]);
  const silent = outcome(source.pipe(train(fitting, { state: known })));
  expect(silent.message).toBe(
    'step 2: train: the loss is not finite, got NaN, needed finite numbers; ' +
      'look at the batch, or lower the learning rate; with debug: true it names the operation and the layer',
  );
  expect(silent.steps).toHaveLength(1);
  expect(bitsOf(silent.steps[0]?.state ?? state)).toHaveLength(bitsOf(known).length);
  const loud = outcome(source.pipe(train(fitting, { state: known, debug: true })));
  expect(loud.message).toMatch(/^step 2: 1\.curve: train: the loss is not finite, got NaN from log,/);
  const infinite = outcome(
    from([batch(1), batch(Infinity)]).pipe(train(fitting, { state: known, debug: true })),
  );
  expect(infinite.message).toContain('step 2: train: the loss is not finite, got Infinity from batch.input');
});

test('with debug a state that is not finite is reported at the step that made it', () => {
  const rooted = learner({
    model: named(
      'root',
      differentiable(
        () => ({ under: tensor([0]) }),
        ({ under }: { readonly under: Tensor<readonly [number]> }, x: Tensor<readonly [number]>) =>
          multiply(sqrt(under), x),
      ),
    ),
    loss: meanSquaredError(),
    update: sgd(),
  });
  const batch = { input: tensor([1]), target: tensor([1]) };
  const { steps, message } = outcome(from([batch]).pipe(train(rooted, { key: key(1), debug: true })));
  expect(steps).toHaveLength(0);
  expect(message).toMatch(
    /^step 1: root.*: train: the loss is finite, but the state after the step is not, got -?Infinity from/,
  );
  // Without debug it is the next step's loss that shows it.
  expect(outcome(from([batch, batch]).pipe(train(rooted, { key: key(1) }))).message).toMatch(
    /^step 2: train: the loss is not finite/,
  );
});

test('duplicate names, and errors of the source, arrive as errors too', () => {
  const twice = learner({
    model: sequential(named('a', dense(2, 2)), named('a', dense(2, 1))),
    loss: meanSquaredError(),
    update: sgd(),
  });
  expect(outcome(from([good]).pipe(train(twice, { key: key(1) }))).message).toContain(
    'named: two parts have the same name',
  );
  expect(outcome(throwError(() => new Error('source')).pipe(train(tiny, { state: initial }))).message).toBe(
    'no mistake: Error: source',
  );
});
