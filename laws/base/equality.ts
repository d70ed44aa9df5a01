/**
 * Equalities as values. Each compares two trees of numbers — numbers, typed arrays, evaluated tensors, and
 * arrays and records of these — and names the first difference. Structure, shapes and dtypes always count.
 */

/** Where two values differ. */
export interface Difference {
  readonly path: string;
  readonly index?: number;
  readonly got: number | string;
  readonly expected: number | string;
  readonly tolerance?: number;
}

export interface Equality {
  readonly name: string;
  /** The difference, if there is one. */
  readonly between: (got: unknown, expected: unknown) => Difference | undefined;
}

type Numbers = ArrayLike<number>;

/** Compares the numbers of one leaf, which are as many on both sides. */
type Compare = (got: Numbers, expected: Numbers, path: string) => Omit<Difference, 'path'> | undefined;

const isNumbers = (value: unknown): value is Numbers =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !isNumbers(value);

const kindOf = (value: unknown): string => {
  if (isNumbers(value)) return value.constructor.name;
  if (Array.isArray(value)) return `array of ${value.length}`;
  return isRecord(value) ? `record of ${Object.keys(value).toSorted().join(', ')}` : typeof value;
};

const step = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const walk = (got: unknown, expected: unknown, compare: Compare, path: string): Difference | undefined => {
  const [kind, wanted] = [kindOf(got), kindOf(expected)];
  if (kind !== wanted) return { path, got: kind, expected: wanted };
  if (isNumbers(got) && isNumbers(expected)) {
    if (got.length !== expected.length)
      return { path, got: `${got.length} numbers`, expected: `${expected.length} numbers` };
    const difference = compare(got, expected, path);
    return difference && { path, ...difference };
  }
  if (typeof got === 'number' && typeof expected === 'number') {
    const difference = compare([got], [expected], path);
    return difference && { ...difference, path, index: 0 };
  }
  if (!isRecord(got) || !isRecord(expected))
    return Object.is(got, expected) ? undefined : { path, got: String(got), expected: String(expected) };
  for (const key of Object.keys(expected)) {
    // A shape is compared to the bit under every equality, as is all that is no array of numbers.
    const exactly = key === 'shape' ? compareBits : compare;
    // The data of an evaluated tensor is named by the tensor.
    const difference = walk(got[key], expected[key], exactly, key === 'data' ? path : step(path, key));
    if (difference !== undefined) return difference;
  }
  return undefined;
};

const firstWhere =
  (same: (got: number, expected: number) => boolean): Compare =>
  (got, expected) => {
    for (let index = 0; index < expected.length; index++) {
      const [a, b] = [got[index] ?? Number.NaN, expected[index] ?? Number.NaN];
      if (!same(a, b)) return { index, got: a, expected: b };
    }
    return undefined;
  };

const compareBits = firstWhere(Object.is);

const equality = (name: string, compare: Compare): Equality => ({
  name,
  between: (got, expected) => walk(got, expected, compare, ''),
});

/** ≡: every element `Object.is` the other; NaN = NaN, 0 ≠ −0. */
export const bitwise: Equality = equality('≡', compareBits);

/** ≡ but for the sign of 0, which a sum or a negation of nothing may change. */
export const numerically: Equality = equality(
  '≡ up to the sign of 0',
  firstWhere((a, b) => a === b || (Number.isNaN(a) && Number.isNaN(b))),
);

const normOf = (numbers: Numbers): number => Math.hypot(...Array.from(numbers));

/** ≈ₙ: of each leaf |got − expected| ≤ atol + rtol·max(|got|, |expected|) in the Euclidean norm. */
export const normWise = ({ rtol, atol = 0 }: { readonly rtol: number; readonly atol?: number }): Equality =>
  equality(`≈ₙ ${rtol}`, (got, expected) => {
    const gaps = Array.from(expected, (value, i) => {
      const other = got[i] ?? Number.NaN;
      return Object.is(other, value) || other === value ? 0 : other - value;
    });
    const tolerance = atol + rtol * Math.max(normOf(got), normOf(expected));
    if (normOf(gaps) <= tolerance) return undefined;
    const index = worst(gaps);
    return { index, got: got[index] ?? Number.NaN, expected: expected[index] ?? Number.NaN, tolerance };
  });

/** ≈ₑ: of each element |got − expected| ≤ its own bound; `boundsOf` gives those of the leaf at a path. */
export const elementWise = (boundsOf: (path: string) => Numbers): Equality =>
  equality('≈ₑ', (got, expected, path) => {
    const bounds = boundsOf(path);
    for (let index = 0; index < expected.length; index++) {
      const [a, b] = [got[index] ?? Number.NaN, expected[index] ?? Number.NaN];
      const tolerance = bounds[index] ?? 0;
      // An unbounded error says nothing of the element: its reference ran out of the dtype on the way.
      if (Object.is(a, b) || a === b || tolerance === Number.POSITIVE_INFINITY) continue;
      if (!(Math.abs(a - b) <= tolerance)) return { index, got: a, expected: b, tolerance };
    }
    return undefined;
  });

/** The place of the largest gap; one that is no number is the largest. */
const worst = (gaps: readonly number[]): number => {
  const unknown = gaps.findIndex(Number.isNaN);
  if (unknown >= 0) return unknown;
  return gaps.reduce((best, gap, i) => (Math.abs(gap) > Math.abs(gaps[best] ?? 0) ? i : best), 0);
};
