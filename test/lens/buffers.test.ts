/** Buffers: what a step replaces, through composites, updates, training and evaluation. */
import {
  adam,
  batches,
  buffered,
  compose,
  dense,
  differentiable,
  dropout,
  evaluate,
  evaluation,
  fanOut,
  freeze,
  key,
  learner,
  meanSquaredError,
  named,
  parallel,
  repeat,
  type Scalar,
  scalar,
  sequential,
  share,
  stateless,
  type Tensor,
  tensor,
  train,
} from 'paralens';
import { parameterPaths } from 'paralens/lens';
import { leafPaths } from 'paralens/program';
import { add, multiply } from 'paralens/operation';
import { checkLearner, checkPara } from 'paralens/laws';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';

type Parameters = readonly [{ readonly scale: Tensor<Scalar> }];
interface Count {
  readonly steps: Tensor<Scalar>;
}
type Rows = Tensor<readonly [number, 2]>;

/** s·x·(steps + 1) when it learns, s·x when it predicts, and one step more each time. */
const counting = () =>
  buffered({
    size: 1,
    init: (): Parameters => [{ scale: scalar(1) }],
    buffer: (): Count => ({ steps: scalar(0) }),
    run: ([{ scale }]: Parameters, x: Rows, { steps }: Count) => [
      multiply(x, multiply(scale, add(steps, 1))),
      { steps: add(steps, 1) },
    ],
    predict: ([{ scale }]: Parameters, x: Rows) => multiply(x, scale),
  });

const one: Rows = tensor([[1, 1]]);
const four: Count = { steps: scalar(4) };
const numbers = (tree: Tensor): readonly number[] => [...evaluate(tree).data];
const steps = (buffers: readonly Count[]): readonly number[] =>
  buffers.flatMap(({ steps: count }) => numbers(count));

describe('a layer with a buffer', () => {
  test('has the derivative of its result as backward', () => {
    checkPara(counting(), { input: { shape: [3, 2] } }, { name: 'counting', runs: 5 });
  });

  test('returns the next buffer with the result and the backward', () => {
    const [b, back, next] = counting().run(counting().init(key(0)), one, four);
    const [[change]] = back(tensor([[1, 10]]));
    expect(numbers(b)).toEqual([5, 5]);
    expect(numbers(change.scale)).toEqual([55]);
    expect(steps([next])).toEqual([5]);
  });

  test('has no buffers in evaluation', () => {
    const predicting = evaluation(counting(), four);
    expect(predicting.buffers.size).toBe(0);
    const results = predicting.run(predicting.init(key(0)), one);
    expect(results.length).toBe(2);
    expect(numbers(results[0])).toEqual([1, 1]);
  });

  test('has its own paths, under the names of its parts', () => {
    const model = sequential(counting(), dense(2, 2), named('head', counting()), named('tail', dense(2, 2)));
    expect(parameterPaths(model.buffers.init(key(1)))).toEqual(['0.steps', 'head.0.steps']);
    expect(parameterPaths(model.init(key(1)))).toEqual([
      '0.scale',
      '1.bias',
      '1.kernel',
      'head.0.scale',
      'tail.0.bias',
      'tail.0.kernel',
    ]);
  });

  test('does not change the paths of parameters: dropout does not rename saved ones', () => {
    const paths = (rate: number | undefined) =>
      parameterPaths(
        sequential(
          dense(2, 3),
          rate === undefined ? stateless((x: Tensor) => x) : (dropout(rate) as never),
          dense(3, 1),
        ).init(key(1)),
      );
    expect(paths(0.5)).toEqual(paths(undefined));
  });

  test('draws its keys from another sequence than parameters', () => {
    const drop = dropout<readonly [2]>(0.5);
    const [{ key: drawn }] = drop.buffers.init(key(1));
    expect([...evaluate(drawn).data]).not.toEqual([...evaluate(key(1)).data]);
  });

  test('is refused without its buffer, and where buffers are not allowed', () => {
    const drop = dropout<readonly [2]>(0.5);
    const run = drop.run as (...given: readonly unknown[]) => unknown;
    expect(() => run([], tensor([1, 2]))).toThrow(
      'buffered: a layer with a buffer was run without its buffer, got no buffer, needed one record; ',
    );
    const model = sequential(dense<2, 2, readonly []>(2, 2), drop);
    const runModel = model.run as (...given: readonly unknown[]) => unknown;
    expect(() => runModel(model.init(key(1)), tensor([1, 2]))).toThrow(
      'sequential: the buffers belong to another model, got 0 records, needed 1; ',
    );
  });

  test('can be used in a custom function with a buffer, with the derivative of this function', () => {
    const drop = dropout<readonly [number, 2]>(0.5);
    const state = drop.buffers.init(key(1));
    const layer = differentiable(
      () => ({ scale: scalar(2) }),
      ({ scale }, x: Rows) => drop.run([], multiply(x, scale), ...state)[0],
    );
    checkPara(layer, { input: { shape: [3, 2] } }, { runs: 3 });
  });
});

