/** What a step replaces instead of moving: through composites, updates, training and evaluation. */
import {
  adam,
  batches,
  carrying,
  compose,
  dense,
  evaluate,
  evaluation,
  fanOut,
  freeze,
  key,
  leafPaths,
  learner,
  meanSquaredError,
  named,
  parallel,
  parameterPaths,
  ParalensError,
  type Parameters,
  type Scalar,
  scalar,
  sequential,
  share,
  tensor,
  type Tensor,
  train,
} from 'paralens';
import { checkLearner, checkPara } from 'paralens/laws';
import { add, multiply } from 'paralens/operation';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';

interface Counter {
  readonly scale: Tensor<Scalar>;
  readonly carried: { readonly steps: Tensor<Scalar> };
}

type Rows = Tensor<readonly [number, 2]>;

/** s·x·(steps + 1) when it learns, s·x when it predicts, and one step more each time. */
const counting = () =>
  carrying({
    init: (): Counter => ({ scale: scalar(1), carried: { steps: scalar(0) } }),
    run: ({ scale, carried: { steps } }: Counter, x: Rows) => [
      multiply(x, multiply(scale, add(steps, 1))),
      { steps: add(steps, 1) },
    ],
    predict: ({ scale }, x) => multiply(x, scale),
  });

const one: Rows = tensor([[1, 1]]);
const numbers = (tree: Tensor): readonly number[] => [...evaluate(tree).data];

describe('a layer that carries state', () => {
  test('is differentiated with what it carries held constant', () => {
    checkPara(counting(), { input: { shape: [3, 2] } }, { name: 'counting', runs: 5 });
  });

  test('gives the next value where the others give changes', () => {
    const [p] = counting().init(key(0));
    const [b, back] = counting().run([{ ...p, carried: { steps: scalar(4) } }], one);
    const [[change]] = back(tensor([[1, 10]]));
    expect(numbers(b)).toEqual([5, 5]);
    expect(numbers(change.scale)).toEqual([55]);
    expect(numbers(change.carried.steps)).toEqual([5]);
  });

  test('predicts as its twin does, and the twin carries on what it has', () => {
    const twin = evaluation(counting());
    const [p] = twin.init(key(0));
    const [b, back] = twin.run([{ ...p, carried: { steps: scalar(4) } }], one);
    expect(numbers(b)).toEqual([1, 1]);
    expect(numbers(back(one)[0][0].carried.steps)).toEqual([4]);
  });

  test('has the paths of its record', () => {
    expect(parameterPaths(sequential(counting(), named('head', counting())).init(key(1)))).toEqual([
      '0.carried.steps',
      '0.scale',
      'head.0.carried.steps',
      'head.0.scale',
    ]);
  });

  test('is the only thing under its name', () => {
    expect(() => named('carried', counting())).toThrow(ParalensError);
  });
});

describe('evaluation of a composite is the composite of evaluations', () => {
  const five = (parameters: Parameters): Parameters =>
    parameters.map((record) => ({ ...(record as Counter), carried: { steps: scalar(5) } }));
  const predicted = 1;
  test('compose', () => {
    const model = compose(counting(), counting());
    const [b] = evaluation(model).run(five(model.init(key(0))) as never, one);
    expect(numbers(b)).toEqual([predicted, predicted]);
  });
  test('sequential', () => {
    const model = sequential(counting(), counting());
    const [b] = evaluation(model).run(five(model.init(key(0))) as never, one);
    expect(numbers(b)).toEqual([predicted, predicted]);
  });
  test('parallel and fanOut', () => {
    const pair = parallel(counting(), counting());
    const [both] = evaluation(pair).run(five(pair.init(key(0))) as never, [one, one]);
    expect(both.map(numbers)).toEqual([
      [predicted, predicted],
      [predicted, predicted],
    ]);
    const out = fanOut(counting(), counting());
    const [each] = evaluation(out).run(five(out.init(key(0))) as never, one);
    expect(each.map(numbers)).toEqual([
      [predicted, predicted],
      [predicted, predicted],
    ]);
  });
  test('named, share and freeze', () => {
    const inside = evaluation(named('part', counting()));
    const [a] = inside.run([{ part: five(counting().init(key(0))) as never }], one);
    expect(numbers(a)).toEqual([predicted, predicted]);
    const twice = evaluation(share(compose(counting(), counting())));
    const [b] = twice.run(five(counting().init(key(0))) as never, one);
    expect(numbers(b)).toEqual([predicted, predicted]);
    const fixed = evaluation(freeze(five(counting().init(key(0))) as never, counting()));
    expect(numbers(fixed.run([], one)[0])).toEqual([predicted, predicted]);
  });
});

describe('learning', () => {
  const model = sequential(counting(), dense(2, 1));
  const data = { input: tensor([[1, 2]]), target: tensor([[1]]) };
  const learning = learner({ model, loss: meanSquaredError(), update: adam({ learningRate: 0.01 }) });

  test('an update keeps nothing for it and does not move it', () => {
    expect(leafPaths(learning.init(key(1)).update.slots).map((path) => path.join('.'))).toEqual([
      'mean.0.scale',
      'mean.1.bias',
      'mean.1.kernel',
      'square.0.scale',
      'square.1.bias',
      'square.1.kernel',
    ]);
  });

  test('training replaces it with each step and predicting does not', async () => {
    const steps = await lastValueFrom(
      from(batches(data, { size: 1, epochs: 3 })).pipe(train(learning, { key: key(1) }), toArray()),
    );
    expect(steps.map(({ state }) => numbers(state.parameters[0].carried.steps))).toEqual([[1], [2], [3]]);
    const state = steps[2]?.state ?? learning.init(key(1));
    const predicted = learning.predict(state, data.input);
    expect(numbers(predicted)).toEqual(numbers(evaluation(model).run(state.parameters, data.input)[0]));
  });

  test('obeys the laws of training, resuming among them', () => {
    const { count } = { count: 3 };
    checkLearner(
      learning,
      { input: { shape: [count, 2] }, target: { shape: [count, 1] } },
      { name: 'counting', runs: 1 },
    );
  });
});
