/** N-1, N-2, N-3: numerics as a contract, over the whole float32 line. */
import { EDGES } from '../arbitrary/line.js';
import { same } from '../base/compare.js';
import { bitwise, elementWise } from '../base/equality.js';
import { broken, holds, type Verdict } from '../base/verdict.js';

/** The dangerous places of the float32 line, both ways from 0. */
export const line: readonly number[] = [0, ...EDGES, ...EDGES.map((x) => -x)].map(Math.fround);

/** What a function gives at each number of the line, by an engine of float32: value, slope, bend. */
export interface Profile {
  readonly name: string;
  readonly at: readonly number[];
  readonly value: ArrayLike<number>;
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
}

/** N-1. f(x), f′(x) and f″(x) are finite wherever mathematics says so: all of them, all along the line. */
export const finiteOnLine = ({ name, at, value, first, second }: Profile): Verdict => {
  for (const [what, numbers] of Object.entries({
    value,
    'first derivative': first,
    'second derivative': second,
  })) {
    const index = Array.from(numbers).findIndex((each) => !Number.isFinite(each));
    if (index < 0) continue;
    const x = numbers.length === at.length ? `${at[index] ?? 0}` : `(${at.join(', ')})`;
    return broken({
      law: 'N-1',
      subject: name,
      what: `the ${what} at x = ${x} is not finite`,
      index,
      got: numbers[index],
      expected: 'a finite number',
      hint: 'an exponential of a large number, 0·∞, or a difference of infinities: use the stable form',
    });
  }
  return holds;
};

/** The largest of float32. */
const LARGEST = 3.4028234663852886e38;

/**
 * N-1. f, f′ and f″ are finite wherever their float64 values are numbers of float32; both profiles are of one function
 */
export const finiteWhereExact = ({ name, at, ...got }: Profile, exact: Profile): Verdict => {
  for (const part of ['value', 'first', 'second'] as const) {
    const index = Array.from(got[part]).findIndex(
      (each, i) => !Number.isFinite(each) && Math.abs(exact[part][i] ?? Number.NaN) < LARGEST,
    );
    if (index < 0) continue;
    return broken({
      law: 'N-1',
      subject: name,
      what: `${part === 'value' ? 'the value' : `the ${part} derivative`} at x = ${at[index] ?? 0} is not finite`,
      index,
      got: got[part][index],
      expected: exact[part][index],
      hint: 'what is on the way leaves float32, or is 0·∞: use another form',
    });
  }
  return holds;
};

/**
 * N-2. Neighbours never change an element: f(x)ᵢ ≡ f of a tensor of xᵢ alone, whatever stands beside it.
 */
export const neighboursApart = (
  name: string,
  together: ArrayLike<number>,
  alone: ArrayLike<number>,
  at: readonly number[],
): Verdict =>
  same(
    bitwise,
    { x: Float32Array.from(together) },
    { x: Float32Array.from(alone) },
    {
      law: 'N-2',
      subject: name,
      what: `an element depends on its neighbours, of x = ${at.join(', ')}`,
      hint: 'lanes and tails of a kernel compute differently, or a guard looks at the whole tensor',
    },
  );

/**
 * N-3. Accurate to the last digits of float32 all along the line: |f₃₂(x) − f₆₄(x)| ≤ 32u·|f₆₄(x)|, and in the
 * denormal range to a few of its steps
 */
export const accurateOnLine = (
  name: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
): Verdict => {
  const bounds = Float64Array.from(expected, (x) => 32 * 2 ** -24 * Math.abs(x) + 2 ** -126);
  return same(
    elementWise(() => bounds),
    { line: Float64Array.from(got) },
    { line: Float64Array.from(expected) },
    {
      law: 'N-3',
      subject: name,
      what: 'digits are lost',
      hint: 'a cancellation: use the form that has none',
    },
  );
};
