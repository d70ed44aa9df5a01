/** P-1 to P-11 of operations on layers: each asked of layers, parameters and changes that are drawn. */
import { type Law, law } from '../base/verdict.js';
import { differentiate, differentiable } from '../../src/lens/differentiable.js';
import type { SimpleLens } from '../../src/lens/lens.js';
import type { Layer, Para, Parameters } from '../../src/lens/para.js';
import { matmul } from '../../src/operation/product.js';
import { multiply } from '../../src/operation/arithmetic.js';
import { key, normal } from '../../src/operation/random.js';
import { tanh } from '../../src/tensor/primitive/sigmoid.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { mapTree } from '../../src/tree/tree.js';
import { evaluationOfComposite } from './evaluation.js';
import {
  compositionOfParas,
  functorOfDerivatives,
  initOfComposite,
  interchangeOfParas,
  liftIsFunctor,
} from './composition.js';
import { paras } from './para-operations.js';
import type { Kernel, ParaExample } from './random-para.js';
import {
  flippedTwice,
  frozenChange,
  reparametrizationIsFunctor,
  sharedChange,
  whiskering,
} from './reparametrization.js';
import type { Comparison } from './same.js';

/** Parameters through a function of each tensor. */
const eachThrough = (f: (x: Tensor) => Tensor): SimpleLens<Parameters, Parameters> =>
  differentiate((q) => mapTree(q, (x) => f(x as Tensor)));

const lensesOfParameters = { r: eachThrough(tanh), s: eachThrough((x) => multiply(x, 2)) };

type Map = (x: Tensor) => Tensor;

/** x ↦ f(x·W) */
const mapped =
  (f: Map) =>
  ({ kernel }: Kernel, x: Tensor): Tensor =>
    f(matmul(x as Tensor<never>, kernel as Tensor<never>));

const layerOf = (f: Map): Layer<Kernel, Tensor, Tensor> =>
  differentiable((from) => ({ kernel: normal(from, [3, 3]) as Tensor }), mapped(f));

export const paraLaws = (comparison: Comparison = {}): readonly Law<ParaExample>[] => {
  const { compose } = comparison.operations ?? paras;
  return [
    law('P-1', ({ layers: [f, g, h], parameters: [p, q, u], buffers: [s, t, v], a, w }) =>
      compositionOfParas([f, g, h], { p: [...p, ...q, ...u], a, w, s: [...s, ...t, ...v] }, comparison),
    ),
    law('P-2', ({ layers: [f, g, h], seed }) => initOfComposite([f, g, h], key(seed), comparison)),
    law('P-3', ({ layers: [f], parameters: [p], buffers: [s], a, w }) =>
      reparametrizationIsFunctor(lensesOfParameters, f, { p, a, w, s }, comparison),
    ),
    law('P-4', ({ layers: [f, g], parameters: [p, q], buffers: [s, t], a, w }) =>
      whiskering(lensesOfParameters, f, g, { p: [...p, ...q], a, w, s: [...s, ...t] }, comparison),
    ),
    law('P-5', ({ maps: [f, g], a, w }) =>
      liftIsFunctor(differentiate(f), differentiate(g), { a, w }, comparison),
    ),
    law('P-6', ({ maps: [f, g], record, a, w }) => {
      const layered = compose(layerOf(f), layerOf(g));
      const whole: Para<readonly [Kernel, Kernel], Tensor, Tensor> = {
        ...layered,
        run: (p, x) =>
          differentiate(([[first, second], y]: readonly [typeof p, Tensor]) =>
            mapped(g)(second, mapped(f)(first, y)),
          ).run([p, x]),
      };
      const p = [record, { kernel: tanh(record.kernel) }] as const;
      return functorOfDerivatives(layered, whole, { p, a, w, s: [] }, comparison);
    }),
    law('P-7', ({ layers: [f, g, h, k], parameters, buffers, a, c, w, v }) =>
      interchangeOfParas({ f, g, h, k }, parameters, buffers, { a: [a, c], w: [w, v] }, comparison),
    ),
    law('P-8', ({ maps: [f, g], record, a, w }) =>
      sharedChange(compose(layerOf(f), layerOf(g)), record, { a, w }, comparison),
    ),
    law('P-9', ({ layers: [f, g], parameters: [p, q], buffers: [s, t], a, w }) =>
      frozenChange(f, g, [p, q], [s, t], { a, w }, comparison),
    ),
    law('P-10', ({ layers: [f], parameters: [p], buffers: [s], a, w }) =>
      flippedTwice(f.evaluation(...s), { p, a, w }, comparison),
    ),
    law('P-11', ({ layers: [f, g], parameters: [p, q], buffers: [s, t], a, w }) =>
      evaluationOfComposite([f, g], [s, t], { p: [...p, ...q], a, w }, comparison),
    ),
  ];
};
