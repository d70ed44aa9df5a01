/** Random views: ways to read a tensor that move numbers and compute none. */
import { placeholder } from '../../src/graph/trace.js';
import { reshape, reverse, transpose } from '../../src/tensor/primitive/movement.js';
import { broadcast } from '../../src/tensor/primitive/reduction.js';
import { slice } from '../../src/tensor/primitive/slicing.js';
import { window } from '../../src/tensor/primitive/window.js';
import { range, type Shape, sizeOf } from '../../src/tensor/shape.js';
import type { AnyTensor, Tensor } from '../../src/tensor/tensor.js';
import type { Sampler } from './draw.js';

/** A view of tensors of one shape. */
export interface View {
  (x: Tensor): Tensor;
  /** `transpose [1, 0]; slice from [1, 0]` */
  readonly description: string;
}

type Step = readonly [description: string, view: (x: Tensor) => Tensor];

/** No view has more elements, or more axes, than this. */
const LARGEST = 600;
const DEEPEST = 4;

/** The items in any order. */
export const drawOrder = ({ integer }: Sampler, items: readonly number[]): readonly number[] =>
  items.reduce<readonly number[]>((done, item) => {
    // Counted from the end, so that shrinking leaves the order as it was.
    const place = done.length - integer(0, done.length);
    return [...done.slice(0, place), item, ...done.slice(place)];
  }, []);

/** One step from a tensor of this shape. */
const drawStep = (sampler: Sampler, shape: Shape): Step => {
  const { integer, pick } = sampler;
  const rank = shape.length;
  switch (pick(['transpose', 'reverse', 'slice', 'broadcast', 'reshape', 'window'])) {
    case 'transpose': {
      const permutation = drawOrder(sampler, range(rank));
      return [`transpose [${permutation.join()}]`, (x) => transpose(x, permutation)];
    }
    case 'reverse': {
      const axes = range(rank).filter(() => integer(0, 1) === 1);
      return [`reverse [${axes.join()}]`, (x) => reverse(x, axes)];
    }
    case 'slice': {
      const start = shape.map((size) => integer(0, Math.floor(size / 2)));
      const stride = shape.map(() => integer(1, 2));
      const text = `slice from [${start.join()}] by [${stride.join()}]`;
      return [text, (x) => slice(x, { start, stop: shape, stride })];
    }
    case 'broadcast': {
      const [axis, size] = [integer(0, rank), integer(1, 5)];
      const wide = [...shape.slice(0, axis), size, ...shape.slice(axis)];
      const kept = range(rank + 1).filter((each) => each !== axis);
      return [`broadcast to [${wide.join()}]`, (x) => broadcast(x, wide, kept)];
    }
    case 'reshape': {
      const like = pick([[sizeOf(shape)], shape.toReversed(), [1, ...shape]]) ?? shape;
      return [`reshape [${like.join()}]`, (x) => reshape(x, like)];
    }
    case 'window': {
      const size = Math.min(2, shape.at(-1) ?? 0);
      const windows = { sizes: [size], strides: [1], dilations: [1] };
      return size === 0 ? ['all of it', (x) => x] : [`window [${size}]`, (x) => window(x, windows)];
    }
  }
};

/** A view of up to `depth` steps of tensors of this shape. */
export const drawView = (sampler: Sampler, shape: Shape, depth = 3): View => {
  const steps: Step[] = [];
  let reached: AnyTensor = placeholder({ shape, dtype: 'float32' }, 'view');
  for (let left = sampler.integer(1, depth); left > 0; left--) {
    const step = drawStep(sampler, reached.shape);
    const next = step[1](reached as Tensor);
    if (sizeOf(next.shape) > LARGEST || next.shape.length > DEEPEST) continue;
    steps.push(step);
    reached = next;
  }
  return Object.assign((x: Tensor): Tensor => steps.reduce((y, [, view]) => view(y), x), {
    description: steps.map(([description]) => description).join('; ') || 'all of it',
  });
};
