/** `checkLoss`: it passes what is right, and names what is wrong with what is not. */
import {
  loss,
  type Loss,
  meanOf,
  meanSquaredError,
  scalar,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  tensor,
  weighted,
  type Weighted,
} from 'paralens';
import { checkLoss } from 'paralens/laws';
import {
  abs,
  add,
  cast,
  contract,
  less,
  logSumExp,
  mean,
  multiply,
  negate,
  select,
  slice,
  softplus,
  subtract,
  sum,
} from 'paralens/operation';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';

// What is tested is what users are told, who set no number of examples.
beforeEach(() => vi.stubEnv('PARALENS_LAWS_TIMES', undefined));

type Matrix = Tensor<readonly [number, number]>;
type Vector = Tensor<readonly [number]>;

const both = { prediction: { shape: [6, 2] }, target: { shape: [6, 2] } } as const;
const matrices = (f: (y: Matrix, t: Matrix) => Tensor<readonly []>): Loss<Matrix, Matrix> => loss(f);

const logCosh = matrices((y, t) => {
  const d = subtract(y, t);
  return mean(subtract(add(d, softplus(multiply(d, -2))), Math.LN2));
});

/** Each row against each other one: neither a mean of chunks nor of rows. */
const contrastive = matrices((y, t) => {
  const alike = contract(y, t, 'ik,jk->ij');
  const own = contract(y, t, 'ik,ik->i');
  return mean(subtract(logSumExp(alike), own as Tensor<never>));
});

describe('correct subjects pass', () => {
  test('a distance', () => {
    checkLoss(logCosh, both, { name: 'log cosh', zero: true });
  });

  test('a loss of logits and labels', () => {
    checkLoss(sparseSoftmaxCrossEntropy<readonly [number]>(), {
      prediction: { shape: [4, 3], low: -3, high: 3 },
      target: { shape: [4], dtype: 'int32', low: 0, high: 2 },
    });
  });

  test('a loss that compares rows, without the law of chunks', () => {
    checkLoss(contrastive, both, { chunks: false, nonnegative: true });
  });

  test('a loss without a lower bound, with own arguments', () => {
    const probabilities = fc
      .array(fc.integer({ min: 1, max: 5 }), { minLength: 4, maxLength: 4 })
      .map(([a = 1, b = 1, c = 1, d = 1]) =>
        tensor([a / (a + b), b / (a + b), c / (c + d), d / (c + d)], [2, 2]),
      );
    const argument = fc.tuple(
      fc.constantFrom(tensor([1, 2, 3, 4], [2, 2]), tensor([0, 0, 1, -1], [2, 2])),
      probabilities,
    );
    const spec = { prediction: { shape: [2, 2] }, target: { shape: [2, 2] } } as const;
    const offset = matrices((y, t) =>
      subtract(softmaxCrossEntropy<readonly [number, number]>().run([y, t])[0], 9),
    );
    checkLoss(offset, spec, { argument, nonnegative: false });
  });
});

/** Losses with a planted bug, and what must be said of each. */
const bugs: { readonly [bug: string]: readonly [Loss<Matrix, Matrix>, RegExp] } = {
  'it is one number a row': [
    matrices((y, t) => mean(abs(subtract(y, t)), [1] as readonly number[]) as Tensor<readonly []>),
    /^S-1 loss: a loss that is not one number, got \[6\], expected \[\]/,
  ],
  'its sign is wrong': [matrices((y, t) => negate(logCosh.run([y, t])[0])), /^S-1 loss: a loss below/],
  'it is not 0 at equality': [
    matrices((y, t) => add(logCosh.run([y, t])[0], 0.01)),
    /^S-1 loss: the loss of the best prediction is not what it should be, got 0\.0\d+, expected 0/,
  ],
  'it is a sum': [
    matrices((y, t) => multiply(logCosh.run([y, t])[0], y.shape[0])),
    /^S-6 loss: a batch is not the mean of its \d equal chunks/,
  ],
  'the first row weighs double': [
    matrices((y, t) => {
      const first = (x: Matrix): Matrix => slice(x, { start: [0, 0], stop: [1, 2] }) as Matrix;
      return add(logCosh.run([y, t])[0], logCosh.run([first(y), first(t)])[0]);
    }),
    /^S-7 loss: the batch in order \d(, \d)+ has another value/,
  ],
  'the slot of the target is swapped': [
    {
      run: ([y, t]) => {
        const [value, back] = logCosh.run([y, t]);
        return [value, (dy) => back(dy).toReversed() as [Matrix, Matrix]];
      },
    },
    /^G-1 loss: the backward is not the slope/,
  ],
};

