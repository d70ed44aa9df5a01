/** Loops over time: one function at every place, a state handed on. */
import { fail, showShape } from '../error.js';
import { requireBoolean, requireCount } from '../require.js';
import { check, cast } from '../tensor/primitive/conversion.js';
import { not } from '../tensor/primitive/comparison.js';
import { take } from '../tensor/primitive/indexing.js';
import { dependents } from '../tensor/primitive/dependents.js';
import { type Binding, makeScan } from '../tensor/primitive/scan-body.js';
import { scanParts, standIn } from '../tensor/primitive/scan-layout.js';
import { sameShape, type Shape } from '../tensor/shape.js';
import type { AnyTensor, Application, Tensor } from '../tensor/tensor.js';
import { leafPaths, leaves, structureOf, unflatten } from '../tree/tree.js';
import { all, argmax } from './reduce.js';

/** A tree at one place: each leaf without its first axis. */
export type AtPlace<T> =
  T extends Tensor<infer S, infer D>
    ? Tensor<S extends readonly [number, ...infer R extends Shape] ? readonly [...R] : Shape, D>
    : { readonly [K in keyof T]: AtPlace<T[K]> };

/** A tree at all places: each leaf with one more axis in front. */
export type Stacked<T> =
  T extends Tensor<infer S, infer D>
    ? Tensor<readonly [number, ...S], D>
    : { readonly [K in keyof T]: Stacked<T[K]> };

export interface ScanOptions {
  /** Whether it goes from the last place to the first; results stand at the place of their input. */
  readonly reverse?: boolean;
  /** How many places, where nothing is stacked that tells. */
  readonly length?: number;
}

const showLeaf = ({ dtype, shape }: AnyTensor): string => `${dtype} ${showShape(shape)}`;

/** How many places there are: as many as each leaf has along its first axis. */
const lengthOf = (xs: unknown, given: number | undefined): number => {
  const paths = leafPaths(xs);
  const sizes = leaves<AnyTensor>(xs).map(({ shape }) => shape[0]);
  const length = given ?? sizes[0];
  if (given !== undefined) requireCount('scan', 'length', given, { least: 0 });
  if (length === undefined)
    return fail({
      operation: 'scan',
      what: 'the number of steps is unknown',
      got: sizes.length === 0 ? 'no tensors' : 'a tensor without axes',
      needed: 'tensors stacked along their first axis, or the option `length`',
    });
  const other = sizes.findIndex((size) => size !== length);
  if (other >= 0)
    fail({
      path: paths[other] ?? [],
      operation: 'scan',
      what: 'the tensors have different numbers of steps',
      got: String(sizes[other] ?? 'no axis'),
      needed: String(length),
    });
  return length;
};

/** Throws if the next state is not like the one before. */
const requireState = (before: unknown, next: unknown): void => {
  const [had, has] = [structureOf(before), structureOf(next)];
  if (had !== has)
    fail({ operation: 'scan', what: 'the state changes its structure', got: has, needed: had });
  const paths = leafPaths(before);
  const after = leaves<AnyTensor>(next);
  for (const [i, each] of leaves<AnyTensor>(before).entries()) {
    const other = after[i] ?? each;
    if (other.dtype !== each.dtype || !sameShape(other.shape, each.shape))
      fail({
        path: paths[i] ?? [],
        operation: 'scan',
        what: 'the state changes its shape or dtype',
        got: showLeaf(other),
        needed: showLeaf(each),
        hint: 'give the initial state the shape and dtype that it has after a step',
      });
  }
};

type CheckNode = Application<'check'>;

/** The checks that depend on the step: each becomes results of the loop, and a check of them all behind it. */
const checksIn = (steps: readonly AnyTensor[], outputs: readonly AnyTensor[]): readonly CheckNode[] =>
  dependents(steps, outputs).flatMap(({ node }) =>
    node.kind === 'application' && node.name === 'check' ? [node] : [],
  );

/** The value, where what a check demands held at each step; what is shown if not is of the first that did not. */
const checked = (
  value: AnyTensor,
  { attributes }: CheckNode,
  [holds, got]: readonly (AnyTensor | undefined)[],
): AnyTensor => {
  if (holds === undefined || got === undefined || holds.shape[0] === 0) return value;
  const truths = cast(holds, 'bool');
  const first = argmax(cast(not(truths), 'int32'), 0);
  return check(value, all(truths), take(got, first, 0), attributes);
};

/**
 * Folds `step` over axis 0 of the leaves of `xs`: from a state and what stands at one place to the next state and a
 * result. Gives the last state, and the results stacked. One program for the body, whatever the number of places; the
 * way back keeps the states and computes the rest of each step again. Tensors that `step` uses from outside, such as
 * parameters, are differentiated as its arguments are. A state keeps its shapes and dtypes; throws if it does not,
 * and where the leaves of `xs` have different numbers of places.
 *
 * Source: the scan of JAX (`jax.lax.scan`).
 *
 * @example
 * const [sum, sums] = scan((s: Tensor<[]>, x: Tensor<[]>) => [add(s, x), add(s, x)], scalar(0), tensor([1, 2, 3]));
 * evaluate(sums).data; // Float32Array [1, 3, 6]
 */
export const scan = <C, X, Y>(
  step: (state: C, x: AtPlace<X>) => readonly [next: C, result: Y],
  initial: C,
  xs: X,
  { reverse = false, length: given }: ScanOptions = {},
): readonly [last: C, results: Stacked<Y>] => {
  requireBoolean('scan', 'reverse', reverse);
  const length = lengthOf(xs, given);
  const before = leaves<AnyTensor>(initial);
  const stackedOutside = leaves<AnyTensor>(xs);
  const depth = [...before, ...stackedOutside].reduce((deepest, each) => Math.max(deepest, each.depth), 0);
  const state = before.map((each): Binding => [standIn(each, depth), each]);
  const stacked = stackedOutside.map(({ shape, dtype }, i): Binding => {
    const inside = standIn({ shape: shape.slice(1), dtype }, depth);
    return [inside, stackedOutside[i] ?? inside];
  });
  const inside = (pairs: readonly Binding[]): readonly AnyTensor[] => pairs.map(([tensor]) => tensor);
  // A tree like `xs` whose leaves stand at one place, which is what the type says.
  const [next, result] = step(
    unflatten(initial, inside(state)),
    unflatten<unknown>(xs, inside(stacked)) as AtPlace<X>,
  );
  requireState(initial, next);
  const results = leaves<AnyTensor>(result);
  const outputs = [...leaves<AnyTensor>(next), ...results];
  const checks = checksIn(inside([...state, ...stacked]), outputs);
  const { attributes, flat } = makeScan({
    shared: [],
    state,
    stacked,
    next: leaves<AnyTensor>(next),
    results: [...results, ...checks.flatMap(({ inputs }) => inputs.slice(1))],
    sums: [],
    length,
    reverse,
  });
  const raw = scanParts(flat, attributes).results.slice(results.length);
  const sound = checks.reduce<AnyTensor>(
    (value, each, i) => checked(value, each, raw.slice(2 * i, 2 * i + 2)),
    flat,
  );
  const parts = scanParts(sound, attributes);
  return [
    unflatten(initial, parts.last),
    unflatten<unknown>(result, parts.results.slice(0, results.length)) as Stacked<Y>,
  ];
};
