/** Axes as a person names them: from the front from 0, from the back from −1, or all. */
import { fail, showShape } from '../error.js';
import { range, type Shape } from '../tensor/shape.js';

/** The shape, which JavaScript may have asked of something that is no tensor. Throws if it has. */
const requireShaped = (operation: string, shape: Shape | undefined): Shape =>
  shape ??
  fail({
    operation,
    what: 'the argument is not a tensor',
    needed: 'a tensor',
    hint: 'wrap data with tensor(…)',
  });

/**
 * The axis counted from the front, of a tensor that has `more` axes more than the shape (0 unless given). Throws if there
 * is no such axis.
 */
export const axisOf = (operation: string, shape: Shape | undefined, axis: number, more = 0): number => {
  const given = requireShaped(operation, shape);
  const rank = given.length + more;
  const found = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(found) || found < 0 || found >= rank)
    fail({
      operation,
      what: `no axis ${axis}`,
      got: showShape(given),
      needed: rank < 1 ? 'at least one axis' : `an axis from ${-rank} to ${rank - 1}`,
    });
  return found;
};

/** The axes counted from the front, in order; all if none are named. Throws if one is named twice. */
export const axesOf = (
  operation: string,
  shape: Shape | undefined,
  axes: readonly number[] | undefined,
): readonly number[] => {
  const given = requireShaped(operation, shape);
  if (axes === undefined) return range(given.length);
  if (!Array.isArray(axes))
    fail({ operation, what: '`axes` must be a list of axes', got: String(axes), hint: `write [${axes}]` });
  const found = axes.map((axis) => axisOf(operation, given, axis)).toSorted((a, b) => a - b);
  if (new Set(found).size < found.length)
    fail({ operation, what: 'an axis is listed twice', got: showShape(axes), needed: 'different axes' });
  return found;
};
