/** E-1: a dense layer is a product and a bias. */
import { same } from '../base/compare.js';
import { numerically } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import { rowsOf } from '../loss/rows.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';

/**
 * E-1. On whole numbers y ≡ x·W + b in plain loops: yᵢⱼ = bⱼ + Σₖ xᵢₖWₖⱼ; the leaves are called kernel, bias, input.
 * Without a bias it is 0.
 */
export const denseIsProduct = (map: NumericMap, x: Vector): Verdict => {
  const leaf = (name: string): number => map.domain.findIndex(({ path }) => path.endsWith(name));
  const data = (name: string): Vector[number] => x[leaf(name)] ?? new Float32Array(0);
  const [inputs = 0, outputs = 0] = map.domain[leaf('kernel')]?.shape ?? [];
  const kernel = rowsOf(data('kernel'), outputs);
  const bias = leaf('bias') < 0 ? Array.from({ length: outputs }, () => 0) : [...data('bias')];
  const expected = rowsOf(data('input'), inputs).flatMap((row) =>
    bias.map((b, j) => row.reduce((total, each, k) => total + each * (kernel[k]?.[j] ?? 0), b)),
  );
  const [got] = map.forward(x);
  return same(numerically, Float64Array.from(got ?? []), Float64Array.from(expected), {
    law: 'E-1',
    subject: map.name,
    what: 'not the product of input and kernel, and the bias',
    hint: 'a transpose, the bias along another axis, or another batch',
  });
};