describe('faults are named', () => {
  test.each(Object.entries(bugs))('%s', (_, [wrong, message]) => {
    expect(() => {
      checkLoss(wrong, both, { zero: true, backends: [], twice: false });
    }).toThrow(message);
  });

  test('a discontinuity', () => {
    /** d²/2 up to |d| = ½, and (|d| − c)/2 beyond. */
    const huberOf = (c: number) =>
      matrices((y, t) => {
        const d = abs(subtract(y, t));
        const near = multiply(multiply(d, d), 0.5);
        return mean(select(less(d, 0.5), near, multiply(subtract(d, c), 0.5)));
      });
    checkLoss(huberOf(0.25), both, { backends: [], runs: 6 });
    expect(() => {
      checkLoss(huberOf(0), both, { backends: [] });
    }).toThrow(/^G-11 loss: the value jumps, and no slope says so/);
    checkLoss(huberOf(0), both, { backends: [], continuous: false, runs: 6 });
  });

  const rowsOf = (y: Matrix, t: Matrix): Tensor => abs(subtract(y, t));
  const spec = {
    prediction: { shape: [6, 2] },
    target: { target: { shape: [6, 2] }, weight: { shape: [6], low: 0.25, high: 1 } },
  } as const;

  test('a weight that is not used', () => {
    const ignoring = loss((y: Matrix, { target }: Weighted<Matrix>) => logCosh.run([y, target])[0]);
    expect(() => {
      checkLoss(ignoring, spec, { backends: [] });
    }).toThrow(/^S-11 loss: a tensor of prediction or target never changes the loss.* at 1\.weight/);
    checkLoss(ignoring, spec, { backends: [], ignores: true });
  });

  test('a batch weight that differs from that of its rows', () => {
    const right = weighted(meanSquaredError<readonly [number, number]>());
    checkLoss(right, spec, { backends: [] });
    expect(() => {
      checkLoss({ ...right, weight: () => scalar(6) }, spec, { backends: [] });
    }).toThrow(/^S-6 loss: a batch does not count as much as its \d chunks together/);
    const others: typeof right.weight = (_, { weight }) => sum(multiply(cast(weight, 'float32'), 2));
    checkLoss({ ...right, weight: others }, spec, { backends: [] });
    const squares: typeof right.weight = (_, { weight }) => {
      const each = cast(weight, 'float32');
      return sum(multiply(each, each));
    };
    expect(() => {
      checkLoss({ ...right, weight: squares }, spec, { backends: [] });
    }).toThrow(/^S-6 loss: a batch is not the mean of its \d chunks by what they count/);
  });

  test('rows that are not those of the mean', () => {
    expect(() => {
      checkLoss({ ...logCosh, rows: rowsOf }, both, { backends: [] });
    }).toThrow(/^S-10 loss: it is not the mean of the rows/);
    checkLoss(meanOf(rowsOf), both, { backends: [] });
  });

  test('leaves without a common batch axis', () => {
    const f = loss((y: Matrix, t: Vector) => sum(multiply(y, t)));
    expect(() => {
      checkLoss(f, { prediction: { shape: [4, 3] }, target: { shape: [3] } });
    }).toThrow('checkLoss loss: the leaves have not one first axis');
    const options = { permutation: false, chunks: false, nonnegative: false };
    checkLoss(f, { prediction: { shape: [4, 3] }, target: { shape: [3] } }, options);
  });
});
