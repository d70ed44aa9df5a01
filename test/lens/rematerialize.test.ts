/** What a checkpoint saves and costs, and that all that a model may hold goes on inside of one. */
import {
  adam,
  type AnyTensor,
  type Backend,
  type Batch,
  batchNormalization,
  type Buffers,
  dense,
  dropout,
  embedding,
  evaluate,
  evaluation,
  key,
  type Learner,
  learner,
  meanSquaredError,
  named,
  type Para,
  type Parameters,
  type Program,
  rematerialize,
  sequential,
  sgd,
  type Shape,
  type Step,
  tanh,
  type Tensor,
  tensor,
  train,
  wasm,
} from 'paralens';
import { leaves, placeholder, reference, simplify, traceTensors, unflatten } from 'paralens/program';
import { from, lastValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { compileChecked } from '../../src/backend/execute.js';

const [WIDTH, BATCH, DEPTH] = [64, 512, 16];
/** The bytes of the numbers between two layers. */
const BETWEEN = BATCH * WIDTH * 4;
const PARAMETERS = DEPTH * (WIDTH * WIDTH + WIDTH) * 4;

type Endolayer = Para<Parameters, Tensor, Tensor>;
type Wrap = <P extends Parameters, A, B, S extends Buffers>(f: Para<P, A, B, S>) => Para<P, A, B, S>;

const bare: Wrap = (f) => f;

const chained = (layers: readonly Endolayer[]): Endolayer =>
  layers.reduce((all, next) => sequential(all, next));

/** Layers of dense and tanh, each and each group of so many behind something. */
const deep = (each: Wrap, group: Wrap, size: number): Endolayer => {
  const layer = (): Endolayer => each(sequential(dense<number, number, Shape>(WIDTH, WIDTH), tanh<Shape>()));
  const groups = Array.from({ length: DEPTH / size }, () =>
    group(chained(Array.from({ length: size }, layer))),
  );
  return chained(groups);
};

/** The program of a step of a learner. */
const stepOf = <State, A, L>({ init, step }: Learner<State, A, Tensor, L>, batch: Batch<A, L>): Program => {
  const state = init(key(1));
  const standIns = [...leaves<AnyTensor>(state), ...leaves<AnyTensor>(batch)].map((each, i) =>
    placeholder(each, `place ${i}`),
  );
  const count = leaves(state).length;
  const [next, { loss }] = step(
    unflatten(state, standIns.slice(0, count)),
    unflatten(batch, standIns.slice(count)),
  );
  return traceTensors(standIns, [...leaves<AnyTensor>(next), loss], count);
};

const ofDepth = (model: Endolayer): Program => {
  const place = (name: string): Tensor =>
    placeholder({ shape: [BATCH, WIDTH], dtype: 'float32' }, name) as Tensor;
  return stepOf(learner({ model, loss: meanSquaredError<Shape>(), update: sgd() }), {
    input: place('input'),
    target: place('target'),
  });
};

test('a rematerialized layer stores no inner values', () => {
  const planned = (model: Endolayer): number => compileChecked(wasm(), ofDepth(model)).memory.planned;
  const none = planned(deep(bare, bare, 4));
  // What goes into each tanh and what comes out of it; beside that parameters, the batch and scratch.
  const rest = none - 2 * DEPTH * BETWEEN;
  expect(rest).toBeGreaterThan(PARAMETERS);
  expect(rest).toBeLessThan(PARAMETERS + 4 * BETWEEN);
  // Behind one each: what goes into each layer, and of one layer all.
  const each = planned(deep(rematerialize, bare, 4));
  expect(each).toBeLessThan((DEPTH + 2) * BETWEEN + rest);
  expect(each).toBeLessThan(0.6 * none);
  // Behind one in groups of 4: what goes into each group, and of one group all.
  const groups = planned(deep(bare, rematerialize, 4));
  expect(groups).toBeLessThan((DEPTH / 4 + 2 * 4 + 1) * BETWEEN + rest);
  expect(groups).toBeLessThan(0.45 * none);
});

test('rematerialization costs one more forward run, of the values that its backward needs', () => {
  const products = (model: Endolayer): number =>
    simplify(ofDepth(model)).instructions.filter(
      (each) => each.kind === 'operation' && each.name === 'contract',
    ).length;
  // One a layer forward, one to the kernel's change, and one to the argument's but for the first layer.
  expect(products(deep(bare, bare, 4))).toBe(3 * DEPTH - 1);
  expect(products(deep(rematerialize, bare, 4))).toBe(4 * DEPTH - 1);
  expect(products(deep(bare, rematerialize, 4))).toBe(4 * DEPTH - 1);
  // What is in two is run twice more, the outer's way back being to run the inner.
  expect(products(deep(rematerialize, rematerialize, 4))).toBe(5 * DEPTH - DEPTH / 4 - 1);
});

const small = (wrap: Wrap) =>
  sequential(
    wrap(named('first', sequential(dense(3, 4), dropout(0.5), tanh()))),
    wrap(sequential(batchNormalization(4), wrap(sequential(dense(4, 4), dropout(0.25))))),
    dense(4, 2),
  );

test.each([reference(), wasm()])(
  'training with dropout and running statistics inside is the same on $name',
  async (backend: Backend) => {
    const batch = {
      input: tensor([1, 2, 3, 4, 5, 6, 0, 1, 0, 3, 1, 2], [4, 3]),
      target: tensor([1, 0, 0, 1, 1, 1, 0, 0], [4, 2]),
    };
    const last = (wrap: Wrap): Promise<Step<unknown>> => {
      const model = learner({ model: small(wrap), loss: meanSquaredError(), update: adam() });
      return lastValueFrom(from([batch, batch, batch]).pipe(train(model, { key: key(4), backend })));
    };
    const [got, expected] = [await last(rematerialize), await last(bare)];
    expect(got.loss).toBe(expected.loss);
    expect(got.state).toEqual(expected.state);
  },
);

test('the evaluation of a rematerialized model predicts the same', () => {
  const model = small(bare);
  const [p, x, s] = [model.init(key(2)), tensor([1, 2, 3], [1, 3]), model.buffers.init(key(2))];
  const predicted = evaluation(small(rematerialize), ...s).run(p, x)[0];
  expect(evaluate(predicted)).toEqual(evaluate(evaluation(model, ...s).run(p, x)[0]));
});

test('a check inside runs once, and throws its error', () => {
  const words = sequential(rematerialize(sequential(embedding(5, 2), tanh())), dense(2, 1));
  const model = learner({ model: words, loss: meanSquaredError(), update: sgd() });
  const batch = { input: tensor([0, 9], [2], 'int32'), target: tensor([1, 2], [2, 1]) };
  expect(simplify(stepOf(model, batch)).checks).toHaveLength(1);
  expect(() => evaluate(model.step(model.init(key(1)), batch))).toThrow('0.0: embedding');
});
