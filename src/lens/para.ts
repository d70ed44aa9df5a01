/** Parametric lenses: what a layer is. */
import { pullback } from '../autodiff/pullback.js';
import { kinds, requireFunction, requireLayers, requireLenses, requireMade } from '../require.js';
import type { Key } from '../operation/random.js';
import type { Backward, SimpleLens } from './lens.js';
import { requireNothingCarried } from './carried-marks.js';

/** Parameters: one record a layer that has any, in the order of the layers. */
export type Parameters = readonly unknown[];

/**
 * A lens with parameters. Composing concatenates parameters, so composition is associative and unital on the
 * nose, and the type of a model's parameters reads like the model.
 */
export interface Para<P extends Parameters, A, B> {
  /** How many records it adds to the parameters. */
  readonly size: P['length'];
  /** Fresh parameters; the n-th record is made from the n-th key after `key`. */
  init(key: Key): P;
  /** The result, and the way back to changes of the parameters and of the argument. */
  run(p: P, a: A): readonly [b: B, back: Backward<B, readonly [dp: P, da: A]>];
  /** How it acts when it predicts, over the same parameters, where that is otherwise: `evaluation(f)` asks. */
  // `undefined` is allowed, or TypeScript suggests adding it at every pair of layers that do not fit.
  readonly evaluation?: (() => Para<P, A, B>) | undefined;
}

/** A layer whose record of parameters is `R`. */
export type Layer<R, A, B> = Para<readonly [R], A, B>;

/**
 * A layer with a backward of its own: `run` returns the result and the map from its change to the changes of
 * the record and of the argument.
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
  requireMade('para', 'layer', layer, kinds.layer);
  return {
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
  };
};

/**
 * A layer whose backward is derived from its forward map. Throws, when it runs, if the map runs a layer that carries
 * state, such as dropout: a derived backward carries nothing on.
 *
 * @example
 * const scale = differentiable(() => ({ factor: scalar(2) }), ({ factor }, x: Tensor) => multiply(x, factor));
 */
export const differentiable = <R, A, B>(init: (key: Key) => R, f: (r: R, a: A) => B): Layer<R, A, B> => {
  requireFunction('differentiable', 'init', init);
  requireFunction('differentiable', 'f', f);
  return para({
    init,
    run: (r, a) =>
      pullback(
        requireNothingCarried('differentiable', ([record, argument]: readonly [R, A]) => f(record, argument)),
      )([r, a]),
  });
};

/** A lens as a layer without parameters. */
export const lift = <A, B>(lens: SimpleLens<A, B>): Para<readonly [], A, B> => {
  requireLenses('lift', { lens });
  return {
    size: 0,
    init: () => [],
    run: (_, a) => {
      const [b, back] = lens.run(a);
      return [b, (db) => [[], back(db)]];
    },
  };
};

/**
 * A function over tensors as a layer without parameters. Throws, when it runs, if the function runs a layer that
 * carries state, such as dropout: there is nothing here to carry it in.
 *
 * @example
 * const double = stateless((x: Tensor) => add(x, x));
 */
export const stateless = <A, B>(f: (a: A) => B): Para<readonly [], A, B> => {
  requireFunction('stateless', 'f', f);
  return lift({ run: pullback(requireNothingCarried('stateless', f)) });
};

/** A layer as a lens from parameters and argument together. */
export const asLens = <P extends Parameters, A, B>(f: Para<P, A, B>): SimpleLens<readonly [P, A], B> => {
  requireLayers('asLens', { f });
  return {
    run: ([p, a]) => f.run(p, a),
  };
};

/** a ↦ a, without parameters. */
export const identity = <A>(): Para<readonly [], A, A> => ({
  size: 0,
  init: () => [],
  run: (_, a) => [a, (da) => [[], da]],
});
