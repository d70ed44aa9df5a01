import {
  compose,
  dense,
  differentiable,
  differentiate,
  key,
  mapTree,
  type Parameters,
  type SimpleLens,
  type Tensor,
} from 'paralens';
import {
  check,
  type Comparison,
  compositionOfParas,
  drawExpression,
  drawing,
  drawLike,
  drawParas,
  flippedTwice,
  frozenChange,
  functorOfDerivatives,
  initOfComposite,
  interchangeOfParas,
  liftIsFunctor,
  type ParaExample,
  reparametrizationIsFunctor,
  sharedChange,
  type Verdict,
  whiskering,
} from 'paralens/laws';
import { add, matmul, multiply, tanh } from 'paralens/operation';
import { describe, test } from 'vitest';
import { everyBackend } from './subject/backends.js';

type Law = (example: ParaExample, comparison: Comparison) => Verdict;

/** Parameters through a function of each tensor. */
const each = (f: (x: Tensor) => Tensor): SimpleLens<Parameters, Parameters> =>
  differentiate((q) => mapTree(q, (x) => f(x as Tensor)));

const r = each(tanh);
const s = each((x) => multiply(x, 2));

const square = compose(dense<3, 3>(3, 3), dense<3, 3>(3, 3));

const laws: { readonly [id: string]: Law } = {
  'P-1 composition': ({ layers: [f, g, h], parameters: [p, q, u], a, w }, comparison) =>
    compositionOfParas([f, g, h], { p: [...p, ...q, ...u], a, w }, comparison),
  'P-2 init of a composite': ({ layers: [f, g, h], seed }, comparison) =>
    initOfComposite([f, g, h], key(seed), comparison),
  'P-3 reparametrization': ({ layers: [f], parameters: [p], a, w }, comparison) =>
    reparametrizationIsFunctor({ r, s }, f, { p, a, w }, comparison),
  'P-4 whiskering': ({ layers: [f, g], parameters: [p, q], a, w }, comparison) =>
    whiskering({ r, s }, f, g, { p: [...p, ...q], a, w }, comparison),
  'P-7 interchange': ({ layers: [f, g, h, k], parameters, a, c, w, v }, comparison) =>
    interchangeOfParas({ f, g, h, k }, parameters, { a: [a, c], w: [w, v] }, comparison),
  'P-9 freezing': ({ layers: [f, g], parameters: [p, q], a, w }, comparison) =>
    frozenChange(f, g, { p, q }, { a, w }, comparison),
  'P-10 flipping twice': ({ layers: [f], parameters: [p], a, w }, comparison) =>
    flippedTwice(f, { p, a, w }, comparison),
};

describe.each(everyBackend)('Para on $name, threads: $threads', (backend) => {
  test.each(Object.entries(laws))('%s', (name, law) => {
    check(name, drawing(drawParas), (example) => law(example, { backend }), { runs: 15 });
  });

  test('P-5 lifting', () => {
    const example = drawing((sampler) => ({
      f: drawExpression(sampler),
      g: drawExpression(sampler),
      at: drawParas(sampler),
    }));
    check(
      'P-5',
      example,
      ({ f, g, at: { a, w } }) => liftIsFunctor(differentiate(f), differentiate(g), { a, w }, { backend }),
      { runs: 15 },
    );
  });

  test('P-6 layer by layer', () => {
    const init = (): { readonly kernel: Tensor } => ({ kernel: square.init(key(0))[0].kernel });
    const layer =
      (f: (x: Tensor) => Tensor): ((r: { readonly kernel: Tensor }, x: Tensor) => Tensor) =>
      ({ kernel }, x) =>
        f(matmul(x as Tensor<never>, kernel as Tensor<never>));
    const example = drawing((sampler) => {
      const [f, g] = [layer(drawExpression(sampler)), layer(drawExpression(sampler))];
      const layered = compose(differentiable(init, f), differentiable(init, g));
      const whole = {
        ...layered,
        run: (p: ReturnType<typeof layered.init>, x: Tensor) => {
          const { run } = differentiate(([[first, second], y]: readonly [typeof p, Tensor]) =>
            g(second, f(first, y)),
          );
          return run([p, x]);
        },
      };
      const { a, w } = drawParas(sampler);
      return { layered, whole, at: { p: drawLike(sampler, layered.init(key(0))), a, w } };
    });
    check('P-6', example, ({ layered, whole, at }) => functorOfDerivatives(layered, whole, at, { backend }), {
      runs: 15,
    });
  });

  test('P-8 sharing', () => {
    const example = drawing((sampler) => ({
      r: drawLike(sampler, square.init(key(0))[0]),
      at: drawParas(sampler),
    }));
    check(
      'P-8',
      example,
      ({ r: record, at: { a, w } }) =>
        sharedChange(square, record, { a: a as Tensor<never>, w: add(w, 0) as Tensor<never> }, { backend }),
      { runs: 15 },
    );
  });
});