describe('of composites', () => {
  const run = <B>(results: readonly [B, unknown, ...(readonly Count[])]) => {
    const [b, , ...next] = results;
    return [b, steps(next)] as const;
  };
  const p = counting().init(key(0));
  const [two, three] = [{ steps: scalar(2) }, { steps: scalar(3) }];

  test('compose and sequential', () => {
    for (const model of [compose(counting(), counting()), sequential(counting(), counting())]) {
      const [b, next] = run(model.run([...p, ...p], one, two, three));
      expect([numbers(b), next]).toEqual([[12, 12], [3, 4]]); // prettier-ignore
      expect(numbers(evaluation(model, two, three).run([...p, ...p], one)[0])).toEqual([1, 1]);
    }
  });

  test('parallel and fanOut', () => {
    const [both, after] = run(parallel(counting(), counting()).run([...p, ...p], [one, one], two, three));
    expect([both.map(numbers), after]).toEqual([[[3, 3], [4, 4]], [3, 4]]); // prettier-ignore
    const out = fanOut(counting(), counting());
    const [each, next] = run(out.run([...p, ...p], one, two, three));
    expect([each.map(numbers), next]).toEqual([[[3, 3], [4, 4]], [3, 4]]); // prettier-ignore
    expect(evaluation(out, two, three).run([...p, ...p], one)[0].map(numbers)).toEqual([[1, 1], [1, 1]]); // prettier-ignore
  });

  test('repeat and share: each use has its own buffer', () => {
    const [b, next] = run(repeat(2, counting()).run([...p, ...p], one, two, three));
    expect([numbers(b), next]).toEqual([[12, 12], [3, 4]]); // prettier-ignore
    const tied = share(counting(), 2);
    const [[c, back], after] = [tied.run(p, one, two, three), run(tied.run(p, one, two, three))[1]];
    expect([numbers(c), after]).toEqual([[12, 12], [3, 4]]); // prettier-ignore
    // y = 12·s²·x ⇒ ds = 24·s·Σ dy·x
    expect(numbers(back(one)[0][0].scale)).toEqual([48]);
    expect(() => share(counting(), 0)).toThrow('share: `uses` must be a positive integer, got 0');
    expect(() => repeat(0, counting())).toThrow('repeat: `count` must be a positive integer, got 0');
  });

  test('named and frozen', () => {
    const [b, , next] = named('part', counting()).run([{ part: p }], one, { part: [four] });
    expect([numbers(b), steps(next.part)]).toEqual([[5, 5], [5]]);
    const frozen = freeze(p, counting(), four);
    expect([frozen.size, frozen.buffers.size]).toEqual([0, 0]);
    expect(numbers(frozen.run([], one)[0])).toEqual([1, 1]);
    const forgetting = freeze as (...given: readonly unknown[]) => unknown;
    expect(() => forgetting(p, counting())).toThrow(
      'freeze: the buffers belong to another layer, got an array of 0, needed an array of 1; ',
    );
  });
});

describe('learning', () => {
  const model = sequential(counting(), dense(2, 1));
  const data = { input: tensor([[1, 2]]), target: tensor([[1]]) };
  const learning = learner({ model, loss: meanSquaredError(), update: adam({ learningRate: 0.01 }) });

  test('an optimizer ignores buffers', () => {
    expect(leafPaths(learning.init(key(1)).optimizer.slots).map((path) => path.join('.'))).toEqual([
      'mean.0.scale',
      'mean.1.bias',
      'mean.1.kernel',
      'square.0.scale',
      'square.1.bias',
      'square.1.kernel',
    ]);
  });

  test('each step replaces them, and predicting does not', async () => {
    const told = await lastValueFrom(
      from(batches(data, { size: 1, epochs: 3 })).pipe(train(learning, { key: key(1) }), toArray()),
    );
    expect(told.map(({ state }) => steps(state.buffers))).toEqual([[1], [2], [3]]);
    const state = told[2]?.state ?? learning.init(key(1));
    const predicted = evaluation(model, ...state.buffers).run(state.parameters, data.input)[0];
    expect(numbers(learning.predict(state, data.input))).toEqual(numbers(predicted));
  });

  test('a state with the buffers of another model is refused', () => {
    const state = learning.init(key(1));
    const step = learning.step as (...given: readonly unknown[]) => unknown;
    expect(() => step({ ...state, buffers: [] }, data)).toThrow(
      'learner: the buffers belong to another model, got ',
    );
  });

  test('obeys the laws of training, resuming among them', () => {
    checkLearner(
      learning,
      { input: { shape: [3, 2] }, target: { shape: [3, 1] } },
      { name: 'counting', runs: 1 },
    );
  });
});
