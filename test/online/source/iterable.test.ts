/** Iterables as sources. */
import { iterableSource } from 'paralens/online';
import { expect, test } from 'vitest';
import { collect } from '../../node/collect.js';

test('more values than one array holds', async () => {
  const values = Array.from({ length: 1000 }, (_, i) => i);
  expect(await collect(iterableSource('now', values), 300)).toEqual(
    values.slice(300).map((value) => ({ value, position: value + 1 })),
  );
});

test('invalid positions are refused', () => {
  const { position } = iterableSource('none', []);
  for (const each of [-1, 0.5, '1', null]) expect(position.decode(each)._tag).toBe('Left');
});
