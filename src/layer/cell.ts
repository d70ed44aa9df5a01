/** Recurrent cells: from a state and the input of one time step to the next state. */
import { fail, showShape } from '../error.js';
import { differentiable } from '../lens/differentiable.js';
import type { Para, Parameters } from '../lens/para.js';
import { add, multiply, subtract } from '../operation/arithmetic.js';
import { matmul } from '../operation/product.js';
import { type Key, split } from '../operation/random.js';
import { requireCount } from '../require.js';
import { concat, slice } from '../tensor/primitive/slicing.js';
import { full, fullLike } from '../tensor/primitive/constant.js';
import { sigmoid, tanh as hyperbolic } from '../tensor/primitive/sigmoid.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { uniformInitializer } from './initializer.js';

/** `[batch, size]` */
type Rows<N extends number> = Tensor<readonly [number, N]>;

/** A layer from state and input to the next state, with an initial state and the output of a state. */
export interface Cell<P extends Parameters, S, X, Y> extends Para<P, readonly [state: S, x: X], S> {
  /** The state of a batch of sequences before their first input. */
  initial(batch: number): S;
  /** The output of a state. */
  output(state: S): Y;
}

/** The weights of several gates of `units` each, one after the other. */
export interface GateParameters {
  /** `[inputs, gates·units]` */
  readonly kernel: Tensor<readonly [number, number]>;
  /** `[units, gates·units]` */
  readonly recurrentKernel: Tensor<readonly [number, number]>;
  /** `[gates·units]` */
  readonly bias: Tensor<readonly [number]>;
}

/** Kernels uniform in ±1/√units, biases 0. */
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
const gate = <U extends number>(all: Tensor, index: number, units: U): Rows<U> =>
  slice(all, { start: [0, index * units], stop: [all.shape[0] ?? 0, (index + 1) * units] }) as Rows<U>;

const times = (x: Tensor, kernel: Tensor): Tensor => matmul(x as Tensor<never>, kernel as Tensor<never>);

const affine = (x: Tensor, kernel: Tensor, bias: Tensor): Tensor =>
  add(times(x, kernel), bias as Tensor<never>);

const zeros = <U extends number>(batch: number, units: U): Rows<U> => full([batch, units], 0);

/** The parts of a cell with these numbers of inputs and units. */
interface Making<R, S, I extends number, U extends number> {
  readonly init: (key: Key) => R;
  readonly step: (parameters: R, state: S, x: Rows<I>) => S;
  readonly initial: (batch: number) => S;
  readonly output: (state: S) => Rows<U>;
}

const cellOf = <R, S, I extends number, U extends number>(
  operation: string,
  [inputs, units]: readonly [I, U],
  { init, step, initial, output }: Making<R, S, I, U>,
): Cell<readonly [R], S, Rows<I>, Rows<U>> => {
  requireCount(operation, 'inputs', inputs);
  requireCount(operation, 'units', units);
  const layer = differentiable(init, (parameters: R, [state, x]: readonly [S, Rows<I>]) => {
    const shape: Shape = x.shape;
    if (shape.length !== 2 || shape[1] !== inputs)
      fail({
        operation,
        what: 'the input has the wrong size',
        got: showShape(shape),
        needed: `[batch, ${inputs}]`,
        hint: 'a cell takes one time step; use recurrent(cell) for a sequence',
      });
    return step(parameters, state, x);
  });
  return { ...layer, initial, output };
};

/**
 * h′ = tanh(x·W + h·U + b): state `[batch, units]`, input `[batch, inputs]`. Throws if a size is not a positive
 * integer.
 *
 * Source: J. Elman, "Finding structure in time" (1990).
 *
 * @example
 * const model = sequential(recurrent(simpleCell(8, 16)), dense(16, 1));
 */
