import {
  binaryCrossEntropy,
  evaluate,
  type Shape,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  tensor,
} from 'paralens';
import { reference } from 'paralens/program';
import { gradient } from 'paralens/operation';
import { check, every, type Verdict } from 'paralens/laws';
import {
  accurateOnLine,
  assertHolds,
  type Curve,
  drawing,
  drawLine,
  type Engine,
  engineOf,
  finiteOnLine,
  finiteWhereExact,
  float64,
  line,
  neighboursApart,
  ORDERS,
  type Profile,
  profileOf,
} from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import { describe, expect, test } from 'vitest';
import { everyBackend, runsOn } from './subject/backends.js';

const curves: { readonly [name: string]: Curve } = {
  relu: operation.relu,
  softplus: operation.softplus,
  logSigmoid: operation.logSigmoid,
  sigmoid: operation.sigmoid,
  tanh: operation.tanh,
  gelu: operation.gelu,
  geluTanh: operation.geluTanh,
  silu: operation.silu,
  mish: operation.mish,
  elu: (x) => operation.elu(x, 0.5),
  celu: (x) => operation.celu(x, 0.5),
  softsign: operation.softsign,
  leakyRelu: (x) => operation.leakyRelu(x),
  relu6: operation.relu6,
  hardTanh: operation.hardTanh,
  hardSigmoid: operation.hardSigmoid,
  hardSwish: operation.hardSwish,
  erf: operation.erf,
  abs: operation.abs,
};

/** Functions that leave float32, or that have poles: finite where their float64 value is one of float32. */
const growing: { readonly [name: string]: Curve } = {
  exp: operation.exp,
  expm1: operation.expm1,
  log: operation.log,
  log1p: operation.log1p,
  sqrt: operation.sqrt,
  sin: operation.sin,
  cos: operation.cos,
  selu: operation.selu,
  square: (x) => operation.multiply(x, x),
  reciprocal: (x) => operation.divide(1, x),
};

/** Functions of which every digit is promised, of the derivative as well. */
const stable = [
  'relu',
  'softplus',
  'logSigmoid',
  'sigmoid',
  'tanh',
  'abs',
  'softsign',
  'leakyRelu',
  'relu6',
  'hardTanh',
] as const;

/** The places of the line, and numbers that overflow when they are multiplied by 2, by 4, by themselves. */
const whole = [...line, ...[1.7e38, 9e37, 5e37, 1e20, 1.9e19, 1e-20].flatMap((x) => [x, -x])].map(
  Math.fround,
);

const weights = tensor([1, -2, 0.5]);

/** Functions of a row of three, weighed so that their sum is not constant. */
const rowCurves: { readonly [name: string]: Curve } = {
  softmax: (x) => operation.multiply(operation.softmax(x), weights as Tensor<never>),
  logSumExp: (x) => operation.logSumExp(x),
  logSoftmax: (x) => operation.multiply(operation.logSoftmax(x), weights as Tensor<never>),
  'softmax cross-entropy': (x) =>
    softmaxCrossEntropy<Shape>().run([
      x,
      operation.broadcast(tensor([0.25, 0, 0.75]), x.shape, [x.shape.length - 1]),
    ])[0],
  'sparse softmax cross-entropy': (x) =>
    sparseSoftmaxCrossEntropy<Shape>().run([
      x as Tensor<readonly [number, number]>,
      operation.full([x.shape[0] ?? 0], 1, 'int32'),
    ])[0],
  'binary cross-entropy': (x) =>
    binaryCrossEntropy<Shape>().run([
      x,
      operation.broadcast(tensor([0, 0.5, 1]), x.shape, [x.shape.length - 1]),
    ])[0],
};

const ends = [0, 1e-45, 88, 88.8, 104, 1e4, 1e30].flatMap((x) => [x, -x]);

/** Rows in which each end of the line stands beside each other one. */
const rows = ends.flatMap((a) => ends.map((b) => [a, b, 1] as const));

