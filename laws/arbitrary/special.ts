/** Arguments at which functions break: zeros, ties, equal rows, the ends of a range, large numbers. */
import { type Data, isFloat } from '../../src/tensor/dtype.js';
import type { Sampler } from './draw.js';
import type { Range } from './specification.js';

/** How the numbers of an argument are arranged, the plainest first. */
const ARRANGEMENTS = ['zeros', 'equal', 'a zero row', 'equal rows', 'low', 'high', 'ends', 'large'] as const;

/** Beyond where float32 holds eˣ, and eˣ times what is left of e⁻ˣ. */
const LARGE = 100;

export type Arrangement = (typeof ARRANGEMENTS)[number];

export const drawArrangement = (sampler: Sampler): Arrangement => sampler.pick(ARRANGEMENTS) ?? 'zeros';

/** Drawn numbers of a range, in an arrangement. Rows are those of the last axis; integers and bools stay as drawn. */
export const arranged = (
  sampler: Sampler,
  { shape, dtype, low, high, open = false }: Range,
  data: Data,
  arrangement: Arrangement,
): Data => {
  if (!isFloat(dtype) || data.length === 0) return data;
  const length = shape.at(-1) ?? 1;
  const zero = Math.min(high, Math.max(low, 0));
  const [first = zero] = data;
  switch (arrangement) {
    case 'zeros':
      return data.fill(zero);
    case 'equal':
      return data.fill(first);
    case 'a zero row': {
      const row = sampler.integer(0, data.length / length - 1) * length;
      return data.fill(zero, row, row + length);
    }
    case 'equal rows':
      return data.map((_: number, i: number) => data[i % length] ?? first);
    case 'low':
      return data.fill(low);
    case 'high':
      return data.fill(high);
    case 'ends':
    case 'large': {
      const [least, most] = arrangement === 'large' && open ? [-LARGE, LARGE] : [low, high];
      const ends = sampler.integers(data.length, 0, 1);
      return data.map((_: number, i: number) => (ends[i] === 0 ? least : most));
    }
  }
};
