/** How far a reader is behind a file, also one that was renamed. */
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csv, directory, ndjson } from 'paralens/node';
import { iterableSource } from 'paralens/online';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paralens-lag-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('is the rest of the file after the position, plus the new file', async () => {
  const path = join(folder, 'events.ndjson');
  const source = ndjson(path);
  expect(await source.behind?.(null)).toEqual({ amount: 0, unit: 'bytes' });
  await writeFile(path, '{"é":1}\n[2]\n');
  expect(await source.behind?.(null)).toEqual({ amount: 13, unit: 'bytes' });
  const records = [];
  for await (const some of source.open()) records.push(...some);
  const lags = [];
  for (const { position } of records) lags.push(await source.behind?.(position));
  expect(lags.map((lag) => lag?.amount)).toEqual([4, 0]);
  // Bytes of the records are those of the file.
  expect(records.map(({ value }) => source.bytesOf?.(value))).toEqual([9, 4]);
  const last = records.at(-1)?.position ?? null;
  await appendFile(path, '3\n');
  expect(await source.behind?.(last)).toMatchObject({ amount: 2 });
  await rename(path, `${path}.1`);
  await writeFile(path, '[4,5]\n');
  expect(await source.behind?.(last)).toMatchObject({ amount: 8 });
  await truncate(`${path}.1`, 3);
  expect(await source.behind?.(last)).toMatchObject({ amount: 6 });
});

test('of rows it is their bytes without quotes, of a folder all files after the position', async () => {
  await writeFile(join(folder, '1.csv'), 'a,b\n1,é\n"x",2\n');
  await writeFile(join(folder, '2.csv'), 'a,b\n3,4\n');
  await writeFile(join(folder, '.3.csv'), 'hidden');
  const source = directory(folder, (path) => csv(path));
  const records = [];
  for await (const some of source.open()) records.push(...some);
  const lags = [];
  for (const { position } of records) lags.push(await source.behind?.(position));
  expect(await source.behind?.(null)).toEqual({ amount: 23, unit: 'bytes' });
  // The names of the columns are among them, as they are among what is to be read.
  expect(lags.map((lag) => lag?.amount)).toEqual([14, 8, 0]);
  expect(records.map(({ value }) => source.bytesOf?.(value))).toEqual([5, 4, 4]);
  await rm(join(folder, '1.csv'));
  expect(await source.behind?.(records[0]?.position ?? null)).toMatchObject({ amount: 8 });
  expect(source.bytesOf?.({ broken: 'lost', text: 'gone' })).toBe(0);
});

test('of a folder whose sources have no lag, it is undefined', () => {
  const { behind, bytesOf } = directory(folder, (name) => iterableSource(name, ['a']));
  expect([behind, bytesOf]).toEqual([undefined, undefined]);
});
