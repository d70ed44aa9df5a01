/** F-1, F-3 to F-9, F-13, F-19 and F-23 of every source that the library exports; of `jetStream` in test/services. */
import * as node from 'paralens/node';
import * as online from 'paralens/online';
import { expect, test } from 'vitest';
import { sourceNames } from './subject/source-names.js';
import { sourceRows } from './subject/source.js';

test.each(Object.entries(sourceRows))('source %s', async (_, { check }) => {
  await check();
});

test('every source is checked by its laws', () => {
  const all: readonly string[] = sourceNames;
  const rows = new Set(Object.keys(sourceRows).map((name) => name.replace(/ .*/, '')));
  expect([...rows, 'jetStream'].toSorted()).toEqual(all);
  const others = ['folderCheckpoints', 'isBroken', 'shutdown'];
  const exported = Object.keys({ ...node, ...online }).filter((name) => all.includes(name));
  expect(exported.toSorted()).toEqual(all);
  expect(Object.keys(node).filter((name) => !all.includes(name) && !others.includes(name))).toEqual([]);
});
