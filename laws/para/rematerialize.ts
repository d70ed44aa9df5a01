/** F-18: what is computed again on the way back is the very same. */
import { fastCheck } from '../fast-check.js';
import type { Sampler } from '../arbitrary/draw.js';
import { normWise } from '../base/equality.js';
import { every, type Law, law, type Verdict } from '../base/verdict.js';
import { reference } from '../../src/backend/reference/reference.js';
import { selfAttention } from '../../src/layer/attention.js';
import { batchNormalization } from '../../src/layer/batch-normalization.js';
import { dropout } from '../../src/layer/dropout.js';
import { layerNormalization } from '../../src/layer/normalization.js';
import { differentiate, stateless } from '../../src/lens/differentiable.js';
import { named } from '../../src/lens/named.js';
import type { Buffers, Para, Parameters } from '../../src/lens/para.js';
import { sequential } from '../../src/lens/sequential.js';
import { key } from '../../src/operation/random.js';
import { reshape } from '../../src/tensor/primitive/movement.js';
import { tensor } from '../../src/tensor/primitive/constant.js';
import type { Shape } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { type ParaOperations, paras } from './para-operations.js';
import { drawLike, drawPara, type Endolayer } from './random-para.js';
import { type Comparison, type ParaPoint, sameOutcome, samePara } from './same.js';

type Rematerialize = ParaOperations['rematerialize'];

/** The changes of a layer's backward against parameters, argument and cotangent, along those that it gives. */
const secondOrder = <P extends Parameters, A, B, S extends Buffers>(
  f: Para<P, A, B, S>,
  { p, a, w, s }: ParaPoint<P, A, B, S>,
): unknown => {
  const [changes, back] = differentiate(([q, x, v]: readonly [P, A, B]) => f.run(q, x, ...s)[1](v)).run([
    p,
    a,
    w,
  ]);
  return back(changes);
};

/** F-18. A layer that is rematerialized ≡ the layer: its result, its changes, and its next buffers. */
export const rematerializingChangesNothing = <P extends Parameters, A, B, S extends Buffers>(
  remade: Para<P, A, B, S>,
  kept: Para<P, A, B, S>,
  at: ParaPoint<P, A, B, S>,
  comparison: Comparison = {},
): Verdict => samePara('F-18', 'rematerialized against not', remade, kept, at, comparison);

/**
 * F-18. The backward of the backward is the same. ≡ for one checkpoint around all; with others, what reaches a value
 * through the first forward and through the second is added up behind the part and not within it, so ≈ₙ in float64.
 */
export const rematerializingChangesNoSecond = <P extends Parameters, A, B, S extends Buffers>(
  remade: Para<P, A, B, S>,
  kept: Para<P, A, B, S>,
  at: ParaPoint<P, A, B, S>,
  comparison: Comparison = {},
): Verdict =>
  sameOutcome(
    'F-18',
    'the second derivative, rematerialized against not',
    secondOrder(remade, at),
    secondOrder(kept, at),
    comparison,
  );

/** A model of which some parts are, by the same choices, behind any operation on layers. */
export interface Remade {
  readonly build: (rematerialize: Rematerialize) => Endolayer;
  readonly parameters: Parameters;
  readonly buffers: Buffers;
  readonly a: Tensor;
  readonly w: Tensor;
  readonly [fastCheck.toStringMethod]: () => string;
}

const SHAPE: Shape = [2, 3];

/** Attention of the two rows to each other. */
const attention = (): Endolayer =>
  sequential(
    stateless((x: Tensor) => reshape(x, [1, 2, 3])),
    selfAttention<3, number, number>(3, 1),
    stateless((x: Tensor) => reshape(x, SHAPE)),
  );

const drawPart = (sampler: Sampler): readonly [description: string, part: Endolayer] => {
  const kind = sampler.pick(['dropout', 'batch', 'layer', 'attention', 'drawn', 'drawn']);
  switch (kind) {
    case 'dropout':
      return [kind, dropout<Shape>(0.5)];
    case 'batch':
      return [kind, batchNormalization<number, Shape>(3, { epsilon: 0.1 })];
    case 'layer':
      return [kind, layerNormalization<number, Shape>(3, { epsilon: 0.1 })];
    case 'attention':
      return [kind, attention()];
    case 'drawn': {
      const drawn = drawPara(sampler, 2);
      return [drawn.description, drawn];
    }
  }
};

/**
 * A model from `[2, 3]` to `[2, 3]` with dropout, normalizations and attention in it, behind checkpoints part by
 * part, in pairs, and one in another.
 */
export const drawRemade = (sampler: Sampler): Remade => {
  const parts = Array.from({ length: sampler.integer(1, 4) }, () => drawPart(sampler));
  const places = parts.map(() => sampler.pick(['inside', 'outside', 'twice', 'nowhere']));
  const whole = sampler.pick([true, false]);
  const build = (rematerialize: Rematerialize): Endolayer => {
    const [first, ...others] = parts.map(([, part], i): Endolayer => {
      switch (places[i]) {
        case 'inside':
          return named(`part${i}`, rematerialize(part));
        case 'outside':
          return rematerialize(named(`part${i}`, part));
        case 'twice':
          return rematerialize(rematerialize(part));
        default:
          return part;
      }
    });
    const model = others.reduce<Endolayer>(
      (all, next) => sequential(all, next),
      first ?? stateless((x: Tensor) => x),
    );
    // At least the whole is behind one, if no part is.
    return whole || places.every((place) => place === 'nowhere') ? rematerialize(model) : model;
  };
  const argument = (): Tensor => tensor(sampler.numbers(6, -1, 1), SHAPE);
  const plain = build((f) => f);
  return {
    build,
    parameters: drawLike(sampler, plain.init(key(sampler.integer(0, 99)))),
    buffers: plain.buffers.init(key(sampler.integer(0, 99))),
    a: argument(),
    w: argument(),
    [fastCheck.toStringMethod]: () =>
      `${whole ? 'whole of ' : ''}${parts.map(([description], i) => `${places[i] ?? ''} ${description}`).join(', ')}`,
  };
};

const inFloat64 = {
  equality: normWise({ rtol: 1e-9, atol: 1e-9 }),
  backend: reference({ precision: 'float64' }),
} as const;

/** F-18 of an operation that is to rematerialize. */
export const rematerializeLaws = (comparison: Comparison = {}): readonly Law<Remade>[] => {
  const { rematerialize } = comparison.operations ?? paras;
  return [
    law('F-18', ({ build, parameters: p, buffers: s, a, w }) => {
      const plain = build((f) => f);
      const [remade, whole, at] = [build(rematerialize), rematerialize(plain), { p, a, w, s }];
      return every([
        () => rematerializingChangesNothing(remade, plain, at, comparison),
        () => rematerializingChangesNoSecond(whole, plain, at, comparison),
        () => rematerializingChangesNoSecond(remade, plain, at, inFloat64),
      ]);
    }),
  ];
};
