/** A cell over time, unrolled: each step has the same parameters and passes its state to the next. */
import { fail, showShape } from '../error.js';
import { addTrees, zerosLike } from '../lens/cartesian.js';
import { differentiate } from '../lens/differentiable.js';
import type { Parameters } from '../lens/para.js';
import { select } from '../tensor/primitive/comparison.js';
import { reshape } from '../tensor/primitive/movement.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { concat, slice } from '../tensor/primitive/slicing.js';
import { requireKind } from '../tensor/primitive/elementwise.js';
import { range, sameShape, type Shape } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { zipTrees } from '../tree/tree.js';
import type { Cell } from './cell.js';

/** `[batch, N]`: a vector for each example. */
export type Vectors<N extends number = number> = Tensor<readonly [number, N]>;
/** `[batch, time, N]`: a sequence of vectors for each example. */
export type Sequence<N extends number = number> = Tensor<readonly [number, number, N]>;
/** `[batch, time]`: true where a sequence has not ended. */
export type Mask = Tensor<Shape, 'bool'>;

/** A cell whose input and output are one vector for each example. */
export type VectorCell<P extends Parameters, S, I extends number, U extends number> = Cell<
  P,
  S,
  Vectors<I>,
  Vectors<U>
>;

/** The arguments of a cell over time. */
export interface Run<P extends Parameters, S, I extends number, U extends number> {
  readonly cell: VectorCell<P, S, I, U>;
  readonly p: P;
  readonly x: Sequence<I>;
  /** Without a mask all sequences have the full length. */
  readonly mask: Mask | undefined;
  readonly reverse: boolean;
}

/** The results of a cell over time, and their pullbacks. */
export interface OverTime<P, I extends number, U extends number> {
  /** The outputs of all time steps, and the output of the last. */
  readonly sequence: () => Sequence<U>;
  readonly last: () => Vectors<U>;
  readonly back: (
    change: { readonly sequence: Sequence<U> } | { readonly last: Vectors<U> },
  ) => readonly [dp: P, dx: Sequence<I>];
}

/** The slice of one time step: `[batch, time, …]` to `[batch, …]`. */
const at = <T extends AnyTensor>(x: T, time: number): AnyTensor => {
  const [batch = 0, , ...rest]: Shape = x.shape;
  const start = [0, time, ...rest.map(() => 0)];
  return reshape(slice(x, { start, stop: [batch, time + 1, ...rest] }), [batch, ...rest]);
};

/** Stacks the results of all time steps: `[batch, time, …]`. */
const stacked = (parts: readonly Tensor<Shape>[]): Tensor<Shape> =>
  concat(
    parts.map((part) => reshape(part, [part.shape[0] ?? 0, 1, ...part.shape.slice(1)])),
    1,
  );

/** The new state for sequences that have not ended, the old state for the others. */
export const goingOn = <S>(alive: Mask, next: S, before: S): S =>
  zipTrees('recurrent', next, before, (a, b) => {
    const [x, y] = [a as AnyTensor, b as AnyTensor];
    return select(broadcast(alive, x.shape, [0]), x, y);
  });

/** Throws if the input is not a sequence with at least one time step, or if the mask has another shape. */
export const requireSequence = ({ shape }: Tensor<Shape>, mask: Mask | undefined): void => {
  if (shape.length !== 3 || shape[1] === 0)
    fail({
      operation: 'recurrent',
      what: 'the input is not a sequence',
      got: showShape(shape),
      needed: '[batch, time, inputs] with at least one time step',
    });
  if (mask === undefined) return;
  requireKind('recurrent', 'bool', mask.dtype);
  if (!sameShape(mask.shape, shape.slice(0, 2)))
    fail({
      operation: 'recurrent',
      what: 'the mask has the wrong shape',
      got: showShape(mask.shape),
      needed: showShape(shape.slice(0, 2)),
      hint: 'one boolean for each time step of each sequence',
    });
};

/**
 * The cotangent of a state: the sum of the cotangents from the next time step and from the output. The last time step
 * has none from a next step, and the others may have none from an output. A missing cotangent is not replaced by zeros.
 */
const changeOf = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
  state: S,
  change: S | undefined,
  cotangent: Vectors<U> | undefined,
): S => {
  if (cotangent === undefined) return change ?? zerosLike(state);
  const output = (each: S): Vectors<U> => cell.output(each);
  if (change === undefined) return differentiate(output).run(state)[1](cotangent);
  return differentiate((each: S) => [each, output(each)] as const).run(state)[1]([change, cotangent]);
};

/** Runs the cell at each time step in turn. */
export const unrolled = <P extends Parameters, S, I extends number, U extends number>({
  cell,
  p,
  x,
  mask,
  reverse,
}: Run<P, S, I, U>): OverTime<P, I, U> => {
  requireSequence(x, mask);
  const times = range(x.shape[1]);
  let state = cell.initial(x.shape[0]);
  const zero = zerosLike(state);
  const steps = (reverse ? times.toReversed() : times).map((time) => {
    const before = state;
    const [next, back] = cell.run(p, [before, at(x, time) as Vectors<I>]);
    const alive = mask === undefined ? undefined : (at(mask, time) as Mask);
    state = alive === undefined ? next : goingOn(alive, next, before);
    return { time, alive, back, state };
  });
  const last = reverse ? 0 : times.length - 1;
  const inTime = steps.toSorted((a, b) => a.time - b.time);
  return {
    sequence: () => stacked(inTime.map((step) => cell.output(step.state))) as Sequence<U>,
    last: () => cell.output(state),
    back: (cotangent) => {
      let total: P | undefined;
      let change: S | undefined;
      const inputs: Vectors<I>[] = [];
      const cotangentAt = (time: number): Vectors<U> | undefined => {
        if ('sequence' in cotangent) return at(cotangent.sequence, time) as Vectors<U>;
        return time === last ? cotangent.last : undefined;
      };
      for (const { time, alive, back, state: after } of steps.toReversed()) {
        const all = changeOf(cell, after, change, cotangentAt(time));
        const [dp, [before, dx]] = back(alive === undefined ? all : goingOn(alive, all, zero));
        // Where a sequence has ended, the cotangent bypasses the cell.
        change = alive === undefined ? before : addTrees(before, goingOn(alive, zero, all));
        total = total === undefined ? dp : addTrees(dp, total);
        inputs[time] = dx;
      }
      // There is at least one time step.
      return [total as P, stacked(inputs) as Sequence<I>];
    },
  };
};
