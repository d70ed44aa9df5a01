/** A frozen part acts as it predicts: it learns nothing, drops nothing out, and its buffers stay. */
import {
  batched,
  batchNormalization,
  compose,
  dense,
  dropout,
  evaluate,
  evaluation,
  fanOut,
  freeze,
  key,
  learner,
  meanSquaredError,
  named,
  type Para,
  parallel,
  type Parameters,
  rematerialize,
  residual,
  sequential,
  sgd,
  share,
  stateless,
  type Tensor,
  tensor,
} from 'paralens';
import { add } from 'paralens/operation';
import { expect, test } from 'vitest';

type Rows = Tensor<readonly [number, 2]>;
type Part = Para<readonly [], Rows, Rows>;

const input: Rows = tensor([
  [1, 2],
  [3, -1],
  [2, 5],
]);

const inner = sequential(dropout<readonly [number, 2]>(0.5), batchNormalization<2, readonly [number]>(2));
const parameters = inner.init(key(1));
const buffers = inner.buffers.init(key(1));
const frozen: Part = freeze(parameters, inner, ...buffers);
const [predicted] = evaluation(inner, ...buffers).run(parameters, input);
const sum = stateless(([a, b]: readonly [Rows, Rows]) => add(a, b));
const drop = dropout<readonly [number, 2]>(0.5);
const dropKey = drop.buffers.init(key(1));

const twice = evaluation(compose(inner, inner), ...buffers, ...buffers).run(
  [...parameters, ...parameters],
  input,
)[0];

test.each<readonly [string, Para<Parameters, Rows, Rows>, Tensor]>([
  ['alone', frozen, predicted],
  ['in a frozen part', freeze([], frozen), predicted],
  ['named', named('encoder', frozen), predicted],
  ['a named part', freeze([{ a: parameters }] as const, named('a', inner), { a: buffers }), predicted],
  ['rematerialized', rematerialize(frozen), predicted],
  ['a rematerialized part', freeze(parameters, rematerialize(inner), ...buffers), predicted],
  ['in sequential', sequential(frozen, frozen), twice],
  ['in residual', residual(frozen), add(input, predicted)],
  ['in fanOut', compose(fanOut(frozen, frozen), sum), add(predicted, predicted)],
  [
    'in parallel',
    compose(
      stateless((x: Rows) => [x, x] as const),
      compose(parallel(frozen, frozen), sum),
    ),
    add(predicted, predicted),
  ],
  ['a shared part', freeze([], share(drop, 2), ...dropKey, ...dropKey), input],
  ['in batched', batched(freeze([], drop, ...dropKey) as never) as Para<Parameters, Rows, Rows>, input],
])('%s', (_, model, expected) => {
  const p = model.init(key(0));
  expect(evaluate(model.run(p, input)[0])).toEqual(evaluate(expected));
  expect(evaluate(evaluation(model).run(p, input)[0])).toEqual(evaluate(expected));
  const l = learner({
    model: sequential(model, dense(2, 2)),
    loss: meanSquaredError(),
    update: sgd({ learningRate: 0.1 }),
  });
  const state = l.init(key(2));
  const [next, first] = l.step(state, { input, target: input });
  expect(evaluate(first.loss)).toEqual(evaluate(l.evaluate(state, { input, target: input }).loss));
  expect(evaluate(next.parameters.slice(0, -1))).toEqual(evaluate(state.parameters.slice(0, -1)));
});