describe.each(everyBackend)('numerics on $name, threads: $threads', (backend) => {
  const engine = engineOf(backend);

  test.each(Object.entries(curves))('N-1 %s is finite on the line, with any options', (name, f) => {
    for (const order of ORDERS)
      assertHolds(finiteOnLine(profileOf(name, f, whole, engine, [whole.length], order)));
  });

  test.each(Object.entries(growing))('N-1 %s is finite where its float64 fits into float32', (name, f) => {
    for (const order of ORDERS) {
      const by = (each: Engine): Profile => profileOf(name, f, whole, each, [whole.length], order);
      assertHolds(finiteWhereExact(by(engine), by(float64)));
    }
  });

  test.each(Object.entries({ ...curves, ...growing }))('N-1, N-2 %s of drawn numbers', (name, f) => {
    const example = drawing((sampler) => drawLine(sampler, sampler.integer(1, 9)));
    check(
      name,
      example,
      (at) => {
        const together = profileOf(name, f, at, engine);
        const alone = at.map((x) => profileOf(name, f, [x], engine));
        const apart = (part: 'value' | 'first' | 'second'): Verdict => {
          const each = alone.map(({ [part]: numbers }) => numbers[0] ?? Number.NaN);
          return neighboursApart(`${name}, ${part}`, together[part], each, at);
        };
        return every([
          () => finiteWhereExact(together, profileOf(name, f, at, float64)),
          () => apart('value'),
          () => apart('first'),
          () => apart('second'),
        ]);
      },
      { runs: runsOn(backend, 4) },
    );
  });

  test.each(Object.entries(curves))('N-2 %s of an element does not depend on its neighbours', (name, f) => {
    const together = profileOf(name, f, line, engine);
    const alone = line.map((x) => profileOf(name, f, [x], engine));
    for (const part of ['value', 'first', 'second'] as const) {
      const each = alone.map(({ [part]: numbers }) => numbers[0] ?? Number.NaN);
      assertHolds(neighboursApart(`${name}, ${part}`, together[part], each, line));
    }
  });

  test.each(stable)('N-3 %s is accurate on the line', (name) => {
    const f = curves[name] ?? operation.relu;
    const [got, expected] = [profileOf(name, f, line, engine), profileOf(name, f, line, float64)];
    assertHolds(accurateOnLine(`${name}, value`, got.value, expected.value));
    assertHolds(accurateOnLine(`${name}, first derivative`, got.first, expected.first));
  });

  test.each(Object.entries(rowCurves))('N-1 %s is finite on rows', (name, f) => {
    const all = rows.flat();
    assertHolds(finiteOnLine(profileOf(name, f, all, engine, [rows.length, 3])));
  });

  test.each(['softmax', 'logSumExp', 'logSoftmax'] as const)(
    'N-2 %s of a row does not depend on other rows',
    (name) => {
      const f = rowCurves[name] ?? operation.relu;
      const some = rows.filter((_, i) => i % 7 === 0);
      const together = profileOf(name, f, some.flat(), engine, [some.length, 3]);
      const alone = some.map((row) => profileOf(name, f, row, engine, [1, 3]));
      for (const part of ['value', 'first'] as const)
        assertHolds(
          neighboursApart(
            `${name}, ${part}`,
            together[part],
            alone.flatMap((each) => Array.from(each[part])),
            some.flat(),
          ),
        );
    },
  );

  test('B-5 a class masked by −∞ with target 0 does not give NaN', () => {
    const masked = (x: Tensor): Tensor<readonly []> =>
      softmaxCrossEntropy<Shape>().run([x, tensor([[0.5, 0.5, 0]])])[0];
    const x = tensor([0, 0, Number.NEGATIVE_INFINITY], [1, 3]);
    const [loss, slope] = evaluate([masked(x), gradient(masked)(x)] as const, { backend });
    expect(loss.data[0]).toBeCloseTo(Math.log(2), 6);
    expect([...slope.data]).toEqual([0, 0, 0]);
  });
});

describe('the suite can fail', () => {
  const engine = engineOf(reference());

  test('N-1: a naive softplus', () => {
    const naive: Curve = (x) => operation.log(operation.add(operation.exp(x), 1));
    expect(() => {
      assertHolds(finiteOnLine(profileOf('naive softplus', naive, line, engine)));
    }).toThrow(/^N-1 naive softplus \(reference\): the value at x = 88\.8\d* is not finite/);
  });

  test('N-2: a guard that looks at the whole tensor', () => {
    const guarded: Curve = (x) => operation.divide(x, operation.add(operation.max(operation.abs(x)), 1));
    const together = profileOf('guarded', guarded, [1, 2, 3], engine).value;
    const alone = [1, 2, 3].map((x) => profileOf('guarded', guarded, [x], engine).value[0] ?? 0);
    expect(() => {
      assertHolds(neighboursApart('guarded', together, alone, [1, 2, 3]));
    }).toThrow(/^N-2 guarded: an element depends on its neighbours/);
  });

  test('N-3: a derivative that cancels', () => {
    const naive = Float64Array.from(line, (x) => 1 - Math.fround(Math.tanh(x)) ** 2);
    const expected = profileOf('tanh', operation.tanh, line, float64).first;
    expect(() => {
      assertHolds(accurateOnLine('tanh′ as 1 − y²', naive, expected));
    }).toThrow(/^N-3 tanh′ as 1 − y²: digits are lost/);
  });
});
