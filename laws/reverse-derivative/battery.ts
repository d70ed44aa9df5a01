/** RD.1, RD.3, RD.4 and RD.5: each asked of maps and trees that are drawn. */
import type { Sampler } from '../arbitrary/draw.js';
import { drawExpression } from '../arbitrary/expression.js';
import { drawTensor, drawTree, type TensorTree } from '../arbitrary/tree.js';
import { every, type Law, law } from '../base/verdict.js';
import { differentiate } from '../../src/lens/differentiable.js';
import { composeLenses, type SimpleLens } from '../../src/lens/lens.js';
import type { AnyTensor, Tensor } from '../../src/tensor/tensor.js';
import type { Comparison } from '../para/same.js';
import { chainRule, derivedProjection, pairing, projections, sumRule } from './axioms.js';
import { cartesian, type CartesianOperations } from './cartesian.js';

/** Smooth maps of one shape, an argument and changes; and trees to project from. */
export interface AxiomExample {
  readonly f: SimpleLens<Tensor, Tensor>;
  readonly g: SimpleLens<Tensor, Tensor>;
  /** f, then g, as one function whose backward is derived. */
  readonly composite: SimpleLens<Tensor, Tensor>;
  readonly a: Tensor;
  readonly w: Tensor;
  readonly v: Tensor;
  readonly trees: readonly [TensorTree, TensorTree];
  readonly floats: AnyTensor;
}

const SHAPE = [2, 3];

export const drawAxioms = (sampler: Sampler): AxiomExample => {
  const [f, g] = [drawExpression(sampler), drawExpression(sampler)];
  const argument = (): Tensor => drawTensor({ ...sampler, shape: () => SHAPE }) as Tensor;
  return {
    f: differentiate(f),
    g: differentiate(g),
    composite: differentiate((x) => g(f(x))),
    a: argument(),
    w: argument(),
    v: argument(),
    trees: [drawTree(sampler), drawTree(sampler)],
    floats: drawTensor(sampler),
  };
};

export const axiomLaws = (
  comparison: Comparison = {},
  operations: CartesianOperations = cartesian,
): readonly Law<AxiomExample>[] => [
  law('RD.1', ({ f, g, a, w }) => sumRule(f, g, { a, w }, comparison, operations)),
  law('RD.3', ({ trees: [x, y], floats }) =>
    every([
      () => projections({ x, y, dx: x, dy: y }, comparison, operations),
      () => derivedProjection({ x: floats, y, dx: floats }, comparison, operations),
    ]),
  ),
  law('RD.4', ({ f, g, a, w, v }) => pairing(f, g, { a, w: [w, v] }, comparison, operations)),
  law('RD.5', ({ f, g, composite, a, w }) =>
    every([
      () => chainRule(f, g, composeLenses(f, g), { a, w }, comparison),
      () => chainRule(f, g, composite, { a, w }, comparison),
    ]),
  ),
];
