/** Random parametric lenses from `[2, 3]` to `[2, 3]`, of every way of making one. */
import { fastCheck } from '../fast-check.js';
import { drawExpression, type Expression } from '../arbitrary/expression.js';
import type { Sampler } from '../arbitrary/draw.js';
import { batchNormalization } from '../../src/layer/batch-normalization.js';
import { dense } from '../../src/layer/dense.js';
import { dropout } from '../../src/layer/dropout.js';
import { relu } from '../../src/layer/activation.js';
import { rematerialize } from '../../src/lens/rematerialize.js';
import { compose } from '../../src/lens/compose.js';
import { named } from '../../src/lens/named.js';
import { differentiable, stateless } from '../../src/lens/differentiable.js';
import { type Buffers, type Para, para, type Parameters } from '../../src/lens/para.js';
import { fanOut } from '../../src/lens/parallel.js';
import { freeze, share } from '../../src/lens/reparametrize.js';
import { sequential } from '../../src/lens/sequential.js';
import { add, multiply } from '../../src/operation/arithmetic.js';
import { key, normal } from '../../src/operation/random.js';
import { sum } from '../../src/operation/reduce.js';
import { isFloat } from '../../src/tensor/dtype.js';
import { tensor } from '../../src/tensor/primitive/constant.js';
import { type Shape, sizeOf } from '../../src/tensor/shape.js';
import type { AnyTensor, Tensor } from '../../src/tensor/tensor.js';
import { mapTree } from '../../src/tree/tree.js';

export interface Kernel {
  readonly kernel: Tensor;
}

/** A layer that gives what it takes: `[2, 3]`. */
export type Endolayer = Para<Parameters, Tensor, Tensor, Buffers>;

const SHAPE: Shape = [2, 3];

/** y = f·x, its backward written by hand */
const scale = (): Para<readonly [{ readonly factor: Tensor }], Tensor, Tensor> =>
  para({
    init: (from) => ({ factor: normal(from, [3]) as Tensor }),
    run: ({ factor }: { readonly factor: Tensor }, x: Tensor) => [
      multiply(x, factor as Tensor<never>),
      // y = f·x ⇒ df = Σ dy·x over the batch, dx = f·dy
      (dy: Tensor) => [{ factor: sum(multiply(dy, x), [0]) }, multiply(dy, factor as Tensor<never>)],
    ],
  });

/** y = x + o, its backward derived */
const shift = (): Endolayer =>
  differentiable(
    (from) => ({ offset: normal(from, [3]) as Tensor }),
    ({ offset }: { readonly offset: Tensor }, x: Tensor) => add(x, offset as Tensor<never>),
  );

/** The sum of both, of one argument. */
const residual = (f: Endolayer, g: Endolayer): Endolayer =>
  compose(
    fanOut(f, g),
    stateless(([a, b]: readonly [Tensor, Tensor]) => add(a, b)),
  );

/** A dense layer where sizes are plain numbers. */
const linear = (): Endolayer => dense<number, number, Shape>(3, 3);

/** Dropout and batch normalization, whose buffers each step replaces. */
const withBuffers = {
  dropout: (): Endolayer => dropout<Shape>(0.5),
  batchNormalization: (): Endolayer => batchNormalization<number, Shape>(3, { epsilon: 0.1 }),
};

/** A layer that says what it is, for failures: `compose(scale, relu)`. */
export interface Described extends Endolayer {
  readonly description: string;
}

const described = (description: string, layer: Endolayer): Described => ({ ...layer, description });

