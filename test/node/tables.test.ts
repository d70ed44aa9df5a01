/** Parquet and Arrow: columns of several types as rows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordBatch, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { arrow, parquet } from 'paralens/node';
import { expect, test } from 'vitest';
import { collect, folder } from './collect.js';

const x = Array.from({ length: 50 }, (_, i) => i / 2);
const s = x.map((each) => `é${each}`);
const rows = x.map((each, i) => ({ x: each, s: s[i] }));

test('rows of Parquet, across row groups, with all or some columns', async () => {
  const path = join(folder(), 'a.parquet');
  const columnData = [
    { name: 'x', data: x, type: 'DOUBLE' as const },
    { name: 's', data: s, type: 'STRING' as const },
  ];
  writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 17 })));
  const all = await collect(parquet(path));
  expect(all).toEqual(rows.map((value, i) => ({ value, position: i + 1 })));
  expect((await collect(parquet(path, { columns: ['x'] }), 49)).map(({ value }) => value)).toEqual([
    { x: 24.5 },
  ]);
});

const batch = (from: number, to: number): RecordBatch => {
  const table = new Table({
    x: vectorFromArray(x.slice(from, to)),
    s: vectorFromArray(s.slice(from, to), new Utf8()),
  });
  const [first] = table.batches;
  if (first === undefined) throw new Error('no batch');
  return first;
};

test.each(['file', 'stream'] as const)('rows of Arrow, as %s', async (format) => {
  const path = join(folder(), 'a.arrow');
  const batches = [batch(0, 20), batch(20, 21), batch(21, 50)];
  const [first] = batches;
  const table = new Table(batches.map((each) => new RecordBatch(first?.schema ?? each.schema, each.data)));
  writeFileSync(path, tableToIPC(table, format));
  expect(await collect(arrow(path))).toEqual(rows.map((value, i) => ({ value, position: i + 1 })));
});
