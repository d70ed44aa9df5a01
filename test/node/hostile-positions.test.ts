/** Positions that nobody wrote: refused, or taken for what is left of them, and never more than a few bytes in memory. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { directory, ndjson } from 'paralens/node';
import { expect, test } from 'vitest';
import { collect, folder } from './collect.js';

const good = { file: '1:2', offset: 2, head: { bytes: 2, hash: 'ab' }, tail: 1 };

test.each([
  ['a head that is null', { ...good, head: null }],
  ['a head of another kind', { ...good, head: { bytes: '2', hash: 'ab' } }],
  ['a head without a tail', { file: '1:2', offset: 2, head: good.head }],
  ['a head longer than any', { ...good, head: { bytes: 2 ** 40, hash: 'ab' } }],
  ['an offset before the start', { ...good, offset: -1 }],
  ['an offset that is no integer', { ...good, offset: 0.5 }],
])('%s is refused', (_, position) => {
  const { position: codec } = ndjson('a');
  expect(codec.decode(good)._tag).toBe('Right');
  expect(codec.decode({ file: '1:2', offset: 2 })._tag).toBe('Right');
  expect(codec.decode(position)._tag).toBe('Left');
  expect(codec.is(position)).toBe(false);
  const within = directory('a', (path) => ndjson(path)).position;
  expect(within.decode({ name: 'b', at: good })._tag).toBe('Right');
  expect(within.decode({ name: 'b', at: position })._tag).toBe('Left');
});

test.each(['', 'a', '1:', '1:x', '1:0x10', '1:-1'])('the file %j is gone', async (file) => {
  const path = join(folder(), 'a.ndjson');
  writeFileSync(path, '1\n2\n');
  const all = await collect(ndjson(path), { file, offset: 2 });
  expect(all.map(({ value }) => value)).toEqual([
    { broken: 'lost', text: expect.stringContaining('is not beside') },
    '1',
    '2',
  ]);
});
