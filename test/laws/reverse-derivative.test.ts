import { composeLenses, differentiate, type SimpleLens, type Tensor, withPullback } from 'paralens';
import {
  chainOfTangents,
  chainRule,
  check,
  derivedProjection,
  drawExpression,
  drawing,
  drawPoint,
  drawTensor,
  drawTree,
  every,
  float64,
  fusedIsComposed,
  pairing,
  projections,
  type Sampler,
  subjectOf,
  sumRule,
} from 'paralens/laws';
import {
  add,
  divide,
  exp,
  expm1,
  log,
  log1p,
  logistic,
  logSigmoid,
  logSoftmax,
  logSumExp,
  multiply,
  negate,
  softmax,
  softplus,
  subtract,
  sum,
  tanh,
} from 'paralens/operation';
import { describe, expect, test } from 'vitest';
import { everyBackend } from './subject/backends.js';

const shape = [2, 3] as const;
const runs = 25;

interface Pair {
  readonly f: SimpleLens<Tensor, Tensor>;
  readonly g: SimpleLens<Tensor, Tensor>;
  readonly composite: SimpleLens<Tensor, Tensor>;
  readonly a: Tensor;
  readonly w: Tensor;
  readonly v: Tensor;
}

const drawPair = (sampler: Sampler): Pair => {
  const [f, g] = [drawExpression(sampler), drawExpression(sampler)];
  const argument = (): Tensor => drawTensor({ ...sampler, shape: () => shape }) as Tensor;
  return {
    f: differentiate(f),
    g: differentiate(g),
    composite: differentiate((x) => g(f(x))),
    a: argument(),
    w: argument(),
    v: argument(),
  };
};

describe.each(everyBackend)('axioms on $name, threads: $threads', (backend) => {
  const comparison = { backend };

  test('RD.1 sums', () => {
    check('RD.1', drawing(drawPair), ({ f, g, a, w }) => sumRule(f, g, { a, w }, comparison), { runs });
  });

  test('RD.3 projections', () => {
    const trees = drawing((sampler) => {
      const [x, y] = [drawTree(sampler), drawTree(sampler)];
      return { x, y, dx: x, dy: y };
    });
    check('RD.3', trees, (example) => projections(example, comparison), { runs });
    const floats = drawing((sampler) => {
      const x = drawTensor(sampler);
      return { x, y: drawTree(sampler), dx: x };
    });
    check('RD.3', floats, (example) => derivedProjection(example, comparison), { runs });
  });

  test('RD.4 pairs', () => {
    check('RD.4', drawing(drawPair), ({ f, g, a, w, v }) => pairing(f, g, { a, w: [w, v] }, comparison), {
      runs,
    });
  });

  test('RD.5 composites', () => {
    check(
      'RD.5',
      drawing(drawPair),
      ({ f, g, composite, a, w }) =>
        every([
          () => chainRule(f, g, composeLenses(f, g), { a, w }, comparison),
          () => chainRule(f, g, composite, { a, w }, comparison),
        ]),
      { runs },
    );
  });
});

test('RD.9 the chain rule forward', () => {
  const example = drawing((sampler) => {
    const [f, g] = [drawExpression(sampler), drawExpression(sampler)];
    const on = (name: string, h: (x: Tensor) => Tensor): ReturnType<typeof subjectOf> =>
      subjectOf<Tensor, Tensor>(name, h, { shape, low: -2, high: 2 });
    const subject = on('f;g', (x) => g(f(x)));
    const maps = { f: on('f', f).on(float64), g: on('g', g).on(float64), both: subject.on(float64) };
    return { maps, point: drawPoint(sampler, maps.both, subject.ranges) };
  });
  check('RD.9', example, ({ maps, point }) => chainOfTangents(maps, point), { runs: 50 });
});

type Form = (x: Tensor) => Tensor;

/** A stable form, and the composition that it stands for where that is accurate. */
const fused: { readonly [name: string]: readonly [Form, Form] } = {
  softplus: [softplus, (x) => log(add(exp(x), 1))],
  logSigmoid: [logSigmoid, (x) => log(logistic(x))],
  logistic: [logistic, (x) => divide(1, add(exp(negate(x)), 1))],
  tanh: [tanh, (x) => divide(expm1(multiply(x, 2)), add(expm1(multiply(x, 2)), 2))],
  log1p: [(x) => log1p(exp(x)), (x) => log(add(exp(x), 1))],
  logSumExp: [(x) => logSumExp(x), (x) => log(sum(exp(x), [1]))],
  logSoftmax: [(x) => logSoftmax(x), (x) => log(softmax(x))],
  softmax: [(x) => softmax(x), (x) => exp(logSoftmax(x))],
};

test.each(Object.entries(fused))('RD.5 %s is what it stands for', (name, [form, composition]) => {
  const example = drawing((sampler) => {
    const specification = { shape, low: -4, high: 4 };
    const subject = subjectOf<Tensor, Tensor>(name, form, specification);
    const maps = [
      subject.on(float64),
      subjectOf<Tensor, Tensor>(name, composition, specification).on(float64),
    ] as const;
    return { maps, point: drawPoint(sampler, maps[0], subject.ranges) };
  });
  check(name, example, ({ maps: [one, other], point }) => fusedIsComposed(one, other, point, 1e-11), {
    runs,
  });
});

test('the suite can fail: a fused backward at the wrong point', () => {
  const wrong = withPullback(
    (x: Tensor) => softplus(x),
    (x) => (dy) => multiply(dy, logistic(subtract(x, 1e-6))),
  );
  const subject = subjectOf<Tensor, Tensor>('softplus', wrong, { shape });
  const right = subjectOf<Tensor, Tensor>('softplus', softplus, { shape });
  const example = drawing((sampler) => drawPoint(sampler, subject.on(float64), subject.ranges));
  expect(() => {
    check('softplus', example, (point) => fusedIsComposed(subject.on(float64), right.on(float64), point));
  }).toThrow(/^RD\.5 softplus: the fused backward is not the composed one/);
});
