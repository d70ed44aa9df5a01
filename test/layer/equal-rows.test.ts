/** Normalizations of numbers that are equal, near each other beside a large offset, or very large. */
import {
  batchNormalization,
  evaluate,
  groupNormalization,
  key,
  layerNormalization,
  rmsNormalization,
  type Tensor,
  tensor,
  wasm,
} from 'paralens';
import { reference } from 'paralens/program';
import { gradient, mean, moments, rootMeanSquare, standardize, sum } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

const backends = [reference(), wasm()];

/** Numbers of all sizes, among them those whose sums of several are rounded. */
const sizes = [
  0,
  1,
  1 / 3,
  0.1,
  7,
  10000001,
  16777215,
  3.3333333e9,
  1e19,
  2e19,
  1e30,
  3.4e38,
  1e-20,
  1.2e-38,
  1e-45,
].flatMap((x) => (x === 0 ? [0] : [x, -x]));

const counts = [2, 3, 7, 10, 64, 1000];

const layerOf = (n: number): { readonly [name: string]: (x: Tensor) => Tensor } => ({
  layerNormalization: (x) => {
    const layer = layerNormalization<number, readonly [number]>(n);
    return layer.run(layer.init(key(1)), x as Tensor<readonly [number, number]>)[0];
  },
  groupNormalization: (x) => {
    const layer = groupNormalization<number, readonly [number]>(1, n);
    return layer.run(layer.init(key(1)), x as Tensor<readonly [number, number]>)[0];
  },
  batchNormalization: (x) => {
    const layer = batchNormalization<number, readonly [number]>(n);
    const rows = x as Tensor<readonly [number, number]>;
    return layer.run(layer.init(key(1)), rows, ...layer.buffers.init(key(1)))[0];
  },
  standardize: (x) => standardize(x, moments(x, [1]), [1], 1e-5),
});

describe.each(backends)('on $name', (backend) => {
  test.each(counts)('%d equal numbers are their own mean, and have no variance', (n) => {
    const x = tensor(
      sizes.flatMap((size) => Array.from({ length: n }, () => size)),
      [sizes.length, n],
    );
    const { mean: center, variance } = evaluate(moments(x, [1]), { backend });
    expect([...center.data]).toEqual(sizes.map(Math.fround));
    expect(variance.data.every((each) => each === 0)).toBe(true);
    for (const [name, f] of Object.entries(layerOf(n))) {
      if (name === 'batchNormalization') continue;
      const data = evaluate(f(x), { backend }).data;
      expect({ name, place: data.findIndex((each) => each !== 0) }).toEqual({ name, place: -1 });
    }
  });

  test('a batch of equal rows is normalized to 0', () => {
    for (const rows of [2, 3, 7, 1000]) {
      const x = tensor(Array.from({ length: rows }, () => sizes).flat(), [rows, sizes.length]);
      const f = layerOf(sizes.length)['batchNormalization'] ?? ((y) => y);
      expect(evaluate(f(x), { backend }).data.findIndex((each) => each !== 0)).toBe(-1);
    }
  });

  test('a large offset loses no digits', () => {
    const small = [0, 1, 2, 5, -3, 4, 4, 1];
    const f = layerOf(8)['layerNormalization'] ?? ((y) => y);
    const at = (offset: number): readonly number[] => [
      ...evaluate(
        f(
          tensor(
            small.map((each) => each + offset),
            [1, 8],
          ),
        ),
        { backend },
      ).data,
    ];
    for (const offset of [1e7, -1e7, 8388608, 1e6 + 1])
      for (const [i, each] of at(offset).entries()) expect(each).toBeCloseTo(at(0)[i] ?? 0, 6);
  });

  test('rows of any size are normalized to the same length', () => {
    const row = [3, -4, 1, 2];
    const layer = rmsNormalization<number, readonly [number]>(4, { epsilon: 1e-30 });
    const rms = (x: Tensor): Tensor =>
      layer.run(layer.init(key(1)), x as Tensor<readonly [number, number]>)[0];
    const bare = (x: Tensor): Tensor => rootMeanSquare(x, [1], 0);
    for (const f of [
      bare,
      rms,
      (x: Tensor) => rootMeanSquare(x, [1], 1e-30),
      layerOf(4)['layerNormalization'] ?? rms,
    ]) {
      const at = (scale: number): readonly number[] => [
        ...evaluate(
          f(
            tensor(
              row.map((each) => each * scale),
              [1, 4],
            ),
          ),
          { backend },
        ).data,
      ];
      for (const power of [70, 80, 100, 120]) expect(at(2 ** power)).toEqual(at(2 ** 60));
      if (f === bare) for (const power of [-120, -100, -30, 0]) expect(at(2 ** power)).toEqual(at(2 ** 60));
      const slope = gradient((x: Tensor) => sum(mean(f(x), [0]), [0]) as Tensor<readonly []>);
      for (const each of evaluate(
        slope(
          tensor(
            row.map((x) => x * 2 ** 100),
            [1, 4],
          ),
        ),
        { backend },
      ).data)
        expect(Math.abs(each)).toBeLessThan(2 ** -90);
    }
  });

  test('the mean of equal numbers is each of them', () => {
    for (const n of counts)
      expect(evaluate(mean(tensor(Array.from({ length: n }, () => 10000001))), { backend }).data[0]).toBe(
        10000001,
      );
  });
});
