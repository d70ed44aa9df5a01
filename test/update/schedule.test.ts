/** Schedules at their ends and turns, held to the formulas that they name. */
import {
  cosineDecay,
  cosineRestarts,
  evaluate,
  exponentialDecay,
  inverseSquareRoot,
  inverseTimeDecay,
  joinSchedules,
  oneCycle,
  polynomialDecay,
  reference,
  scalar,
  type Schedule,
  sgd,
  stepDecay,
  tensor,
  warmUp,
} from 'paralens';
import { expect, test } from 'vitest';

const backend = reference({ precision: 'float64' });
const at = (schedule: Schedule, count: number): number =>
  evaluate(schedule(scalar(count, 'int32')), { backend }).data[0] ?? NaN;

/** The rates of `torch.optim.lr_scheduler.OneCycleLR(max_lr, total_steps, pct_start, div_factor, final_div_factor)`. */
const torchOneCycle = (peak: number, total: number, up: number, [from, to]: readonly [number, number]) => {
  const anneal = (start: number, end: number, share: number): number =>
    end + ((start - end) / 2) * (Math.cos(Math.PI * share) + 1);
  const [initial, turn, last] = [peak / from, up * total - 1, total - 1];
  return (count: number): number =>
    count <= turn && turn > 0
      ? anneal(initial, peak, count / turn)
      : anneal(peak, initial / to, (count - turn) / (last - turn));
};

test.each([
  [100, 0.3],
  [10, 0.3],
  [7, 0.5],
  [3, 0.3],
  [2, 0.3],
  [1, 0.3],
  [20, 0],
])('one cycle over %i updates, %d of them up, is that of PyTorch', (total, up) => {
  const [schedule, oracle] = [oneCycle(2, total, { up }), torchOneCycle(2, total, up, [25, 1e4])];
  for (let count = 0; count < total; count++) expect(at(schedule, count)).toBeCloseTo(oracle(count), 6);
  expect(at(schedule, total - 1)).toBeCloseTo(2 / 25 / 1e4, 12);
  expect(at(schedule, total + 5)).toBeCloseTo(2 / 25 / 1e4, 12);
});

test('one cycle of PyTorch over ten updates, by its published formula', () => {
  // torch: max_lr = 1, total_steps = 10; the turn is at 0.3·10 − 1 = 2, the end at 9
  const rates = [0.04, 0.52, 1, 0.9504846, 0.8117456, 0.6112622, 0.3887418, 0.1882584, 0.0495194, 0.000004];
  for (const [count, rate] of rates.entries()) expect(at(oneCycle(1, 10), count)).toBeCloseTo(rate, 6);
});

test('every schedule starts, turns and ends as documented', () => {
  const decay = cosineDecay(1, 4, 0.5);
  expect([0, 2, 4, 9].map((count) => at(decay, count))).toEqual([1, 0.75, 0.5, 0.5]);
  const up = warmUp(4, 2);
  expect([0, 1, 4, 5].map((count) => at(up, count))).toEqual([0, 0.5, 2, 2]);
  const line = polynomialDecay(1, 4, { end: 0.5 });
  expect([0, 2, 4, 9].map((count) => at(line, count))).toEqual([1, 0.75, 0.5, 0.5]);
  const square = polynomialDecay(1, 4, { power: 2 });
  for (const [count, rate] of [1, 0.5625, 0.25, 0.0625, 0, 0].entries())
    expect(at(square, count)).toBeCloseTo(rate, 12);
  const steps = stepDecay(1, 0.5, 3);
  for (const [count, rate] of [1, 1, 1, 0.5, 0.5, 0.5, 0.25].entries())
    expect(at(steps, count)).toBeCloseTo(rate, 12);
  // A quotient of floats would round up just before a turn this late.
  expect(at(stepDecay(1, 0.5, 2 ** 30), 2 ** 30 - 1)).toBe(1);
  const smooth = exponentialDecay(1, 0.25, 4);
  for (const [count, rate] of [1, 0.25 ** 0.25, 0.5].entries())
    expect(at(smooth, count)).toBeCloseTo(rate, 12);
  const again = cosineRestarts(1, 4, 0.5);
  expect([0, 2, 4, 6, 8].map((count) => at(again, count))).toEqual([1, 0.75, 1, 0.75, 1]);
  const both = joinSchedules(1, 3, polynomialDecay(2, 2));
  expect([0, 2, 3, 4, 5, 6].map((count) => at(both, count))).toEqual([1, 1, 2, 1, 0, 0]);
  expect([0, 4, 12].map((count) => at(inverseTimeDecay(1, 4), count))).toEqual([1, 0.5, 0.25]);
  expect([0, 1, 3, 15].map((count) => at(inverseSquareRoot(1, 4), count))).toEqual([0.25, 0.5, 1, 0.5]);
});

test('a schedule that does not give a single float is refused where it is used', () => {
  const p = { weight: tensor([1]) };
  const run = (learningRate: unknown) => () => {
    const update = sgd({ learningRate: learningRate as Schedule });
    update.lens<typeof p>().run([update.init(p), p]);
  };
  expect(run(() => 0.1)).toThrow('update: a schedule must give a single float, got 0.1');
  expect(run(() => tensor([0.1]))).toThrow('update: a schedule must give a single float, got float32 [1]');
  expect(run(() => scalar(1, 'int32'))).toThrow('got int32 []');
});
