/** Parameters and buffers of composites: concatenated, split again, and named by their paths. */
import { fail } from '../error.js';
import { advance, type Key } from '../operation/random.js';
import { leafPaths } from '../tree/tree.js';
import type { Initial, Parameters } from './para.js';

/** The records of both; the keys of `g` come after those of `f`. */
export const joined = <P extends Parameters, Q extends Parameters>(
  f: Initial<P>,
  g: Initial<Q>,
  key: Key,
): readonly [...P, ...Q] => [...f.init(key), ...g.init(advance(key, f.size))];

/** Splits a concatenation into the first records and the rest. */
export const splitAt = <P extends Parameters, Q extends Parameters>(
  parameters: readonly [...P, ...Q],
  size: number,
): readonly [P, Q] => {
  const records: Parameters = parameters;
  // The size determines the split, which the types cannot express.
  return [records.slice(0, size) as Parameters as P, records.slice(size) as Parameters as Q];
};

/** The name of a part, if the record is a named part (a record with one list); the record of a layer holds tensors. */
const nameOf = (record: unknown): string | undefined => {
  if (Array.isArray(record)) return undefined;
  const [only, ...others] = Object.entries(record ?? {});
  return only !== undefined && others.length === 0 && Array.isArray(only[1]) ? only[0] : undefined;
};

/**
 * The path of each parameter, in the order of the leaves: `0.kernel`, `encoder.1.bias`. Layers without a name are
 * numbered from 0 among the layers with parameters. Throws if two parts have the same name.
 *
 * @example
 * parameterPaths(sequential(dense(2, 3), relu(), dense(3, 1)).init(key(0))); // ['0.bias', '0.kernel', …]
 */
export const parameterPaths = (parameters: Parameters): readonly string[] => {
  const names = parameters.map(nameOf);
  const seen = new Set<string>();
  const twice = names.find((name) => {
    if (name === undefined) return false;
    const before = seen.has(name);
    seen.add(name);
    return before;
  });
  if (twice !== undefined)
    fail({
      operation: 'named',
      what: 'two parts have the same name',
      got: `'${twice}' twice`,
      needed: 'different names for parts of the same model',
      hint: 'rename one of them, or put each into another named part',
    });
  return parameters.flatMap((record, i) => {
    const name = names[i];
    if (name !== undefined)
      return Object.values(record as Readonly<Record<string, Parameters>>).flatMap((part) =>
        parameterPaths(part).map((path) => `${name}.${path}`),
      );
    return leafPaths(record).map((path) => [i, ...path].join('.'));
  });
};
