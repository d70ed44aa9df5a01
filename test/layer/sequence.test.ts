/** E-1 of what goes over sequences: embedding, rotary positions, and what a mask leaves out. */
import fc from 'fast-check';
import {
  type Buffers,
  crossAttention,
  embedding,
  evaluate,
  key,
  maskedCrossAttention,
  maskedSelfAttention,
  maskedTransformerBlock,
  type Para,
  type Parameters,
  type Shape,
  type Tensor,
  tensor,
  transformerBlock,
} from 'paralens';
import { broadcast, contract, full, normal, rotary, select } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

const numbers = (x: Tensor<Shape>): readonly number[] => [...evaluate(x).data];

const expectNear = (got: Tensor<Shape>, expected: Tensor<Shape>): void => {
  const wanted = numbers(expected);
  for (const [i, each] of numbers(got).entries()) expect(each).toBeCloseTo(wanted[i] ?? Number.NaN, 4);
};

const seed = fc.nat(10_000);
/** Whether each of four places may be looked at. */
const truths = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });

test('E-1. an embedding is the product of a one-hot matrix and its table, ≡', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { minLength: 1, maxLength: 6 }), seed, (words, from) => {
      const layer = embedding<5, 3, readonly [number]>(5, 3);
      const [{ table }] = layer.init(key(from));
      const oneHot = tensor(words.map((word) => [0, 1, 2, 3, 4].map((each) => Number(each === word))));
      const [y] = layer.run([{ table }], tensor(words, 'int32'));
      expect(numbers(y)).toEqual(numbers(contract(oneHot, table, 'bw,wd->bd')));
    }),
    { numRuns: 20 },
  );
});

describe('E-1. rotary positions', () => {
  const dots = (a: Tensor<Shape>, b: Tensor<Shape>): Tensor<Shape> =>
    contract(rotary(a), rotary(b), 'bthd,buhd->bhtu');
  /** The same vector at each place of time. */
  const everywhere = (vector: Tensor<Shape>): Tensor<Shape> =>
    contract(full([1, 6], 1), vector, 'bt,hd->bthd');

  test('keep the lengths of vectors', () => {
    fc.assert(
      fc.property(seed, (from) => {
        const x = normal(key(from), [2, 5, 2, 4]);
        const turned = rotary(x);
        expectNear(contract(turned, turned, 'bthd,bthd->bth'), contract(x, x, 'bthd,bthd->bth'));
      }),
      { numRuns: 20 },
    );
  });

  test('make products depend on the distance alone', () => {
    fc.assert(
      fc.property(seed, (from) => {
        const all = numbers(
          dots(everywhere(normal(key(from), [1, 4])), everywhere(normal(key(from + 1), [1, 4]))),
        );
        for (let t = 1; t < 6; t++)
          for (let u = 1; u < 6; u++)
            expect(all[6 * t + u]).toBeCloseTo(all[6 * (t - 1) + u - 1] ?? Number.NaN, 4);
      }),
      { numRuns: 20 },
    );
  });
});

describe('E-1. masked positions', () => {
  /** Of vectors of four numbers. */
  const isZeroAt = (dx: Tensor<Shape>, place: number): boolean =>
    numbers(dx)
      .slice(4 * place, 4 * place + 4)
      .every((each) => each === 0);

  test('have no influence on cross-attention and no gradient, ≡', () => {
    fc.assert(
      fc.property(truths, seed, (seen, from) => {
        const layer = maskedCrossAttention<4, 1, 3, 4>(4, 2);
        const p = layer.init(key(from));
        const queries = normal(key(from + 1), [1, 3, 4]);
        const [memory, other] = [normal(key(from + 2), [1, 4, 4]), normal(key(from + 3), [1, 4, 4])];
        const mask = tensor([seen], 'bool') as Tensor<readonly [1, 4], 'bool'>;
        const mixed = select(broadcast(mask, memory.shape, [0, 1]), memory, other);
        const [y, back] = layer.run(p, [queries, memory, mask]);
        expect(numbers(layer.run(p, [queries, mixed, mask])[0])).toEqual(numbers(y));
        const [, [, dMemory]] = back(normal(key(from + 4), [1, 3, 4]));
        for (const [place, sees] of seen.entries()) if (!sees) expect(isZeroAt(dMemory, place)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('a mask of ones changes nothing, and a mask of zeros leaves only the bias', () => {
    const masked = maskedCrossAttention<4, 1, 3, 4>(4, 2);
    const p = masked.init(key(3));
    const [queries, memory] = [normal(key(1), [1, 3, 4]), normal(key(2), [1, 4, 4])];
    const all = (sees: boolean) => tensor([[sees, sees, sees, sees]], 'bool');
    const [whole] = crossAttention<4, 1, 3, 4>(4, 2).run(p, [queries, memory]);
    expect(numbers(masked.run(p, [queries, memory, all(true)])[0])).toEqual(numbers(whole));
    const [nothing, back] = masked.run(p, [queries, memory, all(false)]);
    expect(numbers(nothing).every((each) => each === 0)).toBe(true);
    const [, [dQueries, dMemory]] = back(full([1, 3, 4], 1));
    expect([...numbers(dQueries), ...numbers(dMemory)].every((each) => each === 0)).toBe(true);
  });

  test('a block with a mask of ones is the plain block', () => {
    const options = { width: 4, heads: 2, hidden: 3, causal: true } as const;
    const masked = maskedTransformerBlock<4, 1, 3>(options);
    const p = masked.init(key(3));
    const x = normal(key(1), [1, 3, 4]);
    const keys = masked.buffers.init(key(3));
    const [whole] = transformerBlock<4, 1, 3>(options).run(p, x, ...keys);
    const mask = tensor([[true, true, true]], 'bool');
    expect(numbers(masked.run(p, [x, mask], ...keys)[0])).toEqual(numbers(whole));
  });

  test.each([
    ['self-attention', maskedSelfAttention<4, 1, 3>(4, 2)],
    ['a block', maskedTransformerBlock<4, 1, 3>({ width: 4, heads: 2 })],
  ] as const)('is not looked at by others in %s', (_, made) => {
    // Of either kind only its argument matters here.
    const layer = made as Para<
      Parameters,
      readonly [Tensor<readonly [1, 3, 4]>, Tensor<readonly [1, 3], 'bool'>],
      Tensor<readonly [1, 3, 4]>,
      Buffers
    >;
    fc.assert(
      fc.property(fc.nat(2), seed, (hidden, from) => {
        const p = layer.init(key(from));
        const seen = [0, 1, 2].map((place) => place !== hidden);
        const mask = tensor([seen], 'bool') as Tensor<readonly [1, 3], 'bool'>;
        const buffers = layer.buffers.init(key(from));
        const [, back] = layer.run(p, [normal(key(from + 1), [1, 3, 4]), mask], ...buffers);
        // A cotangent that asks nothing of the hidden place itself.
        const asked = tensor([seen.map((sees) => [1, 2, 3, 4].map((each) => (sees ? each : 0)))]) as Tensor<
          readonly [1, 3, 4]
        >;
        const [, [dx]] = back(asked);
        expect(isZeroAt(dx, hidden)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
