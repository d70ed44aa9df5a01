/** Cells over time: masks, directions, and what is refused. */
import {
  evaluate,
  gruCell,
  key,
  lstmCell,
  maskedRecurrent,
  recurrent,
  recurrentSequence,
  simpleCell,
  tensor,
  type Tensor,
} from 'paralens';
import { normal } from 'paralens/operation';
import { expect, test } from 'vitest';

const numbers = (each: Tensor): readonly number[] => [...evaluate(each).data];
const x = normal(key(4), [2, 3, 2]);

test('padding changes nothing: the state stays where the mask does not hold', () => {
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

test('the end of a sequence is the last of its places, and backwards the first', () => {
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

test('mistakes are said', () => {
  expect(() => simpleCell(0, 2)).toThrow('simpleCell: sizes that are none, got [0, 2]');
  const layer = simpleCell(2, 2);
  expect(() => recurrent(layer).run(layer.init(key(1)), normal(key(1), [2, 0, 2]))).toThrow(
    'recurrent: no sequence, got [2, 0, 2]',
  );
});
