/** Finite float32 from the whole line: whole numbers, the dangerous neighborhoods, and any bits at all. */
import type { Sampler } from './draw.js';

/**
 * Where things end: 0 and the denormals, where e^x leaves float32, what is 1 beside its neighbor, the largest.
 * The mildest come first, which is where shrinking ends.
 */
export const EDGES: readonly number[] = [
  1, 0.5, 2, 5, 6, 10, 17, 20, 44, 64, 87, 88, 88.7, 88.8, 90, 103, 104, 110, 709, 750, 1e4, 1e-4, 1e-8,
  1e-20, 1e10, 1.8e19, 1e20, 1e30, 1.1754944e-38, 1e-45, 3.4028234663852886e38,
];

/** The bits of the largest finite float32. */
const LARGEST = 0x7f7fffff;

const ofBits = (bits: number): number =>
  new Float32Array(Int32Array.of(Math.min(LARGEST, Math.max(0, bits))).buffer)[0] ?? 0;

const bitsOf = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0] ?? 0;

/** One finite float32. */
const drawOne = ({ integer, pick }: Sampler): number => {
  const sign = pick([1, -1]) ?? 1;
  switch (pick(['whole', 'edge', 'edge', 'bits'])) {
    case 'whole':
      return sign * integer(0, 3);
    case 'edge':
      // The edge itself, or one of the numbers right beside it.
      return sign * ofBits(bitsOf(pick(EDGES) ?? 1) + integer(-2, 2));
    case 'bits':
      return sign * ofBits(integer(0, LARGEST));
  }
};

/** Numbers of the whole float32 line, all finite; each exponent is as likely as any other. */
export const drawLine = (sampler: Sampler, count: number): readonly number[] =>
  Array.from({ length: count }, () => drawOne(sampler));
