/** Batches of many forms: the programs that are kept are bounded, and the steps the same. */
import { dense, key, learner, meanSquaredError, sgd } from 'paralens';
import { full } from 'paralens/operation';
import { expect, test, vi } from 'vitest';
import type { Backend } from '../../src/backend/backend.js';
import { reference } from '../../src/backend/reference/reference.js';
import { stepper } from '../../src/stream/stepper.js';

test('of batches of many lengths, no more than eight programs are kept', () => {
  const line = learner({ model: dense(1, 1), loss: meanSquaredError(), update: sgd() });
  const own = reference();
  const compile = vi.fn<Backend['compile']>((program) => own.compile(program));
  const steps = stepper(line, line.init(key(1)), { ...own, compile });
  const take = (length: number): number => {
    const column = full([length, 1], 1);
    return steps.step({ input: column, target: column }).loss;
  };
  const losses = Array.from({ length: 40 }, (_, i) => take(i + 1));
  expect(losses.every(Number.isFinite)).toBe(true);
  const compiled = compile.mock.calls.length;
  for (let length = 33; length <= 40; length++) take(length);
  expect(compile).toHaveBeenCalledTimes(compiled);
  take(1);
  expect(compile).toHaveBeenCalledTimes(compiled + 1);
});
