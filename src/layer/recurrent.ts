/** Recurrence: a cell over time, from its initial state. */
import { zerosLike } from '../lens/differentiable.js';
import { evaluation } from '../lens/evaluation.js';
import type { Para, Parameters } from '../lens/para.js';
import type { SequenceMask } from './attention.js';
import type { Cell } from './cell.js';
import { type Mask, type OverTime, type Rows, type Sequence, unrolled } from './over-time.js';
import { scanned } from './scanned.js';

export interface RecurrentOptions {
  /** Whether it goes through time backwards; results stand at the place of their input. */
  readonly reverse?: boolean;
  /**
   * Whether time is a loop of the program and not written out step by step: it is compiled at once however long the
   * sequence is, keeps nothing for the way back but the states, and computes the rest again. Of a cell that carries
   * state, such as dropout, the steps must be written out.
   */
  readonly scan?: boolean;
}

const overTime =
  <P extends Parameters, S>(
    cell: Cell<P, S, Rows, Rows>,
    { reverse = false, scan = false }: RecurrentOptions,
  ) =>
  (p: P, x: Sequence, mask?: Mask): OverTime<P> =>
    (scan ? scanned : unrolled)({ cell, p, x, mask, reverse });

const predicting = <P extends Parameters, S>(cell: Cell<P, S, Rows, Rows>): Cell<P, S, Rows, Rows> => ({
  ...cell,
  ...evaluation(cell),
});

/**
 * A cell over `[batch, time, inputs]`, from its initial state: what it gives at each place, `[batch, time, units]`. The
 * gradient of the parameters is the sum over all places. Throws where there is no place of time.
 *
 * @example
 * const model = sequential(recurrentSequence(gruCell(8, 16)), dense(16, 4));
 */
export const recurrentSequence = <P extends Parameters, S>(
  cell: Cell<P, S, Rows, Rows>,
  options: RecurrentOptions = {},
): Para<P, Sequence, Sequence> => ({
  size: cell.size,
  init: (key) => cell.init(key),
  run: (p, x) => {
    const { sequence, back } = overTime(cell, options)(p, x);
    return [sequence(), (dy) => back({ sequence: dy })];
  },
  evaluation: () => recurrentSequence(predicting(cell), options),
});

/**
 * A cell over `[batch, time, inputs]`, from its initial state: what it gives at the end, `[batch, units]`. Throws where
 * there is no place of time.
 *
 * @example
 * const model = sequential(recurrent(lstmCell(8, 16)), dense(16, 1));
 */
export const recurrent = <P extends Parameters, S>(
  cell: Cell<P, S, Rows, Rows>,
  options: RecurrentOptions = {},
): Para<P, Sequence, Rows> => ({
  size: cell.size,
  init: (key) => cell.init(key),
  run: (p, x) => {
    const { last, back } = overTime(cell, options)(p, x);
    return [last(), (dy) => back({ last: dy })];
  },
  evaluation: () => recurrent(predicting(cell), options),
});

/**
 * `recurrent` of a pair of sequence and mask `[batch, time]`: where the mask does not hold, as in padding, the state
 * stays as it is; a sequence that nowhere holds ends in the initial state.
 *
 * @example
 * const layer = maskedRecurrent(gruCell(8, 16));
 */
export const maskedRecurrent = <P extends Parameters, S>(
  cell: Cell<P, S, Rows, Rows>,
  options: RecurrentOptions = {},
): Para<P, readonly [x: Sequence, mask: SequenceMask<number, number>], Rows> => ({
  size: cell.size,
  init: (key) => cell.init(key),
  run: (p, [x, mask]) => {
    const { last, back } = overTime(cell, options)(p, x, mask);
    return [
      last(),
      (dy) => {
        const [dp, dx] = back({ last: dy });
        return [dp, [dx, zerosLike(mask)]];
      },
    ];
  },
  evaluation: () => maskedRecurrent(predicting(cell), options),
});
