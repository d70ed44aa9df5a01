/** Optimizers by element-wise rules, with a place for each bug. */
import { type LearningRate, scalar, type Tensor, type Update } from 'paralens';
import { type ElementwiseRule, elementwiseUpdate } from 'paralens/update';
import { add, divide, full, multiply, sqrt, subtract, sum } from 'paralens/operation';

type Move = ElementwiseRule['move'];

const rule = (slots: readonly string[], move: Move, more: Partial<ElementwiseRule> = {}): Update =>
  elementwiseUpdate({ learningRate: 0.25, slots, move, ...more });

export const zero = (like: Tensor): Tensor => full(like.shape, 0);

/** p′ = p − η·f(g, p) */
export const descent = (f: (g: Tensor, p: Tensor) => Tensor, learningRate: LearningRate = 0.25): Update =>
  rule(
    [],
    ({ parameter, gradient, rate }) => ({
      parameter: subtract(parameter, multiply(f(gradient, parameter), rate)),
      slots: {},
    }),
    { learningRate },
  );

/** v′ = next(v, g), p′ = p − η·move(v′, g), the gradient taken at p − η·ahead(v) */
export const velocity = ({
  next,
  move = (v) => v,
  ahead,
  learningRate = 0.25,
}: {
  readonly next: (v: Tensor, g: Tensor, rate: Tensor<readonly []>) => Tensor;
  readonly move?: (v: Tensor, g: Tensor) => Tensor;
  readonly ahead?: (v: Tensor) => Tensor;
  readonly learningRate?: LearningRate;
}): Update =>
  rule(
    ['velocity'],
    ({ parameter, gradient, slots: { velocity: v = zero(parameter) }, rate }) => {
      const after = next(v, gradient, rate);
      return {
        parameter: subtract(parameter, multiply(move(after, gradient), rate)),
        slots: { velocity: after },
      };
    },
    {
      learningRate,
      ...(ahead && {
        ahead: ({ parameter, slots: { velocity: v = zero(parameter) }, rate }) =>
          subtract(parameter, multiply(ahead(v), rate)),
      }),
    },
  );

export const kept = (v: Tensor): Tensor => multiply(v, 0.5);
export const heavyBall = { rate: 0.25, momentum: 0.5, ahead: false };
export const nesterovBall = { ...heavyBall, ahead: true };

/** The parts of Adam that a bug may be in. */
export interface AdamParts {
  readonly mean?: number;
  readonly square?: number;
  /** What of the bias correction is there: of the mean, of the square. */
  readonly corrects?: readonly [boolean, boolean];
  /** 1 − βᵗ begins with this power of β before the first step. */
  readonly initial?: number;
  readonly stored?: boolean;
  readonly size?: (square: Tensor, epsilon: number) => Tensor;
  readonly epsilon?: number;
}

export const BETA1 = 0.5;
export const BETA2 = 0.9;
const EPSILON = 0.25;
export const adamConstants = { rate: 0.25, beta1: BETA1, beta2: BETA2, epsilon: EPSILON };

export const adamOf = ({
  mean: beta1 = BETA1,
  square: beta2 = BETA2,
  corrects: [first, second] = [true, true],
  initial = 1,
  stored = false,
  size = (square, epsilon) => add(sqrt(square), epsilon),
  epsilon = EPSILON,
}: AdamParts): Update =>
  rule(
    ['mean', 'square'],
    ({ parameter, gradient: g, slots, rate, scalars }) => {
      const { mean = zero(parameter), square = zero(parameter) } = slots;
      const { power1 = scalar(0), power2 = scalar(0) } = scalars;
      const m = add(multiply(mean, beta1), multiply(g, 1 - beta1));
      const s = add(multiply(square, beta2), multiply(multiply(g, g), 1 - beta2));
      const [mHat, sHat] = [
        first ? divide(m, subtract(1, power1)) : m,
        second ? divide(s, subtract(1, power2)) : s,
      ];
      return {
        parameter: subtract(parameter, divide(multiply(mHat, rate), size(sHat, epsilon))),
        slots: stored ? { mean: mHat, square: sHat } : { mean: m, square: s },
      };
    },
    {
      scalars: {
        power1: { initial, next: (power) => multiply(power, BETA1) },
        power2: { initial, next: (power) => multiply(power, BETA2) },
      },
    },
  );

export const rmspropConstants = { rate: 0.25, smoothing: BETA2, epsilon: EPSILON };

export const rmspropOf = (next: (square: Tensor, g: Tensor) => Tensor, epsilon = EPSILON): Update =>
  rule(['square'], ({ parameter, gradient: g, slots: { square = zero(parameter) }, rate }) => {
    const after = next(square, g);
    return {
      parameter: subtract(parameter, divide(multiply(g, rate), add(sqrt(after), epsilon))),
      slots: { square: after },
    };
  });

/** Layer-wise: each tensor's gradient divided by its own length. */
export const layerwise = descent((g) => divide(g, add(sqrt(sum(multiply(g, g))), 1)));
