/** Recurrent cells: from a state and what comes in at one time to the next state. */
import { fail, showShape } from '../error.js';
import { differentiable, type Layer, type Para, type Parameters } from '../lens/para.js';
import { add, multiply, subtract } from '../operation/arithmetic.js';
import { matmul } from '../operation/product.js';
import { type Key, split } from '../operation/random.js';
import { concat, slice } from '../tensor/primitive/slicing.js';
import { full, fullLike } from '../tensor/primitive/constant.js';
import { logistic, tanh as hyperbolic } from '../tensor/primitive/sigmoid.js';
import type { Tensor } from '../tensor/tensor.js';
import { uniformInitializer } from './initializer.js';

type Rows<B extends number, N extends number> = Tensor<readonly [B, N]>;

/** A layer from state and input to the next state, with the state before the first input and what is told of one. */
export interface Cell<P extends Parameters, S, X, Y> extends Para<P, readonly [state: S, x: X], S> {
  /** The state of so many sequences before their first input. */
  initial(batch: number): S;
  /** What of a state goes out. */
  output(state: S): Y;
}

/** Weights of so many gates of `units` each, one after the other. */
export interface GateParameters {
  /** `[inputs, gates·units]` */
  readonly kernel: Tensor<readonly [number, number]>;
  /** `[units, gates·units]` */
  readonly recurrentKernel: Tensor<readonly [number, number]>;
  /** `[gates·units]` */
  readonly bias: Tensor<readonly [number]>;
}

const requireSizes = (operation: string, inputs: number, units: number): void => {
  if (![inputs, units].every((size) => Number.isInteger(size) && size > 0))
    fail({
      operation,
      what: 'sizes that are none',
      got: showShape([inputs, units]),
      needed: 'whole numbers above 0',
    });
};

/** Uniform within ±1/√units, biases 0. */
const gates =
  (inputs: number, units: number, count: number) =>
  (from: Key): GateParameters => {
    const [first = from, second = from] = split(from, 2);
    const within = uniformInitializer(-1 / Math.sqrt(units), 1 / Math.sqrt(units));
    return {
      kernel: within(first, [inputs, count * units]),
      recurrentKernel: within(second, [units, count * units]),
      bias: full([count * units], 0),
    };
  };

/** The columns of one gate. */
const gate = (all: Tensor, index: number, units: number): Rows<number, number> =>
  slice(all, { start: [0, index * units], stop: [all.shape[0] ?? 0, (index + 1) * units] }) as Rows<
    number,
    number
  >;

const affine = (x: Tensor, kernel: Tensor, bias: Tensor): Tensor =>
  add(matmul(x as Tensor<never>, kernel as Tensor<never>) as Tensor, bias as Tensor<never>);

const zeros = (batch: number, units: number): Rows<number, number> => full([batch, units], 0);

const cellOf = <R, S, Y>(
  layer: Layer<R, readonly [S, Rows<number, number>], S>,
  initial: (batch: number) => S,
  output: (state: S) => Y,
): Cell<readonly [R], S, Rows<number, number>, Y> => ({ ...layer, initial, output });

/**
 * h′ = tanh(x·W + h·U + b): state `[batch, units]`, input `[batch, inputs]`. Throws where a size is none.
 *
 * Source: J. Elman, "Finding structure in time" (1990).
 *
 * @example
 * const model = sequential(recurrent(simpleCell(8, 16)), dense(16, 1));
 */
export const simpleCell = (
  inputs: number,
  units: number,
): Cell<readonly [GateParameters], Rows<number, number>, Rows<number, number>, Rows<number, number>> => {
  requireSizes('simpleCell', inputs, units);
  return cellOf(
    differentiable(
      gates(inputs, units, 1),
      (
        { kernel, recurrentKernel, bias }: GateParameters,
        [h, x]: readonly [Rows<number, number>, Rows<number, number>],
      ) =>
        hyperbolic(add(affine(x, kernel, bias), matmul(h, recurrentKernel) as Tensor)) as Rows<
          number,
          number
        >,
    ),
    (batch) => zeros(batch, units),
    (h) => h,
  );
};

