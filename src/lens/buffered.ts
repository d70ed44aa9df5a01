/** Buffers: state that a layer passes from step to step and does not learn, such as running statistics. */
import { pullback } from '../autodiff/pullback.js';
import { fail } from '../error.js';
import { type Key, otherSequence } from '../operation/random.js';
import { requireMade } from '../require.js';
import { zerosLike } from './cartesian.js';
import { bufferless, type Para, type Parameters } from './para.js';

/** The definition of a layer with one record of buffers, for `buffered`. */
export interface BufferedLayer<P extends Parameters, A, B, S> {
  /** The number of records of parameters. */
  readonly size: P['length'];
  readonly init: (key: Key) => P;
  readonly buffer: (key: Key) => S;
  /** The result in training, and the buffer of the next step. */
  readonly run: (p: P, a: A, buffer: S) => readonly [b: B, next: S];
  /** The result in evaluation. */
  readonly predict: (p: P, a: A, buffer: S) => B;
}

/**
 * Makes a layer with a buffer that each training step replaces. Its backward is derived from the result; there is no
 * gradient through the next buffer. Throws while running if the buffer is missing.
 *
 * @example
 * // x − the mean of all steps so far
 * const centered = buffered({
 *   size: 0,
 *   init: () => [] as const,
 *   buffer: () => ({ sum: scalar(0), count: scalar(0) }),
 *   run: (_, x: Tensor<[3]>, { sum, count }) => [x, { sum: add(sum, mean(x)), count: add(count, 1) }],
 *   predict: (_, x, { sum, count }) => subtract(x, divide(sum, count)),
 * });
 */
export const buffered = <P extends Parameters, A, B, S>(
  layer: BufferedLayer<P, A, B, S>,
): Para<P, A, B, readonly [S]> => {
  requireMade('buffered', 'layer', layer, {
    kind: 'a layer with a buffer',
    methods: ['init', 'buffer', 'run', 'predict'],
  });
  /** Plain JavaScript may omit it. */
  const requireBuffer = (buffer: S | undefined): S =>
    buffer ??
    fail({
      operation: 'buffered',
      what: 'a layer with a buffer was run without its buffer',
      got: 'no buffer',
      needed: 'one record',
      hint: 'pass the buffers on, as in layer.run(parameters, x, ...buffers), or combine the layers with compose or sequential',
    });
  return {
    size: layer.size,
    init: (key) => layer.init(key),
    buffers: { size: 1, init: (key) => [layer.buffer(otherSequence(key))] },
    run: (p, a, buffer) => {
      const [[b, next], back] = pullback(([parameters, argument]: readonly [P, A]) =>
        layer.run(parameters, argument, requireBuffer(buffer)),
      )([p, a]);
      // (b, s′) = f(p, a, s) ⇒ (dp, da) = f*(db, 0)
      return [b, (db) => back([db, zerosLike(next)]), next];
    },
    evaluation: (buffer) =>
      bufferless({
        size: layer.size,
        init: (key) => layer.init(key),
        run: (p, a) =>
          pullback(([parameters, argument]: readonly [P, A]) =>
            layer.predict(parameters, argument, requireBuffer(buffer)),
          )([p, a]),
      }),
  };
};