export const simpleCell = <I extends number, U extends number>(
  inputs: I,
  units: U,
): Cell<readonly [GateParameters], Rows<U>, Rows<I>, Rows<U>> =>
  cellOf('simpleCell', [inputs, units], {
    init: gates(inputs, units, 1),
    step: ({ kernel, recurrentKernel, bias }, h: Rows<U>, x) =>
      hyperbolic(add(affine(x, kernel, bias), times(h, recurrentKernel))) as Rows<U>,
    initial: (batch) => zeros(batch, units),
    output: (h) => h,
  });

export interface GruParameters extends GateParameters {
  /** `[3·units]`: added inside of the reset, as in PyTorch and Keras (`reset_after`). */
  readonly recurrentBias: Tensor<readonly [number]>;
}

/**
 * Gated recurrent unit: gates r (reset), z (update), n (new) in this order, r = σ(x·Wᵣ + h·Uᵣ + b), z likewise, n =
 * tanh(x·Wₙ + bₙ + r·(h·Uₙ + cₙ)), h′ = (1 − z)·n + z·h. State `[batch, units]`.
 *
 * Source: K. Cho et al., "Learning phrase representations using RNN encoder-decoder" (arXiv 1406.1078), with the reset
 * after the product, as in PyTorch.
 *
 * @example
 * const model = sequential(recurrent(gruCell(8, 16)), dense(16, 1));
 */
export const gruCell = <I extends number, U extends number>(
  inputs: I,
  units: U,
): Cell<readonly [GruParameters], Rows<U>, Rows<I>, Rows<U>> =>
  cellOf('gruCell', [inputs, units], {
    init: (from): GruParameters => ({
      ...gates(inputs, units, 3)(from),
      recurrentBias: full([3 * units], 0),
    }),
    step: (p, h: Rows<U>, x) => {
      const [given, kept] = [affine(x, p.kernel, p.bias), affine(h, p.recurrentKernel, p.recurrentBias)];
      const open = (index: number) => sigmoid(add(gate(given, index, units), gate(kept, index, units)));
      const [reset, update] = [open(0), open(1)];
      const next = hyperbolic(add(gate(given, 2, units), multiply(reset, gate(kept, 2, units))));
      return add(multiply(subtract(fullLike(update, 1), update), next), multiply(update, h));
    },
    initial: (batch) => zeros(batch, units),
    output: (h) => h,
  });

export interface LstmState<U extends number = number> {
  readonly hidden: Rows<U>;
  readonly memory: Rows<U>;
}

/**
 * Long short-term memory: gates i (input), f (forget), g (new), o (output) in this order, memory′ = σ(f)·memory +
 * σ(i)·tanh(g), hidden′ = σ(o)·tanh(memory′). State `{ hidden, memory }`, each `[batch, units]`; the bias of the forget
 * gate starts at 1.
 *
 * Source: S. Hochreiter, J. Schmidhuber, "Long short-term memory" (1997); F. Gers et al. (2000) for the forget gate,
 * R. Jozefowicz et al. (2015) for its bias.
 *
 * @example
 * const model = sequential(recurrent(lstmCell(8, 16)), dense(16, 1));
 */
export const lstmCell = <I extends number, U extends number>(
  inputs: I,
  units: U,
): Cell<readonly [GateParameters], LstmState<U>, Rows<I>, Rows<U>> =>
  cellOf('lstmCell', [inputs, units], {
    init: (from): GateParameters => ({
      ...gates(inputs, units, 4)(from),
      bias: concat([full([units], 0), full([units], 1), full([2 * units], 0)], 0) as Tensor<never>,
    }),
    step: (p, { hidden, memory }: LstmState<U>, x): LstmState<U> => {
      const all = add(affine(x, p.kernel, p.bias), times(hidden, p.recurrentKernel));
      const open = (index: number): Rows<U> => sigmoid(gate(all, index, units));
      const fresh = hyperbolic(gate(all, 2, units));
      const next = add(multiply(open(1), memory), multiply(open(0), fresh));
      return { hidden: multiply(open(3), hyperbolic(next)), memory: next };
    },
    initial: (batch) => ({ hidden: zeros(batch, units), memory: zeros(batch, units) }),
    output: ({ hidden }) => hidden,
  });
