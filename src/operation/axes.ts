/** Axes as a person names them: from the front from 0, from the back from −1, or all. */
import { fail, showShape } from '../error.js';
import { range, type Shape } from '../tensor/shape.js';

/** The axis counted from the front. Throws if the shape has no such axis. */
export const axisOf = (operation: string, shape: Shape, axis: number): number => {
  const found = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(found) || found < 0 || found >= shape.length)
    fail({
      operation,
      what: `no axis ${axis}`,
      got: showShape(shape),
      needed: `an axis from ${-shape.length} to ${shape.length - 1}`,
    });
  return found;
};

/** The axes counted from the front, in order; all where none are named. Throws if one is named twice. */
export const axesOf = (
  operation: string,
  shape: Shape,
  axes: readonly number[] | undefined,
): readonly number[] => {
  if (axes === undefined) return range(shape.length);
  const found = axes.map((axis) => axisOf(operation, shape, axis)).toSorted((a, b) => a - b);
  if (new Set(found).size < found.length)
    fail({ operation, what: 'an axis named twice', got: showShape(axes), needed: 'different axes' });
  return found;
};
