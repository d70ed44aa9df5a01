/**
 * Carried state: parameters that a step replaces and does not move, such as running statistics and the keys of
 * dropout. They stand in a layer's record under `carried`, and the backward's slot for them is their next value.
 */
import { pullback } from '../autodiff/pullback.js';
import type { Key } from '../operation/random.js';
import { requireLayers, requireMade } from '../require.js';
import { stopGradient } from '../tensor/primitive/conversion.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { isLeaf, mapTree } from '../tree/tree.js';
import { CARRIED } from './differentiable.js';
import { evaluation } from './evaluation.js';
import { learningWith, nextOf } from './carried-marks.js';
import type { Layer, Para, Parameters } from './para.js';

/** A record of parameters some of which are carried. */
export interface Carries<C> {
  readonly carried: C;
}

const entriesOf = (record: unknown): readonly (readonly [string, unknown])[] =>
  Object.entries(record as Readonly<Record<string, unknown>>);

/** The tree with nothing under `carried`: what an update moves. The type does not tell. */
export const learned = <T>(tree: T): T => withCarried(tree, undefined);

/** Whether anything in a tree is carried. */
const carriesAny = (tree: unknown): boolean => {
  if (typeof tree !== 'object' || tree === null || isLeaf(tree)) return false;
  const parts: readonly unknown[] = Array.isArray(tree) ? tree : Object.values(tree);
  return Object.hasOwn(tree, CARRIED) || parts.some(carriesAny);
};

/** The tree with what `from`, a tree like it, has under `carried`; with nothing there if it is not given. */
export const withCarried = <T>(tree: T, from: T | undefined): T => {
  if (!carriesAny(tree)) return tree;
  const walk = (part: unknown, other: unknown): unknown => {
    if (isLeaf(part)) return part;
    const inside = (name: string | number): unknown =>
      typeof other === 'object' && other !== null ? Reflect.get(other, name) : undefined;
    if (Array.isArray(part)) return part.map((each: unknown, i) => walk(each, inside(i)));
    return Object.fromEntries(
      entriesOf(part).map(([name, each]) => [
        name,
        name === CARRIED ? (inside(name) ?? {}) : walk(each, inside(name)),
      ]),
    );
  };
  // The structure is that of both, but for what is carried.
  return walk(tree, from) as T;
};

/** Held constant: what is carried to the next step is not differentiated. */
const held = <T>(tree: T): T => mapTree(tree, (each) => stopGradient(each as AnyTensor));

/**
 * A layer that carries state: `run` gives the result and what is carried to the next step, `predict` the result
 * when nothing is learned, which is what `evaluation` makes of it. The backward of the result is derived.
 *
 * @example
 * const counting = carrying({
 *   init: () => ({ carried: scalar(0) }),
 *   run: ({ carried }, x: Tensor<[3]>) => [x, add(carried, 1)],
 *   predict: (_, x) => x,
 * });
 */
export const carrying = <R extends Carries<unknown>, A, B>(layer: {
  readonly init: (key: Key) => R;
  readonly run: (r: R, a: A) => readonly [b: B, next: R['carried']];
  readonly predict: (r: R, a: A) => B;
}): Layer<R, A, B> => {
  requireMade('carrying', 'layer', layer, {
    kind: 'a layer that carries state',
    methods: ['init', 'run', 'predict'],
  });
  type Run = (r: R, a: A) => readonly [b: B, next: R['carried']];
  const running = (run: Run, results: (r: R, b: B) => B): Layer<R, A, B> => ({
    size: 1,
    init: (key) => [layer.init(key)],
    run: ([r], a) => {
      const [[b, next], back] = pullback(([record, argument]: readonly [R, A]) => {
        const [result, after] = run(record, argument);
        return [result, held(after)] as const;
      })([r, a]);
      const after = nextOf(r.carried, next);
      return [
        results(r, b),
        (db) => {
          // Nothing flows back from what is held constant, so its cotangent may be itself.
          const [dr, da] = back([db, next]);
          return [[{ ...dr, [CARRIED]: after }], da];
        },
      ];
    },
  });
  return {
    ...running(layer.run, ({ carried }, b) => learningWith(carried, b)),
    evaluation: () =>
      running(
        (r, a) => [layer.predict(r, a), r.carried],
        (_, b) => b,
      ),
  };
};

/**
 * The layer with what it carries held as it is in `parameters`: all its parameters are learned, so that its
 * backward is the derivative of its forward.
 */
export const holdCarried = <P extends Parameters, A, B>(parameters: P, f: Para<P, A, B>): Para<P, A, B> => {
  requireLayers('holdCarried', { f });
  return {
    size: f.size,
    init: (key) => learned(f.init(key)),
    run: (p, a) => {
      const [b, back] = f.run(withCarried(p, parameters), a);
      return [
        b,
        (db) => {
          const [dp, da] = back(db);
          return [learned(dp), da];
        },
      ];
    },
    evaluation: () => holdCarried(parameters, evaluation(f)),
  };
};
