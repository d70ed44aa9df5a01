/** Layers one after the other, any number of them: what `compose` and `sequential` make. */
import { fail } from '../error.js';
import { advance } from '../operation/random.js';
import { evaluation } from './evaluation.js';
import { located } from './locate.js';
import type { Para, Parameters } from './para.js';

/** A layer of which nothing is known but that it is one. */
export type AnyPara = Para<Parameters, unknown, unknown>;

/** The layers that a composite is made of; a copy of it that has another `run` or `init` is no composite. */
const parts: unique symbol = Symbol('parts');

const partsOf = (layer: AnyPara): readonly AnyPara[] =>
  parts in layer ? (layer[parts] as readonly AnyPara[]) : [layer];

const requireSize = (parameters: Parameters, size: number): void => {
  if (parameters.length !== size)
    fail({
      operation: 'sequential',
      what: 'parameters of another model',
      got: `${parameters.length} records`,
      needed: String(size),
      hint: 'one record for each layer that has parameters',
    });
};

/** First the first, then the next: parameters concatenated, backward in reverse. Says nothing of their places. */
export const inOrder = (layers: readonly AnyPara[]): AnyPara => {
  const starts: number[] = [0];
  for (const [i, layer] of layers.entries()) starts.push((starts[i] ?? 0) + layer.size);
  return {
    size: starts.at(-1) ?? 0,
    init: (key) => layers.flatMap((layer, i) => layer.init(advance(key, starts[i] ?? 0))),
    run: (p, a) => {
      requireSize(p, starts.at(-1) ?? 0);
      const backs: ReturnType<AnyPara['run']>[1][] = [];
      let value = a;
      for (const [i, layer] of layers.entries()) {
        const [next, back] = layer.run(p.slice(starts[i], starts[i + 1]), value);
        backs.push(back);
        value = next;
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
      return [value, all];
    },
    evaluation: () => inOrder(layers.map(evaluation)),
  };
};

/** First `f`, then `g`, as one part: says nothing of their places. */
export const followedBy = <P extends Parameters, A, B, Q extends Parameters, C>(
  f: Para<P, A, B>,
  g: Para<Q, B, C>,
): Para<readonly [...P, ...Q], A, C> => inOrder([f, g]) as Para<readonly [...P, ...Q], A, C>;

/**
 * The composite of layers that fit, each at its place: 0, 1, … Of composites the parts are counted through, so that
 * places, as parameters, do not depend on how a composition is bracketed.
 */
export const compositeOf = (layers: readonly AnyPara[]): AnyPara => {
  const all = layers.flatMap(partsOf);
  const composite = {
    ...inOrder(all.map((layer, i) => located(String(i), layer))),
    evaluation: () => compositeOf(all.map(evaluation)),
  };
  // Not enumerable, so that a copy by `...` does not have it.
  return Object.defineProperty(composite, parts, { value: all });
};
