/** Regression losses, which measure the difference between prediction and target. */
import { withPullback } from '../autodiff/custom.js';
import { add, divide, less, lessOrEqual, multiply, subtract } from '../operation/arithmetic.js';
import { relu } from '../operation/activation.js';
import { directionOf } from '../operation/norm.js';
import { sum } from '../operation/reduce.js';
import { select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { exp, expm1, log1p } from '../tensor/primitive/exponential.js';
import { requireSame } from '../tensor/primitive/elementwise.js';
import { abs } from '../tensor/primitive/magnitude.js';
import { negate } from '../tensor/primitive/arithmetic.js';
import { tanh } from '../tensor/primitive/sigmoid.js';
import { requireNumber } from '../require.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type EntrywiseLoss, meanOf } from './loss.js';

/** The mean over all elements of a function of the difference y − t. */
const ofDifference =
  (name: string, f: (difference: Tensor) => Tensor) =>
  <S extends Shape>(): EntrywiseLoss<Tensor<S>> =>
    meanOf((prediction, target) => {
      requireSame(name, prediction, target);
      return f(subtract(prediction, target));
    });

/**
 * Mean squared error: mean (y − t)² over all elements. Throws if the shapes differ.
 *
 * @example
 * learner({ model: dense(3, 1), loss: meanSquaredError(), update: sgd({ learningRate: 0.1 }) });
 */
export const meanSquaredError = ofDifference('meanSquaredError', (d) => multiply(d, d));

/**
 * Mean absolute error: mean |y − t| over all elements. Its derivative at y = t is 0. Throws if the shapes differ.
 *
 * @example
 * learner({ model: dense(3, 1), loss: meanAbsoluteError(), update: sgd() });
 */
export const meanAbsoluteError = ofDifference('meanAbsoluteError', abs);

/** ln cosh d without overflow and without cancellation. */
const logCoshOf: (x: Tensor) => Tensor = withPullback(
  (d: Tensor) => {
    const a = abs(d);
    const small = less(a, fullLike(a, 1));
    // ln cosh a = ln(1 + 2·sinh²(a/2)) where a is small, a − ln 2 + ln(1 + e⁻²ᵃ) where it is not
    const e = expm1(multiply(select(small, a, fullLike(a, 0)), 0.5));
    const sinh = multiply(add(e, divide(e, add(e, 1))), 0.5);
    const near = log1p(multiply(multiply(sinh, sinh), 2));
    const far = add(subtract(a, Math.LN2), log1p(exp(negate(multiply(a, 2)))));
    return select(small, near, far);
  },
  // y = ln cosh d ⇒ dd = dy·tanh d
  (d) => (dy) => multiply(dy, tanh(d)),
);

/**
 * Log-cosh loss: mean ln cosh(y − t) over all elements. It is about d²/2 for small and |d| for large differences d.
 * Throws if the shapes differ.
 *
 * @example
 * learner({ model: dense(3, 1), loss: logCosh(), update: sgd() });
 */
export const logCosh = ofDifference('logCosh', logCoshOf);

/**
 * Huber loss: the mean over all elements of d²/2 if |d| ≤ δ, else δ·(|d| − δ/2), where d = y − t. Throws if the shapes
 * differ or δ is not in (0, ∞).
 *
 * Source: P. Huber, "Robust estimation of a location parameter" (1964).
 *
 * @example
 * learner({ model: dense(3, 1), loss: huber(1), update: sgd() });
 */
export const huber = <S extends Shape>(delta = 1): EntrywiseLoss<Tensor<S>> => {
  requireNumber('huber', 'delta', delta, '(0, ∞)');
  return ofDifference('huber', (d) => {
    const a = abs(d);
    const near = lessOrEqual(a, fullLike(a, delta));
    // The square of a large difference is not computed: it may overflow.
    const small = select(near, d, fullLike(d, 0));
    return select(near, multiply(multiply(small, small), 0.5), multiply(subtract(a, delta / 2), delta));
  })<S>();
};

/** Margin losses, with targets of −1 and 1. */
const ofMargin =
  (name: string, f: (missing: Tensor) => Tensor) =>
  <S extends Shape>(): EntrywiseLoss<Tensor<S>> =>
    meanOf((prediction, target) => {
      requireSame(name, prediction, target);
      const missing: Tensor = subtract(1, multiply<Shape, 'float32'>(prediction, target));
      return f(relu(missing));
    });

/**
 * Hinge loss: mean max(0, 1 − t·y) over all elements, with targets of −1 and 1. Its derivative at the margin is 0.
 * Throws if the shapes differ.
 *
 * Source: C. Cortes, V. Vapnik, "Support-vector networks" (1995).
 *
 * @example
 * learner({ model: dense(2, 1), loss: hinge(), update: sgd() });
 */
export const hinge = ofMargin('hinge', (missing) => missing);

/**
 * Squared hinge loss: mean max(0, 1 − t·y)² over all elements, with targets of −1 and 1. Throws if the shapes differ.
 *
 * @example
 * learner({ model: dense(2, 1), loss: squaredHinge(), update: sgd() });
 */
export const squaredHinge = ofMargin('squaredHinge', (missing) => multiply(missing, missing));

/**
 * Cosine distance: the mean over the batch of 1 − cos of the angle between rows of `[…lead, size]`: 0 for the same
 * direction, 2 for opposite directions. A row of zeros has distance 1 and gradient 0. Throws if the shapes differ.
 *
 * @example
 * learner({ model: dense(3, 8), loss: cosineDistance(), update: adam() });
 */
export const cosineDistance = <S extends Shape>(): EntrywiseLoss<Tensor<S>> =>
  meanOf((prediction, target) => {
    requireSame('cosineDistance', prediction, target);
    const rows = [prediction.shape.length - 1];
    const cosine = sum(multiply(directionOf(prediction, rows), directionOf(target, rows)), rows);
    return subtract(fullLike(cosine, 1), cosine);
  });
