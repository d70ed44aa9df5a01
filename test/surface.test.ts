/** The entry points: how many values they have, that a name stands in one of them, and that each is used somewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import * as paralens from 'paralens';
import * as format from 'paralens/format';
import * as laws from 'paralens/laws';
import * as kit from 'paralens/laws/kit';
import * as lens from 'paralens/lens';
import * as node from 'paralens/node';
import * as online from 'paralens/online';
import * as operation from 'paralens/operation';
import * as program from 'paralens/program';
import * as update from 'paralens/update';
import { expect, test } from 'vitest';

const entries: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  paralens,
  lens,
  update,
  program,
  operation,
  format,
  online,
  node,
  laws,
  kit,
};

test('the root has at most 130 values, the laws at most 15', () => {
  expect(Object.keys(paralens).length).toBeLessThanOrEqual(130);
  expect(Object.keys(laws).length).toBeLessThanOrEqual(15);
});

test('package.json lists these entry points', () => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const listed = Object.keys(exports).filter((path) => path !== './package.json');
  const names = listed.map((path) => (path === '.' ? 'paralens' : path.replace(/.*\//, '')));
  expect(new Set(names)).toEqual(new Set(Object.keys(entries)));
});

test('a function stands in one entry point, but for daily parts of the lenses and optimizers', () => {
  const places = new Map<unknown, string>();
  for (const [entry, values] of Object.entries(entries))
    for (const value of Object.values(values))
      if (typeof value === 'function') places.set(value, `${places.get(value) ?? ''} ${entry}`);
  const twice = [...places.values()].filter((found) => found.lastIndexOf(' ') > 0);
  expect(new Set(twice)).toEqual(new Set([' paralens lens', ' paralens update']));
});

/** The files with these endings in a folder. */
const filesIn = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' })
    .filter((name) => ending.test(name) && !name.startsWith('types/project'))
    .map((name) => `${folder}/${name}`);

test('every value occurs in an example, a guide or a test', () => {
  const files = [
    ...['.', 'laws'].flatMap((folder) => filesIn(folder, /\.md$/)),
    ...['examples', 'test'].flatMap((folder) => filesIn(folder, /\.ts$/)),
  ];
  const words = new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(/\w+/g) ?? []));
  const unused = Object.values(entries).flatMap((values) =>
    Object.keys(values).filter((name) => !words.has(name)),
  );
  expect(unused).toEqual([]);
});
