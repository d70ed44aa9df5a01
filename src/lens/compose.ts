/** Composition of parametric lenses: one after the other, parameters concatenated. */
import { requireLayers } from '../require.js';
import { compositeOf } from './composite.js';
import type { Para, Parameters } from './para.js';

/**
 * First `f`, then `g`. Each runs forward once; the way back is each one's own, in reverse. In paths the layers of a
 * composition are counted from 0, however it is bracketed.
 */
export const compose = <P extends Parameters, A, B, Q extends Parameters, C>(
  f: Para<P, A, B>,
  g: Para<Q, B, C>,
): Para<readonly [...P, ...Q], A, C> => {
  requireLayers('compose', { f, g });
  // The types say what the layers are; here they are only composed.
  return compositeOf([f, g]) as Para<readonly [...P, ...Q], A, C>;
};

/**
 * Composition with the layer before it left out, for `pipe`.
 *
 * @example
 * pipe(dense(784, 512), andThen(relu()), andThen(dense(512, 10)));
 */
export const andThen = <B, Q extends Parameters, C>(
  g: Para<Q, B, C>,
): (<P extends Parameters, A>(f: Para<P, A, B>) => Para<readonly [...P, ...Q], A, C>) => {
  requireLayers('andThen', { g });
  return (f) => {
    requireLayers('andThen', { f });
    return compose(f, g);
  };
};
