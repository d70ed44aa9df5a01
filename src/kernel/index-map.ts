/**
 * Index maps: where an element of a value stands, as affine functions of the loop indices of a kernel.
 *
 * Broadcast, transpose, reverse, slice and window are affine, so they cost no pass of their own: the reader
 * composes its map with theirs. A reshape is affine where it only splits axes, or where what it reshapes is
 * in memory, in row-major order.
 */
import { required } from '../require.js';
import { sizeOf, type Shape, stridesOf } from '../tensor/shape.js';
import type { OperationOfKind } from '../graph/program.js';

/** `offset + Σ strides[axis]·index[axis]` over the axes of a kernel. */
export interface Affine {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** One function for each axis of the value. */
export type IndexMap = readonly Affine[];

export const affine = (offset: number, strides: readonly number[]): Affine => ({ offset, strides });

/** Nothing but an offset, in a kernel with this many axes. */
export const still = (rank: number, offset = 0): Affine => affine(offset, zeros(rank));

const zeros = (rank: number): number[] => {
  const strides: number[] = [];
  for (let axis = 0; axis < rank; axis++) strides.push(0);
  return strides;
};

/** The index along one axis. */
export const alongAxis = (rank: number, axis: number): Affine => {
  const strides = zeros(rank);
  if (axis < rank) strides[axis] = 1;
  return affine(0, strides);
};

const scale = ({ offset, strides }: Affine, by: number): Affine =>
  affine(
    offset * by,
    strides.map((stride) => stride * by),
  );

const plus = (a: Affine, b: Affine): Affine =>
  affine(
    a.offset + b.offset,
    a.strides.map((stride, axis) => stride + required(b.strides[axis], 'a stride')),
  );

const shift = ({ offset, strides }: Affine, by: number): Affine => affine(offset + by, strides);

/** The place in row-major memory that an index map points at, counted in elements. */
export const addressOf = (map: IndexMap, strides: readonly number[], rank: number): Affine => {
  const sums = zeros(rank);
  let offset = 0;
  // Plain loops: of every access of every kernel.
  for (let i = 0; i < map.length; i++) {
    const each = required(map[i], 'an axis');
    const by = required(strides[i], 'a stride');
    offset += each.offset * by;
    for (let axis = 0; axis < rank; axis++)
      sums[axis] = required(sums[axis], 'a sum') + required(each.strides[axis], 'a stride') * by;
  }
  return affine(offset, sums);
};

export const rowMajor = (map: IndexMap, shape: Shape, rank: number): Affine =>
  addressOf(map, stridesOf(shape), rank);

export const sameAffine = (a: Affine, b: Affine): boolean => {
  if (a === b) return true;
  if (a.offset !== b.offset) return false;
  // A plain loop: of every access of every kernel.
  for (let axis = 0; axis < a.strides.length; axis++) if (a.strides[axis] !== b.strides[axis]) return false;
  return true;
};

/** What takes the elements of its one input as they are, each at a computed place. */
export type View = OperationOfKind<'view'>;

/**
 * For each axis of the operand, the range of the result's axes that it was split into; `undefined` where an
 * axis of the result takes from several axes of the operand, which no affine map can say.
 */
const splitAxes = (from: Shape, to: Shape): readonly (readonly [number, number])[] | undefined => {
  const ranges: (readonly [number, number])[] = [];
  let next = 0;
  for (const size of from) {
    const first = next;
    let product = 1;
    while (product < size && next < to.length) product *= required(to[next++], 'a size');
    if (product !== size) return undefined;
    ranges.push([first, next]);
  }
  return to.slice(next).every((size) => size === 1) ? ranges : undefined;
};

/** Whether a reshape can be read through: it only splits axes of its operand, or puts in axes of one. */
export const isSplit = (from: Shape, to: Shape): boolean =>
  sizeOf(from) === 0 || splitAxes(from, to) !== undefined;

const throughSplit = (map: IndexMap, from: Shape, to: Shape, rank: number): IndexMap => {
  const strides = stridesOf(to);
  return (splitAxes(from, to) ?? from.map(() => [0, 0] as const)).map(([first, last]) => {
    // Within a split axis the innermost part steps by one.
    const inner = strides[last - 1] ?? 1;
    return map
      .slice(first, last)
      .reduce(
        (sum, each, i) => plus(sum, scale(each, required(strides[first + i], 'a stride') / inner)),
        still(rank),
      );
  });
};

/** The map of a view's operand, given that of its result. A reshape must be a split. */
export const through = (view: View, operand: Shape, map: IndexMap, rank: number): IndexMap => {
  const at = (axis: number): Affine => required(map[axis], 'an axis');
  switch (view.name) {
    case 'broadcast':
      return view.attributes.axes.map(at);
    case 'transpose': {
      const { permutation } = view.attributes;
      return operand.map((_, axis) => at(permutation.indexOf(axis)));
    }
    case 'reverse': {
      const { axes } = view.attributes;
      return operand.map((size, axis) =>
        axes.includes(axis) ? shift(scale(at(axis), -1), size - 1) : at(axis),
      );
    }
    case 'slice': {
      const { start, stride } = view.attributes;
      return operand.map((_, axis) =>
        shift(scale(at(axis), required(stride[axis], 'a stride')), required(start[axis], 'a start')),
      );
    }
    case 'window': {
      const { sizes, strides, dilations } = view.attributes;
      const lead = operand.length - sizes.length;
      return operand.map((_, axis) => {
        const each = axis - lead;
        if (each < 0) return at(axis);
        const move = scale(at(axis), required(strides[each], 'a stride'));
        return plus(move, scale(at(axis + sizes.length), required(dilations[each], 'a dilation')));
      });
    }
    case 'reshape':
      return throughSplit(map, operand, view.shape, rank);
  }
};
