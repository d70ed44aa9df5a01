/** What a layer carries from step to step is handed on, or one error says who loses it. */
import {
  adam,
  batchNormalization,
  compose,
  dense,
  differentiable,
  differentiate,
  dropout,
  evaluate,
  evaluation,
  identity,
  type Key,
  key,
  type Layer,
  leafPaths,
  learner,
  leaves,
  loss,
  mapTree,
  meanSquaredError,
  named,
  type Para,
  para,
  parallel,
  type Parameters,
  pullback,
  recurrent,
  rematerialize,
  reparametrize,
  residual,
  scalar,
  sequential,
  sgd,
  share,
  simpleCell,
  stateless,
  type Tensor,
  tensor,
  withPullback,
  zerosLike,
} from 'paralens';
import { checkPara } from 'paralens/laws';
import { multiply, reshape, scan } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

type Rows = Tensor<readonly [number, 4]>;

const input: Rows = tensor([
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [3, -1, 0, 1],
]);

const drop = (): Layer<{ readonly carried: { readonly key: Key } }, Rows, Rows> => dropout(0.5);
const normalize = () => batchNormalization<4, readonly [number]>(4);
const body = () => sequential(drop(), normalize());

const learning = <P extends Parameters>(model: Para<P, Rows, Rows>) =>
  learner({ model, loss: meanSquaredError(), update: sgd({ learningRate: 0.1 }) });

const step = <P extends Parameters>(model: Para<P, Rows, Rows>): P => {
  const l = learning(model);
  return l.step(l.init(key(1)), { input, target: input })[0].parameters;
};

interface All {
  readonly all: ReturnType<ReturnType<typeof body>['init']>;
}
interface Statistics {
  readonly all: ReturnType<ReturnType<typeof normalize>['init']>;
}

/** The bodies by which state was lost: one with random numbers, one with running statistics. */
const bodies: readonly (readonly [string, () => Para<Parameters, Rows, Rows>])[] = [
  ['dropout', drop],
  ['batch normalization', normalize],
];

describe.each(bodies)('%s', (_, make) => {
  const inner = make();
  const constants = inner.init(key(3));
  const whole = (k: Key) => ({ body: inner.init(k) });
  type Whole = ReturnType<typeof whole>;

  test('is refused inside differentiable, whoever runs it', () => {
    const layer = differentiable(whole, ({ body: p }: Whole, x: Rows) => inner.run(p, x)[0]);
    expect(() => layer.run(layer.init(key(1)), input)).toThrow(/^differentiable: a layer that carries state/);
    expect(() => step(sequential(dense(4, 4), layer) as never)).toThrow(
      /^1: differentiable: a layer that carries state runs inside/,
    );
  });

  test('is refused inside stateless', () => {
    const layer = stateless((x: Rows) => inner.run(constants, x)[0]);
    expect(() => layer.run([], input)).toThrow(/^stateless: a layer that carries state/);
  });

  test('is refused in a loop, in a map with a backward of its own and behind others', () => {
    const looping = differentiable(
      whole,
      ({ body: p }: Whole, x: Rows) =>
        scan(
          (state: Rows, each: Tensor<readonly []>) => [inner.run(p, multiply(state, each))[0], each],
          x,
          tensor([1, 2]),
        )[0],
    );
    expect(() => looping.run(looping.init(key(1)), input)).toThrow(/carries state/);
    const own = withPullback(
      (x: Rows) => inner.run(constants, x)[0],
      () => (dy) => dy,
    );
    expect(() => stateless(own).run([], input)).toThrow(/carries state/);
    const model = named(
      'deep',
      residual(
        stateless(
          (x: Rows) =>
            compose(inner, dense(4, 4)).run([...constants, ...dense(4, 4).init(key(1))] as never, x)[0],
        ),
      ),
    );
    expect(() => step(model)).toThrow(/^deep\.0: stateless: a layer that carries state/);
  });

  test('is refused where a hand-written backward is the derivative', () => {
    const layer = para({
      init: whole,
      run: (r: Whole, x: Rows) =>
        pullback(([{ body: p }, a]: readonly [Whole, Rows]) => inner.run(p, a)[0])([r, x]),
    });
    expect(() => step(sequential(dense(4, 4), layer) as never)).toThrow(
      /^body\.0\.carried\.\w+: learner: the backward does not hand on the next value/,
    );
  });

  test('is refused where a hand-written backward gives zeros', () => {
    const layer = para({
      init: whole,
      run: (r: Whole, x: Rows) => {
        const [y, back] = inner.run(r.body, x);
        return [y, (dy: Rows) => [zerosLike(r), back(dy)[1]] as const];
      },
    });
    expect(() => step(layer)).toThrow(/^body\.0\.carried\.\w+: learner: the backward does not hand on/);
  });

  test('is refused where it learns with parameters that are none of the model', () => {
    const layer = para({
      init: () => ({}),
      run: (r: object, x: Rows) => {
        const [y, back] = inner.run(constants, x);
        return [y, (dy: Rows) => [r, back(dy)[1]] as const];
      },
    });
    expect(() => step(sequential(dense(4, 4), layer) as never)).toThrow(
      /^1: learner: a layer learns with carried state that is no parameter of the model/,
    );
    const constant = reparametrize(
      { size: 0, init: () => [], lens: { run: () => [constants, () => []] } },
      inner,
    );
    expect(() => step(constant)).toThrow(/^learner: a layer learns with carried state/);
  });

  test('is refused in a loss', () => {
    const perceptual = loss(
      (y: Rows, t: Rows) => meanSquaredError<readonly [number, 4]>().run([inner.run(constants, y)[0], t])[0],
    );
    const l = learner({ model: dense(4, 4), loss: perceptual, update: sgd() });
    expect(() => l.step(l.init(key(1)), { input, target: input })).toThrow(/learns with carried state/);
    expect(() => l.evaluate(l.init(key(1)), { input, target: input })).toThrow(
      /runs as it learns while the model predicts/,
    );
  });

  test('is refused inside differentiable as it predicts too, where its state would be moved', () => {
    const layer = differentiable(whole, ({ body: p }: Whole, x: Rows) => evaluation(inner).run(p, x)[0]);
    expect(() => step(layer)).toThrow(/the backward does not hand on the next value/);
  });

  test('may be used as it predicts, with parameters of its own', () => {
    const layer = stateless((x: Rows) => evaluation(inner).run(constants, x)[0]);
    expect(() => step(sequential(dense(4, 4), layer) as never)).not.toThrow();
  });

  test('learns inside a hand-written layer that hands its backward on, and predicts where that has an evaluation', () => {
    const around = (f: typeof inner): Layer<Whole, Rows, Rows> =>
      para({
        init: whole,
        run: (r: Whole, x: Rows) => {
          const [y, back] = f.run(r.body, x);
          return [
            y,
            (dy: Rows) => {
              const [dp, dx] = back(dy);
              return [{ body: dp }, dx] as const;
            },
          ];
        },
      });
    const layer = around(inner);
    const [before, after] = [layer.init(key(1)), step(layer)];
    expect(after[0].body).not.toEqual(before[0].body);
    const l = learning(layer);
    expect(() => l.predict(l.init(key(1)), input)).toThrow(
      'learner: a layer that carries state runs as it learns while the model predicts',
    );
    const whenPredicting = learning({ ...layer, evaluation: () => around(evaluation(inner)) });
    expect(() => whenPredicting.predict(l.init(key(1)), input)).not.toThrow();
  });

  test('is law P-11, which fails where a backward loses it', () => {
    const layer = para({
      init: whole,
      run: (r: Whole, x: Rows) => {
        const [y, back] = inner.run(r.body, x);
        return [y, (dy: Rows) => [{ body: mapTree(r.body, (each) => each) }, back(dy)[1]] as const];
      },
    });
    expect(() => {
      checkPara(layer as never, { input: { shape: [3, 4] } }, { runs: 2 });
    }).toThrow(/^P-11/);
  });
});

