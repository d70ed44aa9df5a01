/** Cells over time: masks, directions, and what is refused. */
import {
  evaluate,
  gruCell,
  key,
  lstmCell,
  maskedRecurrent,
  maskedRecurrentSequence,
  recurrent,
  recurrentSequence,
  simpleCell,
  tensor,
  type Tensor,
} from 'paralens';
import { full, normal } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

const numbers = (each: Tensor): readonly number[] => [...evaluate(each).data];
const x = normal(key(4), [2, 3, 2]);

test('padding changes nothing: the state does not change where the mask is false', () => {
  const layer = lstmCell(2, 3);
  const p = layer.init(key(1));
  const mask = tensor(
    [
      [true, true, false],
      [false, false, false],
    ],
    'bool',
  );
  const [masked, back] = maskedRecurrent(layer).run(p, [x, mask]);
  const first = tensor(evaluate(x).data.slice(0, 4), [1, 2, 2]);
  const [short] = recurrent(layer).run(p, first);
  expect(numbers(masked).slice(0, 3)).toEqual(numbers(short));
  // A sequence that nowhere holds ends where it began, and has no gradient.
  expect(numbers(masked).slice(3)).toEqual([0, 0, 0]);
  const [, [dx]] = back(masked);
  expect(numbers(dx).slice(4, 12)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(
    numbers(dx)
      .slice(0, 4)
      .every((each) => each !== 0),
  ).toBe(true);
});

test('the result is the last time step, and in reverse the first', () => {
  const layer = gruCell(2, 2);
  const p = layer.init(key(1));
  const all = numbers(recurrentSequence(layer).run(p, x)[0]);
  expect(numbers(recurrent(layer).run(p, x)[0])).toEqual([...all.slice(4, 6), ...all.slice(10, 12)]);
  const back = numbers(recurrentSequence(layer, { reverse: true }).run(p, x)[0]);
  expect(numbers(recurrent(layer, { reverse: true }).run(p, x)[0])).toEqual([
    ...back.slice(0, 2),
    ...back.slice(6, 8),
  ]);
});

test('where the mask is false, the last output is repeated', () => {
  const layer = gruCell(2, 2);
  const p = layer.init(key(1));
  const mask = tensor(
    [
      [true, false, true],
      [false, true, false],
    ],
    'bool',
  );
  const [places] = maskedRecurrentSequence(layer).run(p, [x, mask]);
  const rows = Array.from({ length: 6 }, (_, i) => numbers(places).slice(2 * i, 2 * i + 2));
  expect(rows[1]).toEqual(rows[0]);
  expect(rows[2]).not.toEqual(rows[1]);
  expect(rows.slice(3)).toEqual([[0, 0], rows[4], rows[4]]);
  const [last] = maskedRecurrent(layer).run(p, [x, mask]);
  expect(numbers(last)).toEqual([...(rows[2] ?? []), ...(rows[5] ?? [])]);
});

describe.each([false, true])('mistakes throw, scan: %s', (scan) => {
  const layer = simpleCell(2, 2);
  const p = layer.init(key(1));
  test.each([
    [() => simpleCell(0, 2), 'simpleCell: `inputs` must be a positive integer, got 0'],
    [
      () => recurrent(layer, { scan }).run(p, normal(key(1), [2, 0, 2])),
      'recurrent: the input is not a sequence, got [2, 0, 2]',
    ],
    [
      () => recurrent(layer as never, { scan }).run(p as never, normal(key(1), [2, 3, 5]) as never),
      'simpleCell: the input has the wrong size, got [2, 5], needed [batch, 2]',
    ],
    [
      () => maskedRecurrent(layer, { scan }).run(p, [x, full([2, 2], 1, 'bool')]),
      'recurrent: the mask has the wrong shape, got [2, 2], needed [2, 3]; one boolean for each time step of each sequence',
    ],
    [
      () => maskedRecurrent(layer, { scan }).run(p, [x, full([1, 3], 1, 'bool')]),
      'recurrent: the mask has the wrong shape, got [1, 3], needed [2, 3]',
    ],
    [
      () => maskedRecurrent(layer, { scan }).run(p, [x, full([2, 3], 1) as never]),
      'recurrent: the dtype is wrong, got float32, needed bool',
    ],
  ])('%#', (make, message) => {
    expect(make).toThrow(message);
  });
});
