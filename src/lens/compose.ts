/** Composition of parametric lenses: one after the other, parameters concatenated. */
import { requireLayers } from '../require.js';
import { compositeOf } from './composite.js';
import type { Buffers, Para, Parameters } from './para.js';

/**
 * First `f`, then `g`. Each runs forward once, and backward in reverse order. In paths the layers are numbered from 0;
 * the numbers do not depend on how a composition is bracketed.
 */
export const compose = <
  P extends Parameters,
  A,
  B,
  Q extends Parameters,
  C,
  S extends Buffers,
  T extends Buffers,
>(
  f: Para<P, A, B, S>,
  g: Para<Q, B, C, T>,
): Para<readonly [...P, ...Q], A, C, readonly [...S, ...T]> => {
  requireLayers('compose', { f, g });
  // The type states the layers; here they are only composed.
  return compositeOf([f, g]) as Para<readonly [...P, ...Q], A, C, readonly [...S, ...T]>;
};

/**
 * Composition in curried form, for `pipe`: `andThen(g)(f)` is `compose(f, g)`.
 *
 * @example
 * pipe(dense(784, 512), andThen(relu()), andThen(dense(512, 10)));
 */
export const andThen = <B, Q extends Parameters, C, T extends Buffers>(
  g: Para<Q, B, C, T>,
): (<P extends Parameters, A, S extends Buffers>(
  f: Para<P, A, B, S>,
) => Para<readonly [...P, ...Q], A, C, readonly [...S, ...T]>) => {
  requireLayers('andThen', { g });
  return (f) => {
    requireLayers('andThen', { f });
    return compose(f, g);
  };
};
