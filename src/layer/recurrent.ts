/** A cell over time: the same parameters at every step, the state handed on. */
import { fail, showShape } from '../error.js';
import { addTrees, differentiate, zerosLike } from '../lens/differentiable.js';
import { evaluation } from '../lens/evaluation.js';
import type { Para, Parameters } from '../lens/para.js';
import { select } from '../tensor/primitive/comparison.js';
import { reshape } from '../tensor/primitive/movement.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { concat, slice } from '../tensor/primitive/slicing.js';
import { range, type Shape } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { zipTrees } from '../tree/tree.js';
import type { SequenceMask } from './attention.js';
import type { Cell } from './cell.js';

type Rows = Tensor<readonly [number, number]>;
type Sequence = Tensor<readonly [number, number, number]>;

export interface RecurrentOptions {
  /** Whether it goes through time backwards; results stand at the place of their input. */
  readonly reverse?: boolean;
}

/** What stands at one place of time: `[batch, time, …]` to `[batch, …]`. */
const at = <T extends AnyTensor>(x: T, time: number): AnyTensor => {
  const [batch = 0, , ...rest]: Shape = x.shape;
  const start = [0, time, ...rest.map(() => 0)];
  return reshape(slice(x, { start, stop: [batch, time + 1, ...rest] }), [batch, ...rest]);
};

/** Results of each place of time, side by side: `[batch, time, …]`. */
const stacked = (parts: readonly Tensor<Shape>[]): Tensor<Shape> =>
  concat(
    parts.map((part) => reshape(part, [part.shape[0] ?? 0, 1, ...part.shape.slice(1)])),
    1,
  );

/** The new state of sequences that go on, the old of those that have ended. */
const goingOn = <S>(alive: Tensor<Shape, 'bool'>, next: S, before: S): S =>
  zipTrees('recurrent', next, before, (a, b) => {
    const [x, y] = [a as AnyTensor, b as AnyTensor];
    return select(broadcast(alive, x.shape, [0]), x, y);
  });

const requireSequence = (shape: Shape): void => {
  if (shape.length !== 3 || shape[1] === 0)
    fail({
      operation: 'recurrent',
      what: 'no sequence',
      got: showShape(shape),
      needed: '[batch, time, inputs] of at least one place of time',
    });
};

interface Through<P> {
  readonly outputs: readonly Rows[];
  /** Changes of the outputs, of the last one at least, to those of the parameters and of the sequence. */
  readonly back: (changeAt: (time: number) => Rows | undefined) => readonly [P, Sequence];
}

/**
 * The change of a state by what came back from the next place and by what was told of it. Of the last place nothing
 * came back, and of the others perhaps nothing was told; parts that neither has are not filled up with zeros to be added.
 */
const changeOf = <P extends Parameters, S>(
  cell: Cell<P, S, Rows, Rows>,
  state: S,
  change: S | undefined,
  told: Rows | undefined,
): S => {
  if (told === undefined) return change ?? zerosLike(state);
  const output = (each: S): Rows => cell.output(each);
  if (change === undefined) return differentiate(output).run(state)[1](told);
  return differentiate((each: S) => [each, output(each)] as const).run(state)[1]([change, told]);
};

/** The cell at each place of time in turn; without a mask all sequences go on to the end. */
const through = <P extends Parameters, S>(
  cell: Cell<P, S, Rows, Rows>,
  p: P,
  x: Sequence,
  mask: Tensor<Shape, 'bool'> | undefined,
  reverse: boolean,
): Through<P> => {
  requireSequence(x.shape);
  const times = range(x.shape[1]);
  let state = cell.initial(x.shape[0]);
  const zero = zerosLike(state);
  const steps = (reverse ? times.toReversed() : times).map((time) => {
    const before = state;
    const [next, back] = cell.run(p, [before, at(x, time) as Rows]);
    const alive = mask === undefined ? undefined : (at(mask, time) as Tensor<Shape, 'bool'>);
    state = alive === undefined ? next : goingOn(alive, next, before);
    return { time, alive, back, state };
  });
  const inTime = steps.toSorted((a, b) => a.time - b.time);
  return {
    outputs: inTime.map((step) => cell.output(step.state)),
    back: (changeAt) => {
      let total: P | undefined;
      let change: S | undefined;
      const inputs: Rows[] = [];
      for (const { time, alive, back, state: after } of steps.toReversed()) {
        const all = changeOf(cell, after, change, changeAt(time));
        const [dp, [before, dx]] = back(alive === undefined ? all : goingOn(alive, all, zero));
        // What a sequence that has ended handed on goes back past the cell.
        change = alive === undefined ? before : addTrees(before, goingOn(alive, zero, all));
        total = total === undefined ? dp : addTrees(dp, total);
        inputs[time] = dx;
      }
      // There is at least one place of time.
      return [total as P, stacked(inputs) as Sequence];
    },
  };
};

/**
 * A cell over `[batch, time, inputs]`, from its initial state: what it gives at each place, `[batch, time, units]`. The
 * gradient of the parameters is the sum over all places. Throws where there is no place of time.
 *
 * @example
 * const model = sequential(recurrentSequence(gruCell(8, 16)), dense(16, 4));
 */
export const recurrentSequence = <P extends Parameters, S>(
  cell: Cell<P, S, Rows, Rows>,
  { reverse = false }: RecurrentOptions = {},
): Para<P, Sequence, Sequence> => ({
  size: cell.size,
  init: (key) => cell.init(key),
  run: (p, x) => {
    const { outputs, back } = through(cell, p, x, undefined, reverse);
    return [stacked(outputs) as Sequence, (dy) => back((time) => at(dy, time) as Rows)];
  },
  evaluation: () => recurrentSequence({ ...cell, ...evaluation(cell) }, { reverse }),
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
  { reverse = false }: RecurrentOptions = {},
): Para<P, Sequence, Rows> => ({
  size: cell.size,
  init: (key) => cell.init(key),
  run: (p, x) => {
    const { outputs, back } = through(cell, p, x, undefined, reverse);
    const last = reverse ? 0 : outputs.length - 1;
    return [lastOf(outputs, last), (dy) => back((time) => (time === last ? dy : undefined))];
  },
  evaluation: () => recurrent({ ...cell, ...evaluation(cell) }, { reverse }),
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
  { reverse = false }: RecurrentOptions = {},
): Para<P, readonly [x: Sequence, mask: SequenceMask<number, number>], Rows> => ({
  size: cell.size,
  init: (key) => cell.init(key),
  run: (p, [x, mask]) => {
    const { outputs, back } = through(cell, p, x, mask, reverse);
    const last = reverse ? 0 : outputs.length - 1;
    return [
      lastOf(outputs, last),
      (dy) => {
        const [dp, dx] = back((time) => (time === last ? dy : undefined));
        return [dp, [dx, zerosLike(mask)]];
      },
    ];
  },
  evaluation: () => maskedRecurrent({ ...cell, ...evaluation(cell) }, { reverse }),
});

const lastOf = (outputs: readonly Rows[], last: number): Rows =>
  outputs[last] ?? fail({ operation: 'recurrent', what: 'no place of time' });
