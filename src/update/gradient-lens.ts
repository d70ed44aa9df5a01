/**
 * What is done with gradients before an update sees them: lenses from parameters to parameters whose forward is the
 * identity. Put behind an update they compose with it as lenses do.
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

/** A lens over parameters of any structure. */
export type GradientLens = <P>() => SimpleLens<P, P>;

/** The lens that changes gradients, given the parameters. */
const gradients =
  (f: <P>(gradient: P, parameters: P) => P): GradientLens =>
  <P>() => ({ run: (parameters: P) => [parameters, (gradient: P) => f(gradient, parameters)] });

/** Each leaf that is a float, through a function. */
const eachFloat = <P>(tree: P, f: (x: Tensor) => Tensor): P =>
  mapTree(tree, (leaf) => (isFloat((leaf as AnyTensor).dtype) ? f(leaf as Tensor) : leaf));

/**
 * The update of gradients that have gone through these lenses, in the order in which they are listed. Throws if the last
 * is no update, or the others are no lenses.
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
 * Each number of the gradient held between −limit and limit. Throws if the limit is not above 0.
 *
 * @example
 * chain(clipByValue(0.5), sgd());
 */
export const clipByValue = (limit: number): GradientLens => {
  requireNumber('clipByValue', 'limit', limit, '(0, ∞]');
  return gradients((gradient) => eachFloat(gradient, (g) => maximum(-limit, minimum(limit, g))));
};

/** √Σ g² over all leaves, the last first: as a backward makes them, so that each is done with when the next comes. */
const lengthOfTree = (tree: unknown): ScaledLength<FloatDType> => {
  const floats = leaves<AnyTensor>(tree).filter((leaf): leaf is Tensor<Shape, FloatDType> =>
    isFloat(leaf.dtype),
  );
  const dtype = floats.some((leaf) => leaf.dtype === 'float64') ? 'float64' : 'float32';
  const alike = floats.toReversed().map((leaf): Tensor<Shape, FloatDType> => cast(leaf, dtype));
  return scaledLength(alike.length === 0 ? [scalar(0)] : alike, dtype);
};

/** √Σ g² over all leaves. */
export const globalNorm = (tree: unknown): Tensor<Scalar> =>
  cast(lengthOf(lengthOfTree(tree)), 'float32') as Tensor<Scalar>;

/**
 * The whole gradient shortened to a length of `limit` where it is longer, all leaves together. Throws if the limit
 * is not above 0.
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
    // Not divided where it is short, so that a gradient that is kept keeps every bit.
    const factor = select(long, divide(limit, select(long, length, one)), one);
    const scaled = select(long, scale, one);
    // The factors first: a program then makes gradients for the norm, in its order, and not all for this one.
    return eachFloat(gradient, (g) => multiply(cast(factor, g.dtype), multiply(cast(scaled, g.dtype), g)));
  });
};

/**
 * g + weightDecay·p: the gradient of ½·weightDecay·|p|² beside that of the loss. In updates that divide by the size of gradients it is
 * not the decay of `adamw`. Throws if `weightDecay` is not in
 * [0, ∞).
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
