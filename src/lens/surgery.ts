/** Surgery: reads, replaces and reinitializes named parts of parameters. Returns new values and changes nothing. */
import { fail, showShape } from '../error.js';
import { requireLayers, requireText } from '../require.js';
import { sameShape } from '../tensor/shape.js';
import type { Key } from '../operation/random.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { isLeaf, leafPaths, leaves, structureOf } from '../tree/tree.js';
import type { Para, Parameters } from './para.js';

/** The type of the records under the name N, at any depth. */
type PartOf<P, N extends string> = P extends { readonly [K in N]: infer T }
  ? T
  : P extends readonly (infer E)[]
    ? E extends unknown
      ? PartOf<E, N>
      : never
    : never;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isLeaf(value);

/** All values under a name. */
const found = (tree: unknown, name: string): readonly unknown[] => {
  if (Array.isArray(tree)) return tree.flatMap((part: unknown) => found(part, name));
  if (!isRecord(tree)) return [];
  return Object.entries(tree).flatMap(([key, part]) => (key === name ? [part] : found(part, name)));
};

const replaced = (tree: unknown, name: string, next: unknown): unknown => {
  if (Array.isArray(tree)) return tree.map((part: unknown) => replaced(part, name, next));
  if (!isRecord(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, part]) => [key, key === name ? next : replaced(part, name, next)]),
  );
};

const requireAlike = (name: string, before: unknown, next: unknown): void => {
  const [got, needed] = [structureOf(next), structureOf(before)];
  if (got !== needed)
    fail({
      operation: 'replacePart',
      what: `the new part has another structure than '${name}'`,
      got,
      needed,
    });
  const paths = leafPaths(before);
  const others = leaves<AnyTensor>(next);
  for (const [i, was] of leaves<AnyTensor>(before).entries()) {
    const is = others[i];
    if (is !== undefined && is.dtype === was.dtype && sameShape(is.shape, was.shape)) continue;
    fail({
      operation: 'replacePart',
      what: `the new part has another shape or dtype than '${name}' at ${paths[i]?.join('.') ?? ''}`,
      got: is === undefined ? 'nothing' : `${is.dtype} ${showShape(is.shape)}`,
      needed: `${was.dtype} ${showShape(was.shape)}`,
    });
  }
};

/**
 * The parameters of the part with this name. Throws if no part or several parts have the name.
 *
 * @example
 * const model = sequential(named('encoder', dense(4, 2)), dense(2, 1));
 * partOf(model.init(key(1)), 'encoder')[0].kernel.shape; // [4, 2]
 */
export const partOf = <P extends Parameters, const N extends string>(
  parameters: P,
  name: N,
): PartOf<P, N> => {
  const parts = found(parameters, name);
  const [only] = parts;
  if (parts.length !== 1)
    fail({
      operation: 'partOf',
      what: parts.length === 0 ? 'no part has this name' : 'several parts have this name',
      got: `'${name}'`,
      needed: 'the name of exactly one part',
      hint: `there are ${leafPaths(parameters)
        .map((path) => path.join('.'))
        .join(', ')}`,
    });
  // The value under the name has the type of that name.
  return only as PartOf<P, N>;
};

/**
 * The parameters with the part of this name replaced. Throws if the name does not occur exactly once, or if the new
 * part has another structure, shape or dtype.
 *
 * @example
 * const model = sequential(named('encoder', dense(4, 2)), dense(2, 1));
 * const [a, b] = [model.init(key(1)), model.init(key(2))];
 * replacePart(a, 'encoder', partOf(b, 'encoder'));
 */
export const replacePart = <P extends Parameters, const N extends string>(
  parameters: P,
  name: N,
  part: NoInfer<PartOf<P, N>>,
): P => {
  requireAlike(name, partOf(parameters, name), part);
  return replaced(parameters, name, part) as P;
};

/**
 * The parameters with the part of this name initialized again from a key; the others do not change.
 *
 * @example
 * const model = sequential(dense(4, 2), named('head', dense(2, 1)));
 * reinitialize(model, model.init(key(1)), 'head', key(7));
 */
export const reinitialize = <P extends Parameters, A, B, const N extends string>(
  model: Para<P, A, B>,
  parameters: P,
  name: N,
  from: Key,
): P => {
  requireLayers('reinitialize', { model });
  requireText('reinitialize', 'name', name);
  return replacePart(parameters, name, partOf(model.init(from), name));
};
