/**
 * Trees: parameters, batches and states are plain data whose leaves are tensors.
 *
 * A tree is a leaf, an array of trees or a record of trees. This module knows of a leaf only that it carries
 * the mark below, so that it stands under everything else.
 */
import { required } from '../require.js';
import { fail } from '../error.js';

/** The mark of a leaf; registered, so that two copies of the package agree on it. */
export const leaf: unique symbol = Symbol.for('paralens.leaf');

export interface Leaf {
  readonly [leaf]: true;
}

export type Tree<L extends Leaf = Leaf> = L | readonly Tree<L>[] | { readonly [name: string]: Tree<L> };

/** Plain data: what survives being written down and read again, but for numbers that are not finite and −0. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

// Records by names that anybody may choose: what a record inherits is never read, and a name never reaches a prototype.

/** The value that a record has under a name itself, if it has one. */
export const ownOf = <V>(record: Readonly<Record<string, V>>, name: string): V | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/**
 * Sets a property of a fresh record. An assignment to `__proto__` would change its prototype, and one to `constructor`
 * throws if prototypes are frozen: names that are inherited are defined instead.
 */
export const setOwn = <V>(fresh: Record<string, V>, name: string, value: V): void => {
  if (name in fresh)
    Object.defineProperty(fresh, name, { value, writable: true, enumerable: true, configurable: true });
  else fresh[name] = value;
};

/** Whether a value is a leaf. */
export const isLeaf = (value: unknown): value is Leaf =>
  typeof value === 'object' && value !== null && leaf in value;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** The class of an object, for an error: what it says of itself may be anything. */
export const kindOfObject = (value: object): string => {
  const prototype: unknown = Object.getPrototypeOf(value);
  const maker: unknown =
    typeof prototype === 'object' && prototype !== null ? Reflect.get(prototype, 'constructor') : undefined;
  return typeof maker === 'function' ? maker.name : 'an object';
};

const showKind = (value: unknown): string => {
  if (value === null) return 'null';
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'object' ? kindOfObject(value) : typeof value;
};

/** Deeper than any tree is meant: it would end in the engine's own error, or hold itself. */
const MOST_DEEP = 1000;

const refuseDeep = (): never =>
  fail({
    operation: 'tree',
    what: `the tree is deeper than ${MOST_DEEP} levels`,
    needed: 'finite arrays and records',
    hint: 'does the tree contain itself?',
  });

/** Whether a record was a tensor before it was cloned, which takes the mark away. */
const isCloned = (record: Readonly<Record<string, unknown>>): boolean =>
  typeof record['dtype'] === 'string' && Array.isArray(record['shape']) && 'node' in record;

const refuseClone = (path: readonly string[]): never =>
  fail({
    path,
    operation: 'tree',
    what: 'the tensor was cloned by structuredClone or postMessage',
    needed: 'a tensor',
    hint: 'send evaluate(tensor), and rebuild it at the receiver with tensor(data, shape, dtype)',
  });

const refuse = (value: unknown, path: readonly string[]): never =>
  fail({
    path,
    operation: 'tree',
    what: 'a leaf is not a tensor',
    got: showKind(value),
    needed: 'arrays and records of tensors',
    hint: 'wrap numbers with tensor(…)',
  });

/** The records' keys are walked in the order of their names, so that two equal records are equal trees. */
const keysOf = (record: Readonly<Record<string, unknown>>): readonly string[] => {
  const keys = Object.keys(record);
  // Records that this module has made are in order already.
  for (let i = 1; i < keys.length; i++)
    if (required(keys[i - 1], 'a key') > required(keys[i], 'a key')) return keys.toSorted();
  return keys;
};

/** The tree with what `visit` gives for each leaf. Its `path` is one list, which changes from leaf to leaf. */
const walk = (
  tree: unknown,
  path: string[],
  visit: (leaf: Leaf, path: readonly string[]) => unknown,
): unknown => {
  if (isLeaf(tree)) return visit(tree, path);
  if (path.length > MOST_DEEP) return refuseDeep();
  const below = (part: unknown, name: string): unknown => {
    path.push(name);
    const made = walk(part, path, visit);
    path.pop();
    return made;
  };
  if (Array.isArray(tree)) return tree.map((part: unknown, i) => below(part, String(i)));
  if (!isRecord(tree)) return refuse(tree, path);
  if (isCloned(tree)) return refuseClone(path);
  const record: Record<string, unknown> = {};
  for (const key of keysOf(tree)) setOwn(record, key, below(tree[key], key));
  return record;
};

