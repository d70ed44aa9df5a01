/** The axis of a kernel whose neighbours go into the lanes of a vector. */
import { required } from '../../require.js';
import { type Expression, expressionsBelow, type LoopKernel, rootsOf } from '../../kernel/kernel.js';

/** Loading four neighbours takes one instruction, four strangers take four and more. */
const STRANGERS = 6;

const accessCost = (stride: number): number => (stride === 0 || stride === 1 ? 1 : STRANGERS);

const strideIn = (expression: Expression, axis: number): number =>
  'at' in expression && expression.kind !== 'index' && expression.kind !== 'random'
    ? required(expression.at.strides[axis], 'a stride')
    : 0;

/** How much of its lanes an axis of this size fills. */
const fill = (size: number): number => size / (4 * Math.ceil(size / 4));

const costOf = (kernel: LoopKernel, axis: number): number => {
  const { axes, domain, reductions, stores } = kernel;
  const inside = expressionsBelow(
    reductions.length > 0 ? reductions.map(({ body }) => body) : rootsOf(kernel),
  );
  const loads = inside.reduce((sum, each) => sum + accessCost(strideIn(each, axis)), 0);
  // Stores behind a reduction are few beside its loads.
  const stored = stores.reduce((sum, { at }) => sum + accessCost(required(at.strides[axis], 'a stride')), 0);
  const storing = reductions.length > 0 ? stored / 8 : stored;
  // Summing across lanes at the end costs a little.
  const across = axis >= domain ? 1 : 0;
  return (loads + storing + across) / fill(required(axes[axis], 'an axis'));
};

/** The axis, or none where there is but one point, or one after another. */
export const vectorAxis = (kernel: LoopKernel, isEpilogue: boolean): number | undefined => {
  const { axes, domain, ordered, reductions } = kernel;
  const last = domain - 1;
  if (ordered > 0 || isEpilogue) return last >= 0 ? last : undefined;
  const inner = axes.length - 1;
  const canCross = inner >= domain && reductions.every(({ combine }) => combine !== 'argmax');
  const candidates = axes
    .map((_, axis) => axis)
    .filter((axis) => axis < domain || (axis === inner && canCross));
  // Of equals the innermost of the domain, whose neighbours are neighbours in the result.
  const order = candidates.toSorted((a, b) => Number(a >= domain) - Number(b >= domain) || b - a);
  if (order.length <= 1) return order[0];
  return order.reduce<number | undefined>(
    (best, axis) => (best === undefined || costOf(kernel, axis) < costOf(kernel, best) ? axis : best),
    undefined,
  );
};
