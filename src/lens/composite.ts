/** Composites: any number of layers one after the other, as `compose` and `sequential` make. */
import { fail } from '../error.js';
import { advance, type Key } from '../operation/random.js';
import { required } from '../require.js';
import { located } from './locate.js';
import type { Buffers, Initial, Para, Parameters } from './para.js';

/** A layer of any type. */
export type AnyPara = Para<Parameters, unknown, unknown, Buffers>;

/** The layers of a composite. A copy with another `run` or `init` does not count as a composite. */
const parts: unique symbol = Symbol('parts');

const partsOf = (layer: AnyPara): readonly AnyPara[] =>
  parts in layer ? (layer[parts] as readonly AnyPara[]) : [layer];

/** The records of several layers, one after the other. */
const concatenated = (kind: 'parameters' | 'buffers', layers: readonly Initial<readonly unknown[]>[]) => {
  let size = 0;
  const places = layers.map((layer) => ({ layer, start: size, end: (size += layer.size) }));
  return {
    size,
    init: (key: Key): readonly unknown[] =>
      places.flatMap(({ layer, start }) => layer.init(advance(key, start))),
    /** The records of each layer. Throws if there are too many or too few. */
    split: (records: readonly unknown[]): readonly (readonly unknown[])[] => {
      if (records.length !== size)
        fail({
          operation: 'sequential',
          what: `the ${kind} belong to another model`,
          got: `${records.length} records`,
          needed: String(size),
          hint: `one record for each layer that has ${kind}`,
        });
      return places.map(({ start, end }) => records.slice(start, end));
    },
  };
};

const buffersOf = (layers: readonly AnyPara[]) =>
  concatenated(
    'buffers',
    layers.map(({ buffers }) => buffers),
  );

/**
 * Runs the layers in order: parameters and buffers are concatenated, and backward runs in reverse. Does not add paths.
 */
export const inOrder = (layers: readonly AnyPara[]): AnyPara => {
  const parameters = concatenated('parameters', layers);
  const buffers = buffersOf(layers);
  return {
    size: parameters.size,
    init: parameters.init,
    buffers,
    run: (p, a, ...s) => {
      const [records, buffered] = [parameters.split(p), buffers.split(s)];
      const backs: ReturnType<AnyPara['run']>[1][] = [];
      const after: unknown[] = [];
      let value = a;
      for (const [i, layer] of layers.entries()) {
        const [result, back, ...next] = layer.run(
          required(records[i], 'the parameters of a layer'),
          value,
          ...required(buffered[i], 'the buffers of a layer'),
        );
        backs.push(back);
        after.push(...next);
        value = result;
      }
      const all = (db: unknown): readonly [Parameters, unknown] => {
        const changes: Parameters[] = [];
        let change = db;
        for (const back of backs.toReversed()) {
          const [dp, da] = back(change);
          changes.push(dp);
          change = da;
        }
        return [changes.toReversed().flat(), change];
      };
      return [value, all, ...after];
    },
    evaluation: (...s) => inOrder(predicting(layers, s)) as Para<Parameters, unknown, unknown>,
  };
};

/** The layers in evaluation, each with its part of the buffers. */
const predicting = (layers: readonly AnyPara[], s: Buffers): readonly AnyPara[] => {
  const buffers = buffersOf(layers).split(s);
  return layers.map((layer, i) => layer.evaluation(...required(buffers[i], 'the buffers of a layer')));
};

/** First `f`, then `g`, as one part. Does not add paths. */
export const followedBy = <
  P extends Parameters,
  A,
  B,
  Q extends Parameters,
  C,
  S extends Buffers = readonly [],
  T extends Buffers = readonly [],
>(
  f: Para<P, A, B, S>,
  g: Para<Q, B, C, T>,
): Para<readonly [...P, ...Q], A, C, readonly [...S, ...T]> =>
  inOrder([f, g]) as Para<readonly [...P, ...Q], A, C, readonly [...S, ...T]>;

/**
 * The composite of layers, with their paths 0, 1, … The parts of nested composites are numbered in sequence, so that
 * paths, like parameters, do not depend on the bracketing.
 */
export const compositeOf = (layers: readonly AnyPara[]): AnyPara => {
  const all = layers.flatMap(partsOf);
  const composite = {
    ...inOrder(all.map((layer, i) => located(String(i), layer))),
    evaluation: (...s: Buffers) => compositeOf(predicting(all, s)) as Para<Parameters, unknown, unknown>,
  };
  // Not enumerable, so that a copy with `...` does not have it.
  return Object.defineProperty(composite, parts, { value: all });
};