export interface GruParameters extends GateParameters {
  /** `[3·units]`: within the reset, as PyTorch and Keras (`reset_after`) have it. */
  readonly recurrentBias: Tensor<readonly [number]>;
}

/**
 * Gated recurrent unit: gates r (reset), z (update), n (new) in this order, r = σ(x·Wᵣ + h·Uᵣ + b), z alike,
 * n = tanh(x·Wₙ + bₙ + r·(h·Uₙ + cₙ)), h′ = (1 − z)·n + z·h. State `[batch, units]`.
 *
 * Source: K. Cho et al., "Learning phrase representations using RNN encoder-decoder" (arXiv 1406.1078), the reset after
 * the product as in PyTorch.
 *
 * @example
 * const model = sequential(recurrent(gruCell(8, 16)), dense(16, 1));
 */
export const gruCell = (
  inputs: number,
  units: number,
): Cell<readonly [GruParameters], Rows<number, number>, Rows<number, number>, Rows<number, number>> => {
  requireSizes('gruCell', inputs, units);
  return cellOf(
    differentiable(
      (from): GruParameters => ({ ...gates(inputs, units, 3)(from), recurrentBias: full([3 * units], 0) }),
      (p: GruParameters, [h, x]: readonly [Rows<number, number>, Rows<number, number>]) => {
        const [given, kept] = [affine(x, p.kernel, p.bias), affine(h, p.recurrentKernel, p.recurrentBias)];
        const open = (index: number) => logistic(add(gate(given, index, units), gate(kept, index, units)));
        const [reset, update] = [open(0), open(1)];
        const next = hyperbolic(add(gate(given, 2, units), multiply(reset, gate(kept, 2, units))));
        return add(multiply(subtract(fullLike(update, 1), update), next), multiply(update, h));
      },
    ),
    (batch) => zeros(batch, units),
    (h) => h,
  );
};

export interface LstmState {
  readonly hidden: Rows<number, number>;
  readonly memory: Rows<number, number>;
}

/**
 * Long short-term memory: gates i (input), f (forget), g (new), o (output) in this order, memory′ = σ(f)·memory +
 * σ(i)·tanh(g), hidden′ = σ(o)·tanh(memory′). State `{ hidden, memory }`, each `[batch, units]`; the forget gate's bias
 * begins at 1.
 *
 * Source: S. Hochreiter, J. Schmidhuber, "Long short-term memory" (1997); F. Gers et al. (2000) for the forget gate,
 * R. Jozefowicz et al. (2015) for its bias.
 *
 * @example
 * const model = sequential(recurrent(lstmCell(8, 16)), dense(16, 1));
 */
export const lstmCell = (
  inputs: number,
  units: number,
): Cell<readonly [GateParameters], LstmState, Rows<number, number>, Rows<number, number>> => {
  requireSizes('lstmCell', inputs, units);
  return cellOf(
    differentiable(
      (from): GateParameters => ({
        ...gates(inputs, units, 4)(from),
        bias: concat([full([units], 0), full([units], 1), full([2 * units], 0)], 0) as Tensor<never>,
      }),
      (p: GateParameters, [{ hidden, memory }, x]: readonly [LstmState, Rows<number, number>]): LstmState => {
        const all = add(affine(x, p.kernel, p.bias), matmul(hidden, p.recurrentKernel) as Tensor);
        const [input, forget, fresh, output] = [0, 1, 2, 3].map((index) => gate(all, index, units));
        if (!input || !forget || !fresh || !output) return fail({ operation: 'lstmCell', what: 'no gates' });
        const next = add(multiply(logistic(forget), memory), multiply(logistic(input), hyperbolic(fresh)));
        return { hidden: multiply(logistic(output), hyperbolic(next)), memory: next };
      },
    ),
    (batch) => ({ hidden: zeros(batch, units), memory: zeros(batch, units) }),
    ({ hidden }) => hidden,
  );
};
