import type { Tensor } from 'paralens';
import {
  add,
  divide,
  exp,
  expm1,
  log,
  log1p,
  logSigmoid,
  logSoftmax,
  logSumExp,
  multiply,
  negate,
  sigmoid,
  softmax,
  softplus,
  sum,
  tanh,
} from 'paralens/operation';
import { check } from 'paralens/laws';
import {
  axiomLaws,
  chainOfTangents,
  drawAxioms,
  drawExpression,
  drawing,
  drawPoint,
  float64,
  fusedIsComposed,
  subjectOf,
} from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import { everyBackend, runsOn } from './subject/backends.js';

const shape = [2, 3] as const;
const runs = 25;

describe.each(everyBackend)('axioms on $name, threads: $threads', (backend) => {
  test.each(axiomLaws({ backend }).map((law) => [law.id ?? '', law] as const))('%s', (id, law) => {
    check(id, drawing(drawAxioms), law, { runs: runsOn(backend, runs) });
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
  logSigmoid: [logSigmoid, (x) => log(sigmoid(x))],
  sigmoid: [sigmoid, (x) => divide(1, add(exp(negate(x)), 1))],
  tanh: [tanh, (x) => divide(expm1(multiply(x, 2)), add(expm1(multiply(x, 2)), 2))],
  log1p: [(x) => log1p(exp(x)), (x) => log(add(exp(x), 1))],
  logSumExp: [(x) => logSumExp(x), (x) => log(sum(exp(x), [1]))],
  logSoftmax: [(x) => logSoftmax(x), (x) => log(softmax(x))],
  softmax: [(x) => softmax(x), (x) => exp(logSoftmax(x))],
};

test.each(Object.entries(fused))('RD.5 %s equals its definition', (name, [form, composition]) => {
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
