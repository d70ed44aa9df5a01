/** Damaged tables: every row is told as it is or as lost, soon, and nothing takes the process with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeVector, RecordBatch, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { arrow, type Columns, directory, parquet, type TableOptions } from 'paralens/node';
import { type Broken, isBroken, type Source } from 'paralens/online';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/node/table-reader.js';
import type { TableMessage } from '../../src/node/table-protocol.js';
import { collect, folder, openIn } from './collect.js';

const ROWS = 300;
const x = Float64Array.from({ length: ROWS }, (_, i) => i / 2);
const text = Array.from(x, (each) => `t${each}`);

const columnData = [
  { name: 'x', data: [...x], type: 'DOUBLE' as const },
  { name: 's', data: text, type: 'STRING' as const },
];
const asParquet = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 100 }));

const arrowBatches = [0, 100, 200].map(
  (from) =>
    new Table({
      x: makeVector(x.slice(from, from + 100)),
      s: vectorFromArray(text.slice(from, from + 100), new Utf8()),
    }).batches[0],
);
const [firstBatch] = arrowBatches;
const table = new Table(
  arrowBatches.flatMap((batch) =>
    batch && firstBatch ? [new RecordBatch(firstBatch.schema, batch.data)] : [],
  ),
);

type Rows = Source<Columns | Broken, number>;

const formats: Readonly<
  Record<string, readonly [Uint8Array, (path: string, options?: TableOptions) => Rows]>
> = {
  parquet: [asParquet, parquet],
  'arrow file': [tableToIPC(table, 'file'), arrow],
  'arrow stream': [tableToIPC(table, 'stream'), arrow],
};

/** Rows that came, and whether something was told to be lost. */
const readAll = async (source: Rows) => {
  const all = await collect(source);
  const lost = all.filter(({ value }) => isBroken(value));
  return { all, lost, rows: all.length - lost.length };
};

describe.each(Object.entries(formats))('%s', (name, [bytes, source]) => {
  const path = (changed: Uint8Array): string => {
    const file = join(folder(), 'a');
    writeFileSync(file, changed);
    return file;
  };

  test('an undamaged file has all rows', async () => {
    expect(await readAll(source(path(bytes)))).toMatchObject({ rows: ROWS, lost: [] });
  });

  test('a truncated file reports the missing rows', async () => {
    const file = path(bytes);
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / (name === 'parquet' ? 7 : 3))) {
      writeFileSync(file, bytes.subarray(0, at));
      const { rows, lost } = await readAll(source(file, { timeout: 5000, memory: 128 }));
      expect(lost.length).toBeGreaterThan(0);
      expect(rows).toBeLessThan(ROWS);
    }
  });

  test('with any byte changed reading ends soon, and invents no rows', async () => {
    const file = path(bytes);
    const metadata = name === 'parquet' ? bytes.length - 700 : 0;
    for (let at = metadata; at < bytes.length; at += name === 'parquet' ? 41 : Math.ceil(bytes.length / 9)) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      writeFileSync(file, changed);
      const { rows, lost } = await readAll(source(file, { timeout: 2000, memory: 128 })).catch(
        (error: unknown) => {
          // A name that has become another's is a person's business.
          expect(String(error)).toContain('two columns have the same name');
          return { rows: 0, lost: [] };
        },
      );
      expect(rows).toBeLessThanOrEqual(ROWS);
      if (lost.length === 0 && rows > 0) expect(rows).toBe(ROWS);
    }
  });

  test('a loss up to the end is reported once: opened after it, there are no records', async () => {
    const damaged = source(path(bytes.subarray(0, bytes.length - 40)));
    const { all } = await readAll(damaged);
    const last = all.at(-1);
    if (last === undefined) throw new Error('nothing came');
    expect(isBroken(last.value)).toBe(true);
    expect(await collect(damaged, last.position)).toEqual([]);
    for (const i of all.length > 1 ? [0, all.length - 2] : [])
      expect((await collect(damaged, all[i]?.position)).length).toBe(all.length - i - 1);
  });

  test('no file or worker is left open', async () => {
    const file = path(bytes);
    const iterator = source(file).open()[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    expect(openIn(file)).toEqual([]);
  });
});

