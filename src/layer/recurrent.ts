/** Recurrence: a cell over time, from its initial state. */
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
  /** Whether it goes through time backwards; results stand at the place of their input. */
  readonly reverse?: boolean;
  /**
   * Whether time is a loop of the program and not written out step by step: it is compiled at once however long the
   * sequence is, keeps nothing for the way back but the states, and computes the rest again.
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

/** Throws if it is not a cell, or has buffers: which place of time would replace them? */
const requireCell = <P extends Parameters, S, I extends number, U extends number>(
  operation: string,
  cell: VectorCell<P, S, I, U>,
): VectorCell<P, S, I, U> => {
  requireMade(operation, 'cell', cell, kinds.cell);
  requireNoBuffers(operation, cell);
  return cell;
};

/** What is told of a cell over time, and the way back from it. */
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

/** A sequence, and where each goes on: `[batch, time, inputs]` and `[batch, time]`. */
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
    // What stands where a sequence has ended is not looked at, so that it need not be a number.
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
 * A cell over `[batch, time, inputs]`, from its initial state: what it gives at each place, `[batch, time, units]`. The
 * gradient of the parameters is the sum over all places. Throws if there is no place of time.
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
 * A cell over `[batch, time, inputs]`, from its initial state: what it gives at the end, `[batch, units]`. Throws if
 * there is no place of time.
 *
 * @example
 * const model = sequential(recurrent(lstmCell(8, 16)), dense(16, 1));
 */
export const recurrent = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
  options: RecurrentOptions = {},
): Para<P, Sequence<I>, Vectors<U>> => ofSequence(requireCell('recurrent', cell), options, atTheEnd);

/**
 * `recurrent` of a pair of sequence and mask `[batch, time]`: where the mask does not hold, as in padding, the state
 * stays as it is; a sequence that nowhere holds ends in the initial state. Throws if the mask does not fit.
 *
 * @example
 * const layer = maskedRecurrent(gruCell(8, 16));
 */
export const maskedRecurrent = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
  options: RecurrentOptions = {},
): Para<P, Masked<I>, Vectors<U>> => ofMasked(requireCell('maskedRecurrent', cell), options, atTheEnd);

/**
 * `recurrentSequence` of a pair of sequence and mask `[batch, time]`: where the mask does not hold, the state stays as
 * it is and is given once more. Throws if the mask does not fit.
 *
 * @example
 * const layer = maskedRecurrentSequence(gruCell(8, 16));
 */
export const maskedRecurrentSequence = <P extends Parameters, S, I extends number, U extends number>(
  cell: VectorCell<P, S, I, U>,
  options: RecurrentOptions = {},
): Para<P, Masked<I>, Sequence<U>> =>
  ofMasked(requireCell('maskedRecurrentSequence', cell), options, atEachPlace);
