/** Lenses and layers with a derived backward, from any function over trees of tensors. */
import { pullback } from '../autodiff/pullback.js';
import type { Key } from '../operation/random.js';
import { requireFunction } from '../require.js';
import type { SimpleLens } from './lens.js';
import { type Layer, lift, para, type Para } from './para.js';

/** The lens of a function and its reverse derivative. */
export const differentiate = <A, B>(f: (a: A) => B): SimpleLens<A, B> => {
  requireFunction('differentiate', 'f', f);
  return { run: pullback(f) };
};

/**
 * A layer whose backward is derived from its forward map.
 *
 * @example
 * const scale = differentiable(() => ({ factor: scalar(2) }), ({ factor }, x: Tensor) => multiply(x, factor));
 */
export const differentiable = <R, A, B>(init: (key: Key) => R, f: (r: R, a: A) => B): Layer<R, A, B> => {
  requireFunction('differentiable', 'init', init);
  requireFunction('differentiable', 'f', f);
  return para({
    init,
    run: (r, a) => pullback(([record, argument]: readonly [R, A]) => f(record, argument))([r, a]),
  });
};

/**
 * A function over tensors as a layer without parameters.
 *
 * @example
 * const double = stateless((x: Tensor) => add(x, x));
 */
export const stateless = <A, B>(f: (a: A) => B): Para<readonly [], A, B> => {
  requireFunction('stateless', 'f', f);
  return lift({ run: pullback(f) });
};