test('a damaged row group is lost, and the next is read', async () => {
  const file = join(folder(), 'a.parquet');
  const changed = asParquet.slice();
  // The header of the first page of the second group.
  const page = changed.findIndex((_, i) => i > 1200 && changed[i] === 0x15 && changed[i + 1] === 0);
  changed.fill(0xff, page, page + 8);
  writeFileSync(file, changed);
  const { rows, lost } = await readAll(parquet(file));
  expect(rows).toBe(200);
  expect(lost.length).toBe(1);
  expect(readFileSync(file).length).toBe(asParquet.length);
});

test('a damaged file in a folder does not stop the others', async () => {
  const path = folder();
  writeFileSync(join(path, '1'), asParquet.subarray(0, 400));
  writeFileSync(join(path, '2'), asParquet);
  const all = await collect(directory(path, (file) => parquet(file)));
  expect(all.filter(({ value }) => !isBroken(value)).length).toBe(ROWS);
  expect(all.filter(({ value }) => isBroken(value)).length).toBe(1);
});

describe('a reader that', () => {
  /** Reads with a program of a test's own. */
  const readWith = (program: () => AsyncGenerator<TableMessage, void, undefined>, options: TableOptions) => {
    const file = join(folder(), 'a');
    writeFileSync(file, 'x');
    return readTable(
      file,
      { operation: 'test', program: { read: program, helpers: {} }, needs: [] },
      options,
      0,
    );
  };

  test('loops forever is terminated after its timeout, or when the consumer stops', async () => {
    async function* spinning(): AsyncGenerator<TableMessage, void, undefined> {
      yield { kind: 'opened', names: [] };
      for (;;);
    }
    const before = process.cpuUsage();
    const late = await readWith(spinning, { timeout: 300 }).next();
    await new Promise((resolve) => setTimeout(resolve, 700));
    // Nobody has asked again: it has been ended all the same.
    const { user } = process.cpuUsage(before);
    expect(user / 1000).toBeLessThan(800);
    expect(late).toMatchObject({ value: [{ value: { broken: 'lost' }, position: Number.MAX_SAFE_INTEGER }] });
    const reader = readWith(spinning, {});
    const pending = reader.next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const began = performance.now();
    await reader.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('was transpiled with kept function names, as by tsx, works', async () => {
    const text = `async function* () {
      const told = __name(() => ({ kind: 'opened', names: [] }), 'told');
      yield told();
      yield { kind: 'failed', reason: 'read to its end' };
    }`;
    async function* program(): AsyncGenerator<TableMessage, void, undefined> {}
    program.toString = () => text;
    const result = await readWith(program, {}).next();
    expect(JSON.stringify(result)).toContain('read to its end');
  });

  test('takes too much memory is terminated, without the process', async () => {
    async function* greedy(): AsyncGenerator<TableMessage, void, undefined> {
      yield { kind: 'opened', names: [] };
      const all: unknown[] = [];
      for (;;) all.push(all.slice(-1000));
    }
    const result = await readWith(greedy, { memory: 32 }).next();
    expect(result).toMatchObject({ value: [{ value: { broken: 'lost' } }] });
  });
});

test('invalid options are refused', () => {
  for (const options of [{ timeout: 0 }, { memory: -1 }, { memory: Number.NaN }]) {
    expect(() => parquet('a', options)).toThrow('parquet');
    expect(() => arrow('a', options)).toThrow('arrow');
  }
});

test('a missing file is an error', async () => {
  await expect(collect(parquet(join(folder(), 'none')))).rejects.toThrow('ENOENT');
});