describe('state goes on', () => {
  /** What is carried, after a step, next to what it was. */
  const moved = <P extends Parameters>(model: Para<P, Rows, Rows>): boolean => {
    const before = model.init(key(1));
    const after = step(model);
    const carried = leafPaths(before).flatMap((path, i) => (path.includes('carried') ? [i] : []));
    expect(carried.length).toBeGreaterThan(0);
    return carried.every((i) => {
      const numbers = [before, after].map((tree) => [...evaluate(leaves<Tensor>(tree)[i] ?? scalar(0)).data]);
      return numbers[0]?.join() !== numbers[1]?.join() && !(numbers[1] ?? []).every((n) => n === 0);
    });
  };

  test.each<readonly [string, Para<Parameters, Rows, Rows>]>(
    (
      [
        ['sequential', body()],
        ['named in named', named('a', named('b', body()))],
        ['checkpoint', rematerialize(body())],
        ['residual in checkpoint in residual', residual(rematerialize(residual(body())))],
        ['share', share(compose(drop(), drop()))],
        [
          'a reparametrization that regroups',
          reparametrize(
            {
              size: 1,
              init: (k): readonly [All] => [{ all: body().init(k) }],
              lens: { run: ([{ all }]) => [all, (change) => [{ all: change }] as const] },
            },
            body(),
          ),
        ],
        [
          'a derived reparametrization that regroups floats',
          reparametrize(
            {
              size: 1,
              init: (k): readonly [Statistics] => [{ all: normalize().init(k) }],
              lens: differentiate(([{ all }]: readonly [Statistics]) => all),
            },
            normalize(),
          ),
        ],
      ] as const
    ).map(([name, model]) => [name, model as Para<Parameters, Rows, Rows>]),
  )('in %s', (_, model) => {
    expect(moved(model)).toBe(true);
  });

  test('not through a derived reparametrization of a key, which is an error', () => {
    const model = reparametrize(
      {
        size: 1,
        init: (k) => drop().init(k),
        lens: differentiate((p: ReturnType<ReturnType<typeof drop>['init']>) => p),
      },
      drop(),
    );
    expect(() => step(model)).toThrow(/^0\.carried\.key: learner: the backward does not hand on/);
  });

  test('of the last step in time, where a recurrent cell has dropout', () => {
    const plain = simpleCell(4, 4);
    // h′ = cell(h, dropout(x))
    const inside = compose(parallel(identity<Rows>(), drop()), plain);
    const { initial, output } = plain;
    const dropping = { ...inside, initial, output };
    const model = sequential(
      stateless((x: Rows) => reshape(x, [x.shape[0], 1, 4] as const)),
      recurrent(dropping),
    );
    expect(moved(model)).toBe(true);
  });

  test('adam keeps it apart', () => {
    const l = learner({ model: body(), loss: meanSquaredError(), update: adam() });
    expect(() => l.step(l.init(key(1)), { input, target: input })).not.toThrow();
  });
});
