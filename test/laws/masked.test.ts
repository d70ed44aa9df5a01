/** S-9: whatever stands where a mask does not hold, no bit of a result or a gradient changes. */
import {
  binaryCrossEntropy,
  cosineDistance,
  dropout,
  evaluate,
  gruCell,
  hinge,
  huber,
  key,
  klDivergence,
  logCosh,
  type Loss,
  lstmCell,
  maskedCrossAttention,
  maskedRecurrent,
  maskedRecurrentSequence,
  meanAbsoluteError,
  meanOf,
  meanSquaredError,
  perplexity,
  simpleCell,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  squaredHinge,
  type Tensor,
  tensor,
  weighted,
} from 'paralens';
import { asLens, differentiate } from 'paralens/lens';
import { force } from 'paralens/program';
import { attend, log, multiply, negate, normal, slice } from 'paralens/operation';
import { assertHolds, leavesOut, type Masking } from 'paralens/laws/kit';
import { describe, expect, test } from 'vitest';
import { everyBackend } from './subject/backends.js';

const rows = (seed: number, ...shape: readonly number[]): Tensor => force(normal(key(seed), shape));

/** −t·ln y, which has no derivative at 0. */
const likelihood: Loss<Tensor, Tensor> = meanOf((y, t) => negate(multiply(t, log(y))));

const losses: Readonly<Record<string, Loss<Tensor, Tensor>>> = {
  meanSquaredError: meanSquaredError(),
  meanAbsoluteError: meanAbsoluteError(),
  huber: huber(0.5),
  logCosh: logCosh(),
  hinge: hinge(),
  squaredHinge: squaredHinge(),
  cosineDistance: cosineDistance(),
  softmaxCrossEntropy: softmaxCrossEntropy(),
  klDivergence: klDivergence(),
  binaryCrossEntropy: binaryCrossEntropy(),
  'a logarithm of its own': likelihood,
};

/** Of 4 rows the second and the last are left out. */
const isLeftOut = (width: number, index: number): boolean => Math.floor(index / width) % 2 === 1;
const mask = tensor([true, false, true, false], 'bool');
const positive = (seed: number): Tensor => force(multiply(rows(seed, 4, 3), rows(seed, 4, 3)));

