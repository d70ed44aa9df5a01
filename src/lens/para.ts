/** Parametric lenses: the type of layers. */
import { requireLayers, requireLenses, requireMade } from '../require.js';
import type { Key } from '../operation/random.js';
import type { Backward, SimpleLens } from './lens.js';

/** Parameters: one record for each layer that has any, in the order of the layers. */
export type Parameters = readonly unknown[];

/** Buffers: one record for each layer that has any, in the order of the layers. */
export type Buffers = readonly unknown[];

/** The initial values of parameters or buffers. */
export interface Initial<R extends readonly unknown[]> {
  /** The number of records. */
  readonly size: R['length'];
  /** Makes new records; the n-th record uses the n-th key after `key`. */
  init(key: Key): R;
}

/**
 * A lens with parameters, which training learns, and buffers, which each step replaces, such as running statistics and
 * the keys of dropout. Composition concatenates both, so it is strictly associative and unital, and the type of a
 * model's parameters follows its layers.
 */
// The declared variance lets TypeScript compare type arguments, so that its error for layers that do not fit names the sizes.
export interface Para<
  out P extends Parameters,
  out A,
  out B,
  out S extends Buffers = readonly [],
> extends Initial<P> {
  /** Its buffers before the first step; their keys are in another sequence than those of the parameters. */
  readonly buffers: Initial<S>;
  /** The result, its backward, and the buffers of the next step. */
  run(p: P, a: A, ...buffers: S): readonly [b: B, back: Backward<B, readonly [dp: P, da: A]>, ...next: S];
  /** The layer in evaluation mode with these buffers: it has the same parameters and no buffers. */
  evaluation(...buffers: S): Para<P, A, B>;
}

/** A layer with one record of parameters, `R`. */
export type Layer<R, A, B, S extends Buffers = readonly []> = Para<readonly [R], A, B, S>;

const noBuffers: Initial<readonly []> = { size: 0, init: () => [] };

/** Makes a layer without buffers, which is the same in training and evaluation. */
export const bufferless = <P extends Parameters, A, B>(
  layer: Pick<Para<P, A, B>, 'size' | 'init' | 'run'>,
): Para<P, A, B> => {
  const whole: Para<P, A, B> = { ...layer, buffers: noBuffers, evaluation: () => whole };
  return whole;
};

/**
 * Makes a layer with a custom backward: `run` returns the result, and the map from its cotangent to the cotangents of
 * the record and the argument.
 *
 * @example
 * const scale = para({
 *   init: () => ({ factor: scalar(2) }),
 *   run: ({ factor }, x: Tensor) => [
 *     multiply(x, factor),
 *     // y = f·x ⇒ df = Σ dy·x, dx = f·dy
 *     (dy: Tensor) => [{ factor: sum(multiply(dy, x)) }, multiply(dy, factor)],
 *   ],
 * });
 */
export const para = <R, A, B>(layer: {
  readonly init: (key: Key) => R;
  readonly run: (r: R, a: A) => readonly [b: B, back: (db: B) => readonly [dr: R, da: A]];
}): Layer<R, A, B> => {
  requireMade('para', 'layer', layer, { kind: 'a layer', methods: ['init', 'run'] });
  return bufferless({
    size: 1,
    init: (key) => [layer.init(key)],
    run: ([r], a) => {
      const [b, back] = layer.run(r, a);
      return [
        b,
        (db) => {
          const [dr, da] = back(db);
          return [[dr], da];
        },
      ];
    },
  });
};

/** A lens as a layer without parameters. */
export const lift = <A, B>(lens: SimpleLens<A, B>): Para<readonly [], A, B> => {
  requireLenses('lift', { lens });
  return bufferless({
    size: 0,
    init: () => [],
    run: (_, a) => {
      const [b, back] = lens.run(a);
      return [b, (db) => [[], back(db)]];
    },
  });
};

/** A layer without buffers as a lens from the pair of parameters and argument. */
export const asLens = <P extends Parameters, A, B>(f: Para<P, A, B>): SimpleLens<readonly [P, A], B> => {
  requireLayers('asLens', { f });
  return {
    run: ([p, a]) => f.run(p, a),
  };
};

/** a ↦ a, without parameters. */
export const identity = <A>(): Para<readonly [], A, A> =>
  bufferless({
    size: 0,
    init: () => [],
    run: (_, a) => [a, (da) => [[], da]],
  });

/**
 * The model in evaluation mode with these buffers: normalization uses running statistics, and dropout is off. It has
 * the same parameters and no buffers, so it can be used like any layer without buffers.
 *
 * @example
 * const model = dense(2, 1);
 * const [y] = evaluation(model).run(model.init(key(1)), tensor([[1, 2]]));
 */
export const evaluation = <P extends Parameters, A, B, S extends Buffers>(
  f: Para<P, A, B, S>,
  ...buffers: S
): Para<P, A, B> => {
  requireLayers('evaluation', { f });
  return f.evaluation(...buffers);
};
