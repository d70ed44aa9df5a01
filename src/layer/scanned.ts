/** A cell over time as one loop in the program. */
import { withPullback } from '../autodiff/custom.js';
import { differentiate } from '../lens/differentiable.js';
import { zerosLike } from '../lens/cartesian.js';
import type { Parameters } from '../lens/para.js';
import { scan } from '../operation/scan.js';
import { transpose } from '../tensor/primitive/movement.js';
import type { Shape } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import {
  goingOn,
  type Mask,
  type OverTime,
  requireSequence,
  type Vectors,
  type Run,
  type Sequence,
} from './over-time.js';

/** `[batch, time, …]` to `[time, batch, …]`, and back. */
const turned = <T extends AnyTensor>(x: T): T =>
  transpose(x as Tensor<Shape>, [1, 0, ...x.shape.slice(2).map((_, axis) => axis + 2)]) as AnyTensor as T;

/** The loop over the time steps. Its body is the cell, with the cell's own backward. */
export const scanned = <P extends Parameters, S, I extends number, U extends number>({
  cell,
  p: parameters,
  x: sequence,
  mask,
  reverse,
}: Run<P, S, I, U>): OverTime<P, I, U> => {
  requireSequence(sequence, mask);
  const step = withPullback(
    ([p, before, x]: readonly [P, S, Vectors<I>]) => cell.run(p, [before, x])[0],
    ([p, before, x]) =>
      (change) => {
        const [dp, [dBefore, dx]] = cell.run(p, [before, x])[1](change);
        return [dp, dBefore, dx] as const;
      },
  );
  const over = ([p, x]: readonly [P, Sequence<I>]): readonly [Sequence<U>, Vectors<U>] => {
    const masks: readonly Mask[] = mask === undefined ? [] : [turned(mask)];
    const [last, results] = scan(
      (before: S, [here, ...alive]: readonly [AnyTensor, ...AnyTensor[]]) => {
        const next = step([p, before, here as Vectors<I>]);
        const [goes] = alive;
        const after = goes === undefined ? next : goingOn(goes as Mask, next, before);
        return [after, cell.output(after)];
      },
      cell.initial(x.shape[0]),
      [turned(x), ...masks] as const,
      { reverse },
    );
    return [turned(results as Tensor) as Sequence<U>, cell.output(last)];
  };
  const [[all, last], back] = differentiate(over).run([parameters, sequence]);
  return {
    sequence: () => all,
    last: () => last,
    back: (change) =>
      back('sequence' in change ? [change.sequence, zerosLike(last)] : [zerosLike(all), change.last]),
  };
};