const maskings: readonly Masking<never, never>[] = (
  [
    ...Object.entries(losses).flatMap(([name, loss]) =>
      [mask, tensor([2, 0, 0.5, 0])].map((weight) => ({
        name: `weighted ${name} by ${weight.dtype}`,
        lens: weighted(loss),
        argument: [positive(1), { target: positive(2), weight }],
        leavesOut: (path: string, i: number) => !path.includes('weight') && isLeftOut(3, i),
      })),
    ),
    {
      name: 'weighted sparse cross-entropy',
      lens: weighted(sparseSoftmaxCrossEntropy()),
      argument: [rows(1, 4, 3), { target: tensor([1, -7, 2, 9], 'int32'), weight: mask }],
      leavesOut: (_: string, i: number) => isLeftOut(3, i),
    },
    ...[0, 0.1].map((smoothing) => ({
      name: `sparse cross-entropy that ignores, smoothing ${smoothing}`,
      lens: sparseSoftmaxCrossEntropy({ ignore: -1, smoothing }),
      argument: [rows(1, 4, 3), tensor([1, -1, 2, -1], 'int32')],
      leavesOut: (_: string, i: number) => isLeftOut(3, i),
    })),
    {
      name: 'perplexity',
      lens: differentiate(([y, t]: readonly [Tensor<[number, number]>, Tensor<[number], 'int32'>]) =>
        Object.values(perplexity<[number]>({ ignore: -1 }).measure(y, t)),
      ),
      argument: [rows(1, 4, 3), tensor([1, -1, 2, -1], 'int32')],
      leavesOut: (_: string, i: number) => isLeftOut(3, i),
    },
    ...[
      tensor([[true, false, true, false]], 'bool'),
      tensor(
        [
          [
            [true, false, true, false],
            [true, false, false, false],
            [false, false, true, false],
          ],
        ],
        'bool',
      ),
    ].flatMap((seen) =>
      [false, true].map((causal) => ({
        name: `attention with a mask of ${seen.shape.length} axes${causal ? ', causal' : ''}`,
        lens: differentiate(([q, k, v]: readonly [Tensor, Tensor, Tensor]) =>
          attend(q, k, v, { mask: seen, causal }),
        ),
        argument: [rows(1, 1, 3, 2, 2), rows(2, 1, 4, 2, 2), rows(3, 1, 4, 2, 2)],
        leavesOut: (path: string, i: number) => path !== '0' && isLeftOut(4, i),
      })),
    ),
    {
      name: 'causal attention, but for the last query',
      lens: differentiate(([q, k, v]: readonly [Tensor, Tensor, Tensor]) =>
        slice(attend(q, k, v, { causal: true }), { start: [0, 0, 0, 0], stop: [1, 3, 2, 2] }),
      ),
      argument: [rows(1, 1, 4, 2, 2), rows(2, 1, 4, 2, 2), rows(3, 1, 4, 2, 2)],
      leavesOut: (path: string, i: number) => path !== '0' && i >= 12,
    },
    {
      name: 'maskedCrossAttention',
      lens: asLens(maskedCrossAttention<4, number, number, number>(4, 2)),
      argument: [
        maskedCrossAttention(4, 2).init(key(3)),
        [rows(1, 1, 3, 4), rows(2, 1, 4, 4), tensor([[true, false, true, false]], 'bool')],
      ],
      leavesOut: (path: string, i: number) => path === '1.1' && isLeftOut(4, i),
    },
    ...[simpleCell(3, 2), gruCell(3, 2), lstmCell(3, 2)].flatMap((cell, which) =>
      [maskedRecurrent, maskedRecurrentSequence].flatMap((layer) =>
        [false, true].flatMap((scan) =>
          [false, true].map((reverse) => {
            const over = layer(cell as never, { scan, reverse });
            return {
              name: `${layer === maskedRecurrent ? 'maskedRecurrent' : 'maskedRecurrentSequence'} of cell ${which}${scan ? ', scanned' : ''}${reverse ? ', in reverse' : ''}`,
              lens: asLens(over as never),
              argument: [
                over.init(key(2)),
                [
                  rows(5, 2, 4, 3),
                  tensor(
                    [
                      [true, false, true, false],
                      [true, false, true, false],
                    ],
                    'bool',
                  ),
                ],
              ],
              leavesOut: (path: string, i: number) => path === '1.0' && isLeftOut(3, i),
            };
          }),
        ),
      ),
    ),
  ] as readonly Masking<unknown, unknown>[]
).map((each) => each as Masking<never, never>);

const drop = dropout<readonly number[]>(0.5);
const dropKey = drop.buffers.init(key(4));
const [kept] = drop.run([], tensor(new Array(24).fill(1), [24]), ...dropKey);
const isDropped = [...evaluate(kept).data].map((x) => x === 0);
const dropping: Masking<Tensor, Tensor> = {
  name: 'dropout',
  lens: differentiate((x: Tensor) => drop.run([], x, ...dropKey)[0]),
  argument: rows(1, 24),
  leavesOut: (_, i) => isDropped[i] === true,
};

describe.each(everyBackend)('S-9 on $name, threads: $threads', (backend) => {
  test.each([...maskings, dropping as Masking<never, never>].map((each) => [each.name, each] as const))(
    '%s',
    (_, masking) => {
      assertHolds(leavesOut(masking, backend));
    },
  );
});

test('a row of weight 0 is not in the mean', () => {
  const [value] = weighted(meanSquaredError<readonly [2]>()).run([
    tensor([1, 2]),
    { target: tensor([0, Number.NaN]), weight: tensor([1, 0]) },
  ]);
  expect([...evaluate(value).data]).toEqual([1]);
});

test('a query that attends to an infinite value is NaN', () => {
  const x = tensor([[[[1]], [[2]], [[Infinity]]]]);
  const q = tensor([[[[1]], [[2]], [[3]]]]);
  const result = evaluate(attend(q, q, x, { causal: true })).data;
  expect([...result].map(Number.isFinite)).toEqual([true, true, false]);
});
