/** How far a derivative walks: to what depends on its argument, and not a step into what was there before. */
import { describe, expect, test } from 'vitest';
import { between } from '../../src/autodiff/sweep.js';
import { variablesOf } from '../../src/autodiff/variable.js';
import { add, multiply } from '../../src/tensor/primitive/arithmetic.js';
import { cast } from '../../src/tensor/primitive/conversion.js';
import { exp } from '../../src/tensor/primitive/exponential.js';
import { scalar } from '../../src/tensor/primitive/constant.js';
import { type AnyTensor, makeTensor } from '../../src/tensor/tensor.js';
import type { DType } from '../../src/tensor/dtype.js';

/** Nobody may look at what this one is made of. */
const forbidden: AnyTensor = Object.defineProperty({ ...scalar(1) }, 'node', {
  get: () => {
    throw new Error('walked too far');
  },
});

/** A tensor of a depth, made of what is forbidden. */
const before = (depth: number, dtype: DType = 'float32'): AnyTensor =>
  makeTensor(
    [],
    dtype,
    { kind: 'application', name: 'identity', attributes: { scope: undefined }, inputs: [forbidden] },
    depth,
  );

describe('between', () => {
  const [x = scalar(0)] = variablesOf([before(7)]);

  test('a variable is one deeper than its value, so that a walk ends above it', () => {
    expect(x.depth).toBe(8);
    const [first, second] = variablesOf([before(3), before(5)]);
    expect([first?.depth, second?.depth]).toEqual([6, 6]);
  });

  test('contains everything that depends on the sources, in order', () => {
    const a = exp(x as never);
    const b = multiply(a, before(x.depth) as never);
    const c = add(b, a);
    expect(between([x], [c])).toEqual([a, b, c]);
  });

  test('omits everything that does not depend on them, at any depth', () => {
    const other = exp(exp(scalar(2)));
    const deep = { ...other, depth: x.depth + 5 };
    const sum = add(exp(x as never), deep as never);
    const found = between([x], [sum]);
    expect(found).toHaveLength(2);
    expect(found).not.toContain(deep);
  });

  test('does not pass through integers', () => {
    const whole = before(x.depth + 3, 'int32');
    const b = multiply(x as never, cast(whole as never, 'float32'));
    expect(between([x], [b])).toEqual([b]);
  });

  test('of a result that is a source is empty', () => {
    expect(between([x], [x])).toEqual([]);
  });
});
