/** Values of tables: every type as plain data that can be learned from, packed or not. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as arrowJs from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { either as E } from 'fp-ts';
import * as t from 'io-ts';
import { arrow, csv, parquet } from 'paralens/node';
import { decoderOfValues } from 'paralens/online';
import { describe, expect, test } from 'vitest';
import { lz4Frame } from '../../src/node/lz4-frame.js';
import { collect, folder } from './collect.js';
import { byLz4, byZstd, numbers } from './packed.js';

const { CompressionType, compressionRegistry, Field, Table, tableToIPC, vectorFromArray } = arrowJs;

const written = (name: string, bytes: Uint8Array | ArrayBuffer): string => {
  const path = join(folder(), name);
  writeFileSync(path, new Uint8Array(bytes));
  return path;
};

const valuesOf = async (bytes: Uint8Array): Promise<readonly unknown[]> =>
  (await collect(arrow(written('a.arrow', bytes)))).map(({ value }) => value);

const column = async (vector: arrowJs.Vector): Promise<readonly unknown[]> => {
  const values = await valuesOf(tableToIPC(new Table({ x: vector }), 'file'));
  return values.map((value) => Reflect.get(Object(value), 'x'));
};

const float = new arrowJs.Float32();
const decimal = (scale: number, whole: readonly bigint[]): arrowJs.Vector => {
  const words = new Uint32Array(4 * whole.length);
  for (const [i, value] of whole.entries())
    for (let word = 0; word < 4; word++)
      words[4 * i + word] = Number(BigInt.asUintN(32, value >> BigInt(32 * word)));
  const type = new arrowJs.Decimal(scale, 38, 128);
  return arrowJs.makeVector(arrowJs.makeData({ type, length: whole.length, nullCount: 0, data: words }));
};

describe('Arrow', () => {
  test('vectors and lists are arrays of numbers', async () => {
    const list = vectorFromArray([[1, 2], [], null, [0.5]], new arrowJs.List(new Field('item', float)));
    const fixed = vectorFromArray(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      new arrowJs.FixedSizeList(3, new Field('item', float)),
    );
    expect(await column(list)).toEqual([[1, 2], [], null, [0.5]]);
    expect(await column(fixed)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const read = decoderOfValues(t.array(t.number));
    for (const value of await column(fixed)) expect(E.isRight(read({ value, position: 0 }))).toBe(true);
  });

  test('decimals have their scale and sign, and are rounded once', async () => {
    expect(await column(decimal(2, [12_345n, -1n, 0n]))).toEqual([123.45, -0.01, 0]);
    expect(await column(decimal(0, [2n ** 70n, -(2n ** 80n)]))).toEqual([2 ** 70, -(2 ** 80)]);
    expect(await column(decimal(20, [3n]))).toEqual([3e-20]);
  });

  test('structs, dictionaries, 64-bit integers, times, booleans, bytes and nulls', async () => {
    const struct = vectorFromArray(
      [{ a: 1, ['__proto__']: 2 }],
      new arrowJs.Struct<{ a: arrowJs.Float32; __proto__: arrowJs.Float32 }>([
        new Field('a', float),
        new Field('constructor', float),
      ]),
    );
    expect(Object.keys(Object((await column(struct))[0]))).toEqual(['a', 'constructor']);
    const words = vectorFromArray(
      ['red', 'blue', 'red'],
      new arrowJs.Dictionary(new arrowJs.Utf8(), new arrowJs.Int32()),
    );
    expect(await column(words)).toEqual(['red', 'blue', 'red']);
    expect(await column(vectorFromArray([2n ** 60n, -1n], new arrowJs.Int64()))).toEqual([2n ** 60n, -1n]);
    expect(await column(vectorFromArray([1.5e12], new arrowJs.TimestampMillisecond()))).toEqual([1.5e12]);
    expect(await column(vectorFromArray([true, null, false], new arrowJs.Bool()))).toEqual([
      true,
      null,
      false,
    ]);
    expect(await column(vectorFromArray([Uint8Array.of(255, 0)], new arrowJs.Binary()))).toEqual([
      Uint8Array.of(255, 0),
    ]);
    expect(await column(vectorFromArray([1, null, 3], float))).toEqual([1, null, 3]);
  });

  test.each([
    ['LZ4', CompressionType.LZ4_FRAME, byLz4],
    ['ZSTD', CompressionType.ZSTD, byZstd],
  ] as const)('packed by %s, as pandas does', async (_, type, packed) => {
    compressionRegistry.set(type, {
      // Its writer asks for a few bytes first, to see that it is that method.
      encode: (data) => (data.length === numbers.byteLength ? packed : Buffer.concat([packed, data])),
    });
    const vector = arrowJs.makeVector(numbers);
    for (const format of ['file', 'stream'] as const) {
      const values = await valuesOf(tableToIPC(new Table({ x: vector }), format, type));
      expect(values).toEqual(Array.from(numbers, (x) => ({ x })));
    }
  });

  test('the output of LZ4 is bounded, and damaged input is an error', () => {
    expect(Buffer.from(lz4Frame(byLz4, numbers.byteLength))).toEqual(Buffer.from(numbers.buffer));
    expect(() => lz4Frame(byLz4, numbers.byteLength - 1)).toThrow('LZ4: more than');
    for (let i = 0; i < byLz4.length; i += 5) {
      const damaged = Uint8Array.from(byLz4);
      damaged[i] = (damaged[i] ?? 0) ^ 0x55;
      try {
        expect(lz4Frame(damaged, numbers.byteLength).length).toBeLessThanOrEqual(numbers.byteLength);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});

describe('Parquet', () => {
  test('bytes stay bytes, and only text columns are strings; decimals and lists', async () => {
    const columnData = [
      { name: 'bytes', data: [Uint8Array.of(0xff, 0, 0x80)], type: 'BYTE_ARRAY' as const },
      { name: 'text', data: ['é'], type: 'STRING' as const },
      { name: 'whole', data: [2n ** 60n], type: 'INT64' as const },
      { name: '__proto__', data: [3.5], type: 'DOUBLE' as const },
    ];
    const path = written('a.parquet', parquetWriteBuffer({ columnData }));
    const [row] = await collect(parquet(path));
    expect(Object.entries(Object(row?.value))).toEqual([
      ['bytes', Uint8Array.of(0xff, 0, 0x80)],
      ['text', 'é'],
      ['whole', 2n ** 60n],
      ['__proto__', 3.5],
    ]);
  });
});

test('two columns of the same name are refused in all tables', async () => {
  const x = { name: 'x', data: [1], type: 'DOUBLE' as const };
  const asParquet = written('a.parquet', parquetWriteBuffer({ columnData: [x, { ...x, data: [2] }] }));
  await expect(collect(parquet(asParquet))).rejects.toThrow('two columns have the same name, got "x"');
  const schema = new arrowJs.Schema([new Field('x', float), new Field('x', float)]);
  const children = [1, 2]
    .map((each) => vectorFromArray([each], float).data[0])
    .filter((each) => each !== undefined);
  const data = arrowJs.makeData({ type: new arrowJs.Struct(schema.fields), length: 1, children });
  const asArrow = written(
    'a.arrow',
    tableToIPC(new Table(schema, [new arrowJs.RecordBatch(schema, data)]), 'stream'),
  );
  await expect(collect(arrow(asArrow))).rejects.toThrow('two columns have the same name, got "x"');
  const asCsv = written('a.csv', Buffer.from('x,x\n1,2\n'));
  await expect(collect(csv(asCsv))).rejects.toThrow('two columns have the same name, got "x"');
  expect((await collect(csv(asCsv, { columns: ['a', 'b'] }), undefined)).length).toBe(2);
});

test('a missing column is refused', async () => {
  const x = { name: 'x', data: [1], type: 'DOUBLE' as const };
  const path = written('a.parquet', parquetWriteBuffer({ columnData: [x] }));
  await expect(collect(parquet(path, { columns: ['y'] }))).rejects.toThrow(
    'no column has this name, got "y"',
  );
});

describe('CSV', () => {
  const rowsOf = async (text: string | Buffer): Promise<readonly unknown[]> =>
    (await collect(csv(written('a.csv', Buffer.from(text))))).map(({ value }) => value);
  const rows = [
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ];

  test.each([
    ['carriage returns alone', 'a,b\r1,2\r3,4\r'],
    ['carriage returns alone, none at the end', 'a,b\r1,2\r3,4'],
    ['newlines, none at the end', 'a,b\n1,2\n3,4'],
    ['both', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['a mixture', 'a,b\r1,2\n3,4\r\n'],
    ['quotes, and carriage returns alone', 'a,b\r"1","2"\r"3",4\r'],
    ['a byte order mark', '\ufeffa,b\n1,2\n3,4\n'],
    ['empty lines', 'a,b\n\n1,2\n\n\n3,4\n\n'],
  ])('rows end with %s', async (_, text) => {
    expect(await rowsOf(text)).toEqual(rows);
  });

  test('a carriage return in quotes is text', async () => {
    expect(await rowsOf('a,b\n"1\r2",3\n')).toEqual([{ a: '1\r2', b: '3' }]);
  });

  test('UTF-16 is refused, with the command to convert it', async () => {
    await expect(rowsOf(Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'))).rejects.toThrow('convert it: iconv');
  });

  test.each(['', ';;', '"', '\n', '\r', 'é'])('the delimiter %j is refused', (delimiter) => {
    expect(() => csv('a.csv', { delimiter })).toThrow('`delimiter` must be one ASCII character');
  });

  test('columns can have any names', async () => {
    const [row] = await rowsOf('__proto__,constructor,toString\n1,"2",3\n');
    expect(Object.entries(Object(row))).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ]);
  });

  test('columns that make a row look like a broken record are refused', async () => {
    await expect(rowsOf('text,broken\nx,lost\n')).rejects.toThrow(
      'the two columns have the names of a broken record',
    );
  });
});
