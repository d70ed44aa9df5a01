/** What leaves the numbers as they are: casts, marks, checks, and the ways to steer differentiation. */
import { required } from '../../require.js';
import { fail, showShape } from '../../error.js';
import { allocate, type Data, type DType, type FloatDType, isFloat, requireDType } from '../dtype.js';
import { type Shape, sizeOf } from '../shape.js';
import type { AnyTensor, Check, CustomRule, PrimitiveName, Scope, Tensor } from '../tensor.js';
import { type Batching, examplesOf } from './batching.js';
import { multiply } from './arithmetic.js';
import { equal, not } from './comparison.js';
import { fullLike } from './constant.js';
import { eachExample, pointwise, typed } from './elementwise.js';
import { argmax } from './extremum.js';
import { take } from './indexing.js';
import { sum } from './reduction.js';
import {
  apply,
  at,
  type Draw,
  type Evaluation,
  none,
  type Primitive,
  type SampledInput,
  type Spec,
  noInput,
} from './primitive.js';

const steering = { kind: 'steering', cost: 0, exact: true } as const;

const copyInput = ({ inputs: [x = noInput('copy')], output }: Evaluation<PrimitiveName>): Data => {
  const result = allocate(output.dtype, sizeOf(output.shape));
  result.set(x.data);
  return result;
};

const likeFirst =
  (operation: string) =>
  ([x = noInput(operation)]: readonly Spec[]): Spec => ({ shape: x.shape, dtype: x.dtype });

const drawFloats = (draw: Draw): SampledInput => ({
  shape: draw.shape(),
  dtype: 'float32',
  low: -4,
  high: 4,
});

const castPrimitive: Primitive<'cast', 'pointwise', true> = {
  ...pointwise,
  name: 'cast',
  shape: ([x = noInput('cast')], { dtype }) => ({ shape: x.shape, dtype }),
  // To bool: whether it is not 0. To an integer: cut towards 0 and held within its bounds, NaN is 0.
  evaluate: ({ inputs: [x = noInput('cast')], attributes: { dtype }, output }) => {
    const result = allocate(dtype, sizeOf(output.shape));
    const convert = isFloat(x.dtype)
      ? fromFloat[dtype]
      : (value: number) => (dtype === 'bool' ? Number(value !== 0) : value);
    for (let i = 0; i < result.length; i++) result[i] = convert(at(x.data, i));
    return result;
  },
  // y = x in another precision ⇒ dx = dy in that of x
  pullback: (dy, _, { inputs: [x] }) => (x && isFloat(x.dtype) ? cast(dy, x.dtype) : undefined),
  pushforward: (dx, _, { attributes: { dtype } }) => (isFloat(dtype) ? cast(dx, dtype) : undefined),
  batch: (batching) => eachExample(castPrimitive)(batching),
  sample: (draw) => ({
    inputs: [{ shape: draw.shape(), dtype: draw.pick(['float32', 'int32', 'bool']), low: 0, high: 1 }],
    attributes: { dtype: draw.pick(['float32', 'int32', 'bool', 'uint32']) },
  }),
};

const held = (low: number, high: number) => (value: number) =>
  Number.isNaN(value) ? 0 : Math.min(high, Math.max(low, Math.trunc(value)));

const fromFloat: { readonly [D in DType]: (value: number) => number } = {
  float32: (value) => value,
  float64: (value) => value,
  int32: held(-(2 ** 31), 2 ** 31 - 1),
  uint32: held(0, 2 ** 32 - 1),
  bool: (value) => Number(value !== 0),
};

const turned = (scope: Scope): Scope => ('open' in scope ? { close: scope.open } : { open: scope.close });

const marked = (x: AnyTensor, scope: Scope | undefined): AnyTensor =>
  scope === undefined ? x : identity(x, scope);