/** A layer of depth up to `depth`. */
export const drawPara = (sampler: Sampler, depth = 3): Described => {
  const buffered = ['dropout', 'batchNormalization'] as const;
  const leaf = ['scale', 'shift', 'linear', 'relu', 'expression', 'shared', ...buffered] as const;
  const inner = ['compose', 'sequential', 'residual', 'named', 'frozen', 'rematerialize'] as const;
  const next = (): Described => drawPara(sampler, depth - 1);
  const kind = sampler.pick(depth <= 1 ? leaf : [...leaf, ...inner, ...inner]);
  switch (kind) {
    case 'dropout':
    case 'batchNormalization':
      return described(kind, withBuffers[kind]());
    case 'scale':
      return described(kind, scale());
    case 'shift':
      return described(kind, shift());
    case 'linear':
      return described(kind, linear());
    case 'relu':
      return described(kind, relu<Shape>());
    case 'expression': {
      const f = drawExpression(sampler, 3);
      return described(`{${f.description}}`, stateless(f));
    }
    case 'shared':
      return described('share(compose(scale, scale))', share(compose(scale(), scale())));
    case 'compose': {
      const [f, g] = [next(), next()];
      return described(`compose(${f.description}, ${g.description})`, compose(f, g));
    }
    case 'sequential': {
      const [f, g, h] = [next(), next(), next()];
      return described(
        `sequential(${[f, g, h].map(({ description }) => description).join(', ')})`,
        sequential(f, g, h),
      );
    }
    case 'residual': {
      const [f, g] = [next(), next()];
      return described(`residual(${f.description}, ${g.description})`, residual(f, g));
    }
    case 'named': {
      const f = next();
      return described(`named(${f.description})`, named(`part${sampler.integer(0, 99)}`, f));
    }
    case 'rematerialize': {
      const f = next();
      return described(`rematerialize(${f.description})`, rematerialize(f));
    }
    case 'frozen': {
      const [f, from] = [next(), key(sampler.integer(0, 99))];
      return described(`freeze(${f.description})`, freeze(f.init(from), f, ...f.buffers.init(from)));
    }
  }
};

/** The same tree with drawn numbers in place of its floats. */
export const drawLike = <T>(sampler: Sampler, tree: T): T =>
  mapTree(tree, (each) => {
    const { shape, dtype } = each as AnyTensor;
    return isFloat(dtype) ? tensor(sampler.numbers(sizeOf(shape), -1, 1), shape, dtype) : each;
  });

/** Layers, their parameters, an argument and changes of it. */
export interface ParaExample {
  readonly layers: readonly [Endolayer, Endolayer, Endolayer, Endolayer];
  readonly parameters: readonly [Parameters, Parameters, Parameters, Parameters];
  readonly buffers: readonly [Buffers, Buffers, Buffers, Buffers];
  readonly a: Tensor;
  readonly c: Tensor;
  readonly w: Tensor;
  readonly v: Tensor;
  /** Functions over tensors, to be lifted or made layers of. */
  readonly maps: readonly [Expression, Expression];
  /** A record for two layers to share. */
  readonly record: Kernel;
  readonly seed: number;
  readonly [fastCheck.toStringMethod]: () => string;
}

export const drawParas = (sampler: Sampler): ParaExample => {
  const layer = (): Described => drawPara(sampler);
  const layers = [layer(), layer(), layer(), layer()] as const;
  const [f, g, h, k] = layers;
  const draw = (from: Endolayer): Parameters => drawLike(sampler, from.init(key(0)));
  const buffers = (of: Endolayer): Buffers => of.buffers.init(key(sampler.integer(0, 99)));
  const argument = (): Tensor => tensor(sampler.numbers(6, -1, 1), SHAPE);
  return {
    layers,
    parameters: [draw(f), draw(g), draw(h), draw(k)],
    buffers: [buffers(f), buffers(g), buffers(h), buffers(k)],
    a: argument(),
    c: argument(),
    w: argument(),
    v: argument(),
    maps: [drawExpression(sampler), drawExpression(sampler)],
    record: drawLike(sampler, { kernel: tensor(Array<number>(9).fill(0), [3, 3]) }),
    seed: sampler.integer(0, 1000),
    [fastCheck.toStringMethod]: () => layers.map(({ description }) => description).join(' | '),
  };
};
