/** Fewer, longer loops: axes of one element are dropped, neighbours that every access crosses evenly are one. */
import { required } from '../require.js';
import { type Affine, affine } from './index-map.js';
import { type Expression, expressionsBelow, type LoopKernel, rootsOf } from './kernel.js';

const affineOf = (expression: Expression): readonly Affine[] => ('at' in expression ? [expression.at] : []);

const affinesIn = (kernel: LoopKernel): readonly Affine[] => [
  ...expressionsBelow(rootsOf(kernel)).flatMap(affineOf),
  ...kernel.stores.map(({ at }) => at),
];

/** The kernel over other axes, every access rewritten; what was shared stays shared. */
const rewrite = (
  kernel: LoopKernel,
  axes: readonly number[],
  domain: number,
  f: (at: Affine) => Affine,
  tile?: Expression,
): LoopKernel => {
  const done = new Map<Expression, Expression>();
  const change = (expression: Expression): Expression => {
    const changed = done.get(expression);
    if (changed === undefined) throw new RangeError(`fuse: a ${expression.kind} of another kernel`);
    return changed;
  };
  const changeParts = (expression: Expression): Expression => {
    switch (expression.kind) {
      case 'load':
      case 'index':
        return { ...expression, at: f(expression.at) };
      case 'gather':
        return { ...expression, at: f(expression.at), index: change(expression.index) };
      case 'random':
        return {
          ...expression,
          at: f(expression.at),
          key: [change(expression.key[0]), change(expression.key[1])],
        };
      case 'apply':
        return { ...expression, inputs: expression.inputs.map(change) };
      case 'tile':
        return tile ?? expression;
      case 'literal':
      case 'reduced':
        return expression;
    }
  };
  for (const each of expressionsBelow(rootsOf(kernel))) done.set(each, changeParts(each));
  return {
    ...kernel,
    axes,
    domain,
    reductions: kernel.reductions.map((reduction) => ({ ...reduction, body: change(reduction.body) })),
    stores: kernel.stores.map((store) => ({
      ...store,
      at: f(store.at),
      expression: change(store.expression),
      mode:
        typeof store.mode === 'object' ? { ...store.mode, scatter: change(store.mode.scatter) } : store.mode,
    })),
  };
};

/** The kernel with this in the place of the element of the product that it is the epilogue of. */
export const withTile = (kernel: LoopKernel, tile: Expression): LoopKernel =>
  rewrite(kernel, kernel.axes, kernel.domain, (at) => at, tile);

/** The kernel with its axes in another order; the domain's stay before the reduced. */
export const permuteAxes = (kernel: LoopKernel, order: readonly number[]): LoopKernel =>
  rewrite(
    kernel,
    order.map((axis) => required(kernel.axes[axis], 'an axis')),
    kernel.domain,
    ({ offset, strides }) =>
      affine(
        offset,
        order.map((axis) => required(strides[axis], 'a stride')),
      ),
  );

/**
 * Drops and joins axes where that changes no order of the points. `apart` is an axis that is not joined to
 * those before it: the first of the columns of a product. What must run in order is left alone.
 */
export const simplifyAxes = (kernel: LoopKernel, apart?: number): LoopKernel => {
  const { axes, domain, ordered } = kernel;
  const affines = affinesIn(kernel);
  const groups: { size: number; readonly axis: number; last: number; readonly fixed: boolean }[] = [];
  for (const [axis, size] of axes.entries()) {
    const fixed = axis < domain && axis >= domain - ordered;
    if (size === 1 && !fixed) continue;
    const before = groups.at(-1);
    const joins =
      before !== undefined &&
      !fixed &&
      !before.fixed &&
      before.axis < domain === axis < domain &&
      (apart === undefined || axis < apart || before.axis >= apart) &&
      affines.every(({ strides }) => strides[before.last] === required(strides[axis], 'a stride') * size);
    if (joins) {
      before.size *= size;
      before.last = axis;
    } else groups.push({ size, axis, last: axis, fixed });
  }
  if (groups.length === axes.length) return kernel;
  return rewrite(
    kernel,
    groups.map(({ size }) => size),
    groups.filter(({ axis }) => axis < domain).length,
    ({ offset, strides }) =>
      affine(
        offset,
        groups.map(({ last }) => required(strides[last], 'a stride')),
      ),
  );
};