const identityPrimitive: Primitive<'identity', 'steering'> = {
  ...steering,
  name: 'identity',
  linear: 'jointly',
  shape: likeFirst('identity'),
  evaluate: copyInput,
  // y = x ⇒ dx = dy, which leaves the part of the model that x enters, and enters the one that x leaves
  pullback: (dy, _, { attributes: { scope } }) => marked(dy, scope && turned(scope)),
  pushforward: (dx, _, { attributes: { scope } }) => marked(dx, scope),
  batch: (batching) => eachExample(identityPrimitive)(batching),
  sample: (draw) => ({ inputs: [drawFloats(draw)], attributes: { scope: undefined } }),
};

const stopGradientPrimitive: Primitive<'stopGradient', 'steering'> = {
  ...steering,
  name: 'stopGradient',
  linear: 'jointly',
  shape: likeFirst('stopGradient'),
  evaluate: copyInput,
  // y = x, held constant ⇒ dx = 0
  pullback: none,
  pushforward: none,
  batch: (batching) => eachExample(stopGradientPrimitive)(batching),
  sample: (draw) => ({ inputs: [drawFloats(draw)], attributes: {} }),
};

/** Inputs: the value that is passed on, whether all is well, and what is shown if not. */
const checkPrimitive: Primitive<'check', 'steering'> = {
  ...steering,
  name: 'check',
  shape: ([x = noInput('check'), holds = noInput('check')]) => {
    if (holds.dtype !== 'bool' || holds.shape.length > 0)
      fail({
        operation: 'check',
        what: 'the condition is not a single boolean',
        got: `${holds.dtype} ${showShape(holds.shape)}`,
        needed: 'bool []',
      });
    return { shape: x.shape, dtype: x.dtype };
  },
  evaluate: copyInput,
  pullback: (dy, slot) => (slot === 0 ? dy : undefined),
  pushforward: (dx, slot) => (slot === 0 ? dx : undefined),
  // All must be well, and what is shown is the first example's that is not.
  batch: ({ whole, attributes, size }) => {
    if (size === 0) return whole(0);
    const wrong = cast(not(typed<Tensor<Shape, 'bool'>>(whole(1))), 'int32');
    const first = argmax(wrong, 0);
    const got = take(whole(2), first, 0);
    const all = equal(sum(wrong, [0]), fullLike(first, 0));
    return apply(checkPrimitive, attributes, [whole(0), all, got]);
  },
  sample: (draw) => ({
    inputs: [drawFloats(draw), { shape: [], dtype: 'bool', low: 1, high: 1 }, drawFloats(draw)],
    attributes: { operation: 'sample', what: 'never', needed: 'nothing', hint: 'none' },
  }),
};

/** Inputs: the value that is passed on, and what is to be there before it is looked at. */
const fencePrimitive: Primitive<'fence', 'fence'> = {
  name: 'fence',
  kind: 'fence',
  cost: 0,
  exact: true,
  shape: likeFirst('fence'),
  evaluate: copyInput,
  // y = x ⇒ dx = dy; nothing depends on what it waits for
  pullback: (dy, slot) => (slot === 0 ? dy : undefined),
  pushforward: (dx, slot) => (slot === 0 ? dx : undefined),
  batch: ({ inputs, whole }) => apply(fencePrimitive, {}, [whole(0), ...inputs.slice(1)]),
  sample: (draw) => ({ inputs: [drawFloats(draw), drawFloats(draw)], attributes: {} }),
};

/** Inputs: the result of a user's function, then the leaves of its argument. */
const customPrimitive: Primitive<'custom', 'steering'> = {
  ...steering,
  name: 'custom',
  shape: likeFirst('custom'),
  evaluate: copyInput,
  // y = f(x) with a user's f* ⇒ dx = f*(x, dy); nothing flows into f's own expression
  pullback: (dy, slot, { inputs: [, ...x], attributes: { rule } }) =>
    slot === 0 ? undefined : rule(x, dy)[slot - 1],
  // The transpose of the rule is `autodiff/pushforward.ts`'s to build: it needs a pullback of the rule itself.
  pushforward: none,
  batch: ({ inputs: [, ...x], batched: [, ...many], whole, attributes: { rule }, ...batch }) =>
    custom(whole(0), x, ruleOfBatch(rule, { cotangents: true, many, ...batch })),
  sample: (draw) => {
    const x = drawFloats(draw);
    return { inputs: [x, x], attributes: { rule: (_, dy) => [dy] } };
  },
};

