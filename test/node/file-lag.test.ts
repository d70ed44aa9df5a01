/** How far a reader is behind a file, also one that was renamed. */
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ndjson } from 'paralens/node';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paralens-lag-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('is what the file has behind the position, and the one that was begun anew', async () => {
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