/** Visits the leaves in the order of `walk`, and makes nothing: `path` is one list, which changes from leaf to leaf. */
const visitLeaves = (
  tree: unknown,
  path: string[],
  visit: (leaf: Leaf, path: readonly string[]) => void,
): void => {
  if (isLeaf(tree)) {
    visit(tree, path);
    return;
  }
  if (path.length > MOST_DEEP) refuseDeep();
  if (Array.isArray(tree))
    for (const [i, part] of (tree as readonly unknown[]).entries()) {
      path.push(String(i));
      visitLeaves(part, path, visit);
      path.pop();
    }
  else {
    if (!isRecord(tree)) return refuse(tree, path);
    if (isCloned(tree)) refuseClone(path);
    for (const key of keysOf(tree)) {
      path.push(key);
      visitLeaves(tree[key], path, visit);
      path.pop();
    }
  }
};

/** The leaves of a tree, arrays in order and records by name. Throws if a part is no tree. */
export const leaves = <L extends Leaf>(tree: unknown): readonly L[] => {
  const found: L[] = [];
  visitLeaves(tree, [], (each) => found.push(each as L));
  return found;
};

/** The path of each leaf, in the order of `leaves`. */
export const leafPaths = (tree: unknown): readonly (readonly string[])[] => {
  const found: (readonly string[])[] = [];
  visitLeaves(tree, [], (_, path) => found.push(path.slice()));
  return found;
};

/** The tree of the same structure whose leaves are `f(leaf, path)`. */
export const mapTree = <T>(tree: T, f: (leaf: Leaf, path: readonly string[]) => unknown): T =>
  walk(tree, [], (each, path) => f(each, path.slice())) as T;

/** The tree of the structure of `like` with these leaves, in the order of `leaves`. */
export const unflatten = <T>(like: T, parts: readonly unknown[]): T => {
  let next = 0;
  return walk(like, [], () => parts[next++]) as T;
};

/** The structure of a tree in one string: equal strings, equal structures. */
export const structureOf = (tree: unknown): string => structureBelow(tree, 0);

const structureBelow = (tree: unknown, depth: number): string => {
  if (isLeaf(tree)) return '*';
  if (depth > MOST_DEEP) return refuseDeep();
  const below = (part: unknown): string => structureBelow(part, depth + 1);
  if (Array.isArray(tree)) return `[${tree.map(below).join(',')}]`;
  if (!isRecord(tree)) return refuse(tree, []);
  if (isCloned(tree)) return refuseClone([]);
  return `{${keysOf(tree)
    .map((key) => `${JSON.stringify(key)}:${below(tree[key])}`)
    .join(',')}}`;
};

/** Whether `structureOf` says the same of two trees, without the strings; `false` where a part is no tree. */
export const sameStructure = (a: unknown, b: unknown): boolean => sameBelow(a, b, 0);

const sameBelow = (a: unknown, b: unknown, depth: number): boolean => {
  if (isLeaf(a) || isLeaf(b)) return isLeaf(a) && isLeaf(b);
  if (depth > MOST_DEEP) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((part: unknown, i) => sameBelow(part, b[i], depth + 1))
    );
  if (!isRecord(a) || !isRecord(b) || isCloned(a) || isCloned(b)) return false;
  const [keys, others] = [keysOf(a), keysOf(b)];
  return (
    keys.length === others.length &&
    keys.every((key, i) => key === others[i] && sameBelow(a[key], b[key], depth + 1))
  );
};

/** Combines two trees of one structure leaf by leaf. Throws if the structures differ. */
export const zipTrees = <T>(
  operation: string,
  first: T,
  second: T,
  f: (first: Leaf, second: Leaf, path: readonly string[]) => unknown,
): T => {
  if (!sameStructure(second, first)) {
    const [got, needed] = [structureOf(second), structureOf(first)];
    fail({ operation, what: 'the trees have different structures', got, needed });
  }
  const others = leaves(second);
  let next = 0;
  return mapTree(first, (each, path) => f(each, required(others[next++], 'a leaf'), path));
};
