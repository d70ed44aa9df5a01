/** G-10 and B-1, B-2, B-7: a backend against float64, never against differences. */
import { same } from '../base/compare.js';
import { bitwise, elementWise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { Computation } from '../map/numeric-map.js';
import { withErrorBounds } from '../map/error-bound.js';
import { labelled, type Place, type Vector } from '../map/vector.js';

/** What runs a computation, and what it is called. */
export interface Running {
  readonly name: string;
  readonly run: (inputs: Vector) => Vector;
}

const inPrecision = (vector: Vector, results: readonly Place[]): Vector =>
  vector.map((data, i) => (results[i]?.dtype === 'float32' ? Float32Array.from(data) : data));

/**
 * B-1 of values, G-10 (B-7) of gradients: |backend − float64| ≤ its running error bound, element by element.
 */
export const nearFloat64 = (
  law: 'B-1' | 'G-10',
  { name, program, results }: Computation,
  { name: runs, run }: Running,
  inputs: Vector,
): Verdict => {
  const { values, errors } = withErrorBounds(program)(inputs);
  const at = new Map(results.map(({ path }, i) => [path, errors[i] ?? new Float64Array(0)]));
  const widest = (vector: Vector): Vector =>
    vector.map((data, i) => (results[i]?.dtype === 'float32' ? Float64Array.from(data) : data));
  return same(
    elementWise((path) => at.get(path) ?? new Float64Array(0)),
    labelled(results, widest(run(inputs))),
    labelled(results, widest(values)),
    {
      law,
      subject: `${name} (${runs})`,
      what: 'further from float64 than rounding explains',
      hint: 'a kernel computes something else, or loses digits that the program has',
    },
  );
};

/**
 * B-2. On whole numbers that float32 holds exactly, whatever the order: backend ≡ float64
 */
export const exactOnLattice = (
  { name, program, results }: Computation,
  { name: runs, run }: Running,
  inputs: Vector,
): Verdict => {
  const { values } = withErrorBounds(program)(inputs);
  return same(bitwise, labelled(results, run(inputs)), labelled(results, inPrecision(values, results)), {
    law: 'B-2',
    subject: `${name} (${runs})`,
    what: 'not the exact result on whole numbers',
    hint: 'an index, a stride or the rest of a tile is wrong',
  });
};

/**
 * B-3. The same program on the same inputs, twice: ≡
 */
export const repeatable = (
  { name, results }: Computation,
  { name: runs, run }: Running,
  inputs: Vector,
): Verdict => {
  const first = run(inputs).map((data) => data.slice());
  return every([
    () =>
      same(bitwise, labelled(results, run(inputs)), labelled(results, first), {
        law: 'B-3',
        subject: `${name} (${runs})`,
        what: 'the second run gives another result',
      }),
  ]);
};
