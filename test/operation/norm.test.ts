/** Lengths at the ends of the float line: a power of 2 goes through a norm, and what is representable is found. */
import {
  chain,
  clipByGlobalNorm,
  cosineDistance,
  evaluate,
  scalar,
  sgd,
  type Tensor,
  tensor,
  type Update,
  wasm,
} from 'paralens';
import { lamb } from 'paralens/update';
import { reference } from 'paralens/program';
import { gradient, pullback } from 'paralens/operation';
import { describe, expect, test } from 'vitest';
import { lengthOf, scaledLength } from '../../src/operation/norm.js';

const row = [3, -4, 12, 0.5, 84, 1e-3];

const stepOf = (update: Update, parameters: readonly number[], slope: readonly number[]) => {
  const p = { w: tensor(parameters) };
  const [, back] = update.lens<typeof p>().run([update.init(p), p]);
  return back({ w: tensor(slope) })[1].w;
};

describe.each([reference(), wasm()])('on $name', (backend) => {
  const numbers = (x: Tensor): readonly number[] => [...evaluate(x, { backend }).data];

  test('the norm of 2ᵏx is 2ᵏ times that of x, to the last bit', () => {
    const norm = (k: number): number =>
      numbers(lengthOf(scaledLength([tensor(row.map((x) => x * 2 ** k))], 'float32')))[0] ?? Number.NaN;
    for (let k = -110; k <= 120; k += 5) expect(norm(k)).toBe(norm(0) * 2 ** k);
    expect(numbers(lengthOf(scaledLength([tensor([1e-45, 0])], 'float32')))).toEqual([Math.fround(1e-45)]);
    expect(numbers(lengthOf(scaledLength([tensor([0, 0])], 'float32')))).toEqual([0]);
    expect(numbers(lengthOf(scaledLength([tensor([Number.NaN, 1e30])], 'float32')))).toEqual([Number.NaN]);
    expect(numbers(lengthOf(scaledLength([tensor([Infinity, 1])], 'float32')))).toEqual([Infinity]);
  });

  test('the slope of a norm is 0 at 0, and rows of zeros have a cosine distance without slopes of any order', () => {
    const norm = (x: Tensor): Tensor => lengthOf(scaledLength([x], 'float32'));
    expect(numbers(gradient(norm as (x: Tensor) => Tensor<readonly []>)(tensor([0, 0])))).toEqual([0, 0]);
    const { run } = cosineDistance<[2, 1]>();
    const pair = [tensor([[0], [1]]), tensor([[1], [0]])] as const;
    const slopes = (at: typeof pair) => run(at)[1](scalar(1));
    const [first, back] = pullback(slopes)(pair);
    for (const each of [...first, ...back(first)]) expect(numbers(each).map(Math.abs)).toEqual([0, 0]);
  });

  test('the norm of float64 does not overflow either', () => {
    for (const scale of [1e-300, 1, 1e300]) {
      const x = tensor([3 * scale, 4 * scale], 'float64');
      const got = evaluate(lengthOf(scaledLength([x], 'float64')), { backend }).data[0] ?? Number.NaN;
      expect(Math.abs(got / scale - 5)).toBeLessThan(1e-14);
    }
  });

  test.each([
    [3e19, 4e19],
    [3, 4],
    [3e37, 4e37],
    [3e5, 4e5],
  ])('a gradient [%d, %d] is clipped to [0.6, 0.8]', (a, b) => {
    const got = numbers(stepOf(chain(clipByGlobalNorm(1), sgd({ learningRate: 1 })), [0, 0], [a, b]));
    for (const [i, each] of [-0.6, -0.8].entries()) expect(got[i]).toBeCloseTo(each, 6);
  });

  test('gradients whose norm overflows or underflows are clipped', () => {
    const clip = (limit: number, slope: readonly number[]) =>
      numbers(stepOf(chain(clipByGlobalNorm(limit), sgd({ learningRate: 1 })), [0, 0], slope));
    for (const each of clip(1, [3e38, -3e38])) expect(Math.abs(each)).toBeCloseTo(Math.SQRT1_2, 6);
    const [a = 0, b = 0] = clip(1e-30, [3e-25, 4e-25]);
    expect(Math.abs(a / 0.6e-30 + 1)).toBeLessThan(1e-6);
    expect(Math.abs(b / 0.8e-30 + 1)).toBeLessThan(1e-6);
  });

  test.each([1e25, 1e-25, 3e38, 1e-38, 1])(
    'the direction of rows of size %d is that of rows of size 1',
    (size) => {
      const run = (y: Tensor): Tensor<readonly []> => cosineDistance().run([y, tensor([[1, 0]])])[0];
      for (const [y, distance] of [
        [[1, 0], 0],
        [[-1, 0], 2],
        [[1, 1], 1 - Math.SQRT1_2],
      ] as const)
        expect(numbers(run(tensor([y.map((each) => each * size)])))[0]).toBeCloseTo(distance, 6);
      // −(t − u·cos)/|y|
      const [, across = 0] = numbers(gradient(run)(tensor([[size, size]])));
      expect(Math.abs((across * size) / 0.35355339 - 1)).toBeLessThan(1e-5);
    },
  );

  test('the step of lamb is as long as its parameters, at any scale', () => {
    const unit = numbers(stepOf(lamb({ learningRate: 0.5, weightDecay: 0 }), [3, 4], [1, 1]));
    for (const scale of [2 ** 70, 2 ** -70, 2 ** 100])
      expect(
        numbers(stepOf(lamb({ learningRate: 0.5, weightDecay: 0 }), [3 * scale, 4 * scale], [1, 1])),
      ).toEqual(unit.map((x) => x * scale));
  });
});
