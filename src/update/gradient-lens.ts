/**
 * Gradient transformations, such as clipping: lenses from parameters to parameters whose forward is the identity. They
 * compose with an update as lenses.
 */
import { composeLenses, identityLens, type Lens, type SimpleLens } from '../lens/lens.js';
import { add, divide, maximum, minimum, multiply } from '../operation/arithmetic.js';
import { lengthOf, type ScaledLength, scaledLength } from '../operation/norm.js';
import { kinds, requireFunction, requireMade, requireNumber } from '../require.js';
import { type FloatDType, isFloat } from '../tensor/dtype.js';
import { less, select } from '../tensor/primitive/comparison.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import type { Scalar, Shape } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { leaves, mapTree, zipTrees } from '../tree/tree.js';
import type { Update, Updated, UpdateInput } from './update.js';

/** A gradient transformation, for parameters of any structure. */
export type GradientLens = <P>() => SimpleLens<P, P>;

/** The lens that transforms gradients; the transformation may depend on the parameters. */
const gradients =
  (f: <P>(gradient: P, parameters: P) => P): GradientLens =>
  <P>() => ({ run: (parameters: P) => [parameters, (gradient: P) => f(gradient, parameters)] });

/** Applies a function to each float leaf. */
const eachFloat = <P>(tree: P, f: (x: Tensor) => Tensor): P =>
  mapTree(tree, (leaf) => (isFloat((leaf as AnyTensor).dtype) ? f(leaf as Tensor) : leaf));

/**
 * An update with gradient transformations before it, applied in the order of the list. Throws if the last argument is
 * not an update, or if another is not a function.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: chain(clipByGlobalNorm(1), adam()) });
 */
export const chain = (...parts: readonly [...lenses: readonly GradientLens[], update: Update]): Update => {
  const [update, ...lenses] = parts.toReversed() as [Update, ...GradientLens[]];
  requireMade('chain', 'update', update, kinds.update);
  for (const lens of lenses) requireFunction('chain', 'lenses', lens);
  return {
    init: (parameters) => update.init(parameters),
    lens: <P>(): Lens<UpdateInput<P>, Updated<P>, P, P> =>
      composeLenses(
        update.lens<P>(),
        lenses.reduce<SimpleLens<P, P>>((all, each) => composeLenses(all, each<P>()), identityLens<P>()),
      ),
  };
};

/**
 * Clips each element of the gradient to [−limit, limit]. Throws if the limit is not positive.
 *
 * @example
 * chain(clipByValue(0.5), sgd());
 */
export const clipByValue = (limit: number): GradientLens => {
  requireNumber('clipByValue', 'limit', limit, '(0, ∞]');
  return gradients((gradient) => eachFloat(gradient, (g) => maximum(-limit, minimum(limit, g))));
};

/**
 * √Σ g² over all leaves, from the last to the first. The backward pass makes gradients in this order, so each can be
 * freed early.
 */
const lengthOfTree = (tree: unknown): ScaledLength<FloatDType> => {
  const floats = leaves<AnyTensor>(tree).filter((leaf): leaf is Tensor<Shape, FloatDType> =>
    isFloat(leaf.dtype),
  );
  const dtype = floats.some((leaf) => leaf.dtype === 'float64') ? 'float64' : 'float32';
  const alike = floats.toReversed().map((leaf): Tensor<Shape, FloatDType> => cast(leaf, dtype));
  return scaledLength(alike.length === 0 ? [scalar(0)] : alike, dtype);
};

/** The global norm of a tree: √Σ g² over all leaves. */
export const globalNorm = (tree: unknown): Tensor<Scalar> =>
  cast(lengthOf(lengthOfTree(tree)), 'float32') as Tensor<Scalar>;

/**
 * Clips the gradient by its global norm: if the norm of all leaves together is larger than `limit`, the gradient is
 * scaled to the norm `limit`. Throws if the limit is not positive.
 *
 * Source: R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks"
 * (arXiv 1211.5063).
 *
 * @example
 * chain(clipByGlobalNorm(1), adam());
 */
export const clipByGlobalNorm = (limit: number): GradientLens => {
  requireNumber('clipByGlobalNorm', 'limit', limit, '(0, ∞]');
  return gradients((gradient) => {
    const { scale, length } = lengthOfTree(gradient);
    const [norm, one] = [divide(length, scale), fullLike(length, 1)];
    const long = less(fullLike(norm, limit), norm);
    // A short gradient is not scaled, so it keeps every bit.
    const factor = select(long, divide(limit, select(long, length, one)), one);
    const scaled = select(long, scale, one);
    // The factors are multiplied first, so that the program makes the gradients in the order of the norm.
    return eachFloat(gradient, (g) => multiply(cast(factor, g.dtype), multiply(cast(scaled, g.dtype), g)));
  });
};

/**
 * L2 regularization: adds weightDecay·p to the gradient, the gradient of ½·weightDecay·|p|². In adaptive updates such as `adam` this
 * differs from the decoupled decay of `adamw`. Throws if `weightDecay` is not in [0, ∞).
 *
 * @example
 * chain(addDecayedWeights(1e-4), sgd());
 */
export const addDecayedWeights = (weightDecay: number): GradientLens => {
  requireNumber('addDecayedWeights', 'weightDecay', weightDecay, '[0, ∞)');
  return gradients((gradient, parameters) =>
    zipTrees('addDecayedWeights', gradient, parameters, (g, p) =>
      isFloat((g as AnyTensor).dtype) ? add(g as Tensor, multiply(p as Tensor, weightDecay)) : g,
    ),
  );
};
