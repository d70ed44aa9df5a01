/** Recurrent layers: a cell over time, from its initial state. */
import { zerosLike } from '../lens/cartesian.js';
import type { Para, Parameters } from '../lens/para.js';
import { keepRows } from '../operation/masking.js';
import { kinds, requireBoolean, requireMade, requireNoBuffers } from '../require.js';
import type { SequenceMask } from './attention.js';
import {
  type Mask,
  type OverTime,
  requireSequence,
  type Vectors,
  type VectorCell,
  type Sequence,
  unrolled,
} from './over-time.js';
import { scanned } from './scanned.js';

export interface RecurrentOptions {
  /** Whether it runs backward in time. Each result stays at the time step of its input. */
  readonly reverse?: boolean;
  /**
   * Whether time is a loop in the program instead of unrolled. The compile time then does not depend on the length of
   * the sequence, and the backward pass stores only the states and recomputes the rest.
   */
  readonly scan?: boolean;
}

const overTime = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
  { reverse = false, scan = false }: RecurrentOptions,
) => {
  requireBoolean('recurrent', 'reverse', reverse);
  requireBoolean('recurrent', 'scan', scan);
  return (p: P, x: Sequence<I>, mask?: Mask): OverTime<P, I, U> =>
    (scan ? scanned : unrolled)({ cell, p, x, mask, reverse });
};

const predicting = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
): VectorCell<P, S, I, U> => ({ ...cell, ...cell.evaluation() });

/** Throws if it is not a cell, or if it has buffers: it is not defined which time step would replace them. */
const requireCell = <P extends Parameters, S, I extends number, U extends number>(
  operation: string,
  cell: VectorCell<P, S, I, U>,
): VectorCell<P, S, I, U> => {
  requireMade(operation, 'cell', cell, kinds.cell);
  requireNoBuffers(operation, cell);
  return cell;
};

/** Selects a result of a cell over time, with its backward. */
type Tell<P, I extends number, U extends number, B> = (
  all: OverTime<P, I, U>,
) => readonly [b: B, back: (db: B) => readonly [dp: P, dx: Sequence<I>]];

const atEachPlace = <P, I extends number, U extends number>({
  sequence,
  back,
}: OverTime<P, I, U>): ReturnType<Tell<P, I, U, Sequence<U>>> => [sequence(), (dy) => back({ sequence: dy })];

const atTheEnd = <P, I extends number, U extends number>({
  last,
  back,
}: OverTime<P, I, U>): ReturnType<Tell<P, I, U, Vectors<U>>> => [last(), (dy) => back({ last: dy })];

const ofSequence = <P extends Parameters, S, I extends number, U extends number, B>(
  cell: VectorCell<P, S, I, U>,
  options: RecurrentOptions,
  tell: Tell<P, I, U, B>,
): Para<P, Sequence<I>, B> => ({
  size: cell.size,
  init: (key) => cell.init(key),
  buffers: cell.buffers,
  run: (p, x) => tell(overTime(cell, options)(p, x)),
  evaluation: () => ofSequence(predicting(cell), options, tell),
});

/** A sequence and its mask: `[batch, time, inputs]` and `[batch, time]`. */
type Masked<I extends number> = readonly [x: Sequence<I>, mask: SequenceMask<number, number>];

const ofMasked = <P extends Parameters, S, I extends number, U extends number, B>(
  cell: VectorCell<P, S, I, U>,
  options: RecurrentOptions,
  tell: Tell<P, I, U, B>,
): Para<P, Masked<I>, B> => ({
  size: cell.size,
  init: (key) => cell.init(key),
  buffers: cell.buffers,
  run: (p, [x, mask]) => {
    requireSequence(x, mask);
    // Inputs after the end of a sequence are ignored, so they may be NaN.
    const [b, back] = tell(overTime(cell, options)(p, keepRows(mask, x), mask));
    return [
      b,
      (db) => {
        const [dp, dx] = back(db);
        return [dp, [keepRows(mask, dx), zerosLike(mask)]];
      },
    ];
  },
  evaluation: () => ofMasked(predicting(cell), options, tell),
});

/**
 * Runs a cell over `[batch, time, inputs]` and returns the outputs of all time steps, `[batch, time, units]`. The
 * gradient of the parameters is the sum over all time steps. Throws if there is no time step.
 *
 * @example
 * const model = sequential(recurrentSequence(gruCell(8, 16)), dense(16, 4));
 */
export const recurrentSequence = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
  options: RecurrentOptions = {},
): Para<P, Sequence<I>, Sequence<U>> =>
  ofSequence(requireCell('recurrentSequence', cell), options, atEachPlace);

/**
 * Runs a cell over `[batch, time, inputs]` and returns the output of the last time step, `[batch, units]`. Throws if
 * there is no time step.
 *
 * @example
 * const model = sequential(recurrent(lstmCell(8, 16)), dense(16, 1));
 */
export const recurrent = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
  options: RecurrentOptions = {},
): Para<P, Sequence<I>, Vectors<U>> => ofSequence(requireCell('recurrent', cell), options, atTheEnd);

/**
 * `recurrent` with a mask `[batch, time]`: takes a pair of sequence and mask. Where the mask is false, as in padding,
 * the state does not change; if it is false everywhere, the result is that of the initial state. Throws if the mask has
 * another shape.
 *
 * @example
 * const layer = maskedRecurrent(gruCell(8, 16));
 */
export const maskedRecurrent = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
  options: RecurrentOptions = {},
): Para<P, Masked<I>, Vectors<U>> => ofMasked(requireCell('maskedRecurrent', cell), options, atTheEnd);

/**
 * `recurrentSequence` with a mask `[batch, time]`: takes a pair of sequence and mask. Where the mask is false, the
 * state does not change, and its output is repeated. Throws if the mask has another shape.
 *
 * @example
 * const layer = maskedRecurrentSequence(gruCell(8, 16));
 */
export const maskedRecurrentSequence = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
  options: RecurrentOptions = {},
): Para<P, Masked<I>, Sequence<U>> =>
  ofMasked(requireCell('maskedRecurrentSequence', cell), options, atEachPlace);
