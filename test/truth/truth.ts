/** The truth with more digits: what `elementwise.py` has written, and how far a number is from it in ulp. */
import { readFileSync } from 'node:fs';

export type Part = 'value' | 'first' | 'second';

export const PARTS = ['value', 'first', 'second'] as const satisfies readonly Part[];

type Truth = Readonly<Record<Part, readonly (number | null)[]>>;

/** JSON of the script; `1e999` is read as infinity. */
const file = JSON.parse(readFileSync(new URL('elementwise.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Truth>
> & { readonly at: readonly number[] };

/** Numbers of float32 over the whole line. */
export const { at } = file;

export const truthOf = (name: string): Truth => {
  const truth = file[name];
  if (truth === undefined) throw new RangeError(`no truth of ${name}: add it to elementwise.py`);
  return truth;
};

/** Bits of the significand, the largest number, and what steps are counted as if all that is smaller were as large. */
const FORMATS = {
  float32: { bits: 23, largest: 3.4028234663852886e38, least: 2 ** -120 },
  float64: { bits: 52, largest: Number.MAX_VALUE, least: 2 ** -1016 },
} as const;

export type Format = keyof typeof FORMATS;

/**
 * How far `got` is from the truth in ulp of the truth, or of `size` where that is larger. What is smaller than 64 times
 * the smallest normal number is measured as if it were that: an ulp is 64 denormal numbers there. NaN is infinitely far.
 */
export const ulpsOff = (got: number, truth: number, format: Format, size = 0): number => {
  const { bits, largest, least } = FORMATS[format];
  if (Math.abs(truth) > largest) return Math.abs(got) >= largest && got > 0 === truth > 0 ? 0 : Infinity;
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(truth), size, least)));
  const off = Math.abs(got - truth) / 2 ** (exponent - bits);
  return Number.isNaN(off) ? Infinity : off;
};