export const conversionPrimitives = {
  cast: castPrimitive,
  identity: identityPrimitive,
  stopGradient: stopGradientPrimitive,
  check: checkPrimitive,
  fence: fencePrimitive,
  custom: customPrimitive,
};

/** Which inputs of a rule are batches, and whether each example has a cotangent of its own or all have one. */
interface RuleBatch extends Pick<Batching<'custom'>, 'size' | 'expressions'> {
  readonly cotangents: boolean;
  readonly many: readonly boolean[];
}

/** y = f(x) for each example ⇒ dx = f*(x, dy) for each; where all examples share an x, its dx = Σ f*(x, dy) */
export const ruleOfBatch =
  (rule: CustomRule, { cotangents, many, size, expressions }: RuleBatch): CustomRule =>
  (given, dy) => {
    const batches = [dy, ...given].filter((_, i) => (i === 0 ? cotangents : many[i - 1] === true));
    const examples = new Map(
      examplesOf(batches).map((example, i) => [required(batches[i], 'a batch'), example]),
    );
    const one = (tensor: AnyTensor, isBatch: boolean | undefined): AnyTensor =>
      isBatch === true ? required(examples.get(tensor), 'an example') : tensor;
    const shares = rule(
      given.map((x, i) => one(x, many[i])),
      one(dy, cotangents),
    );
    const { stack, total } = expressions(
      shares.filter((share) => share !== undefined),
      new Map([...examples].map(([batch, example]) => [example, batch])),
      size,
    );
    return shares.map((share, i) => share && (many[i] === true ? stack(share) : total(share)));
  };

/** Converts to another dtype; float to integer cuts towards 0. */
export const cast = <S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D> => {
  requireDType('cast', dtype);
  return x.dtype === dtype ? typed(x) : typed(apply(castPrimitive, { dtype }, [x]));
};

/** The same value under a new identity, which is what a derivative is taken with respect to. */
export const identity = <T extends AnyTensor>(x: T, scope?: Scope): T =>
  typed(apply(identityPrimitive, { scope }, [x]));

/**
 * The same value, held constant: no derivative flows through it.
 *
 * @example
 * gradient((x: Tensor<[]>) => multiply(stopGradient(x), x))(scalar(3)); // 3, not 6
 */
export const stopGradient = <T extends AnyTensor>(x: T): T => typed(apply(stopGradientPrimitive, {}, [x]));

/** The same value, where `holds`; when it runs and does not hold, the mistake is thrown with `got` in it. */
export const check = <T extends AnyTensor>(
  x: T,
  holds: Tensor<readonly [], 'bool'>,
  got: AnyTensor,
  mistake: Check,
): T => typed(apply(checkPrimitive, mistake, [x, holds, got]));

/**
 * The same value, not to be looked at before `after` is there: what is made of it is a value of its own, though
 * it be equal to what is made of `x`, and is made later. An optimization barrier, in XLA's words.
 */
export const fence = <T extends AnyTensor>(x: T, after: readonly AnyTensor[]): T =>
  typed(apply(fencePrimitive, {}, [x, ...after]));

/** `y`, whose derivative with respect to `inputs` is the user's rule. */
export const custom = <T extends AnyTensor>(y: T, inputs: readonly AnyTensor[], rule: CustomRule): T =>
  typed(apply(customPrimitive, { rule }, [y, ...inputs]));

/**
 * y, a function of x element by element, whose derivative is `slope(x)`. A cotangent meets the slope as a whole: parts of
 * one may overflow, or be 0·∞, where it is a number.
 */
export const withSlope = <S extends Shape, D extends FloatDType>(
  y: Tensor<S, D>,
  x: Tensor<S, D>,
  slope: (x: Tensor<S, D>) => Tensor<S, D>,
): Tensor<S, D> =>
  // y = f(x) ⇒ dx = dy·f′(x)
  custom(y, [x], ([z = x], dy) => [multiply(dy, slope(typed(z)))]);
