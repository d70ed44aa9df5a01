/** What cannot be read as it should be is one clear error: another encoding, a folder, a file without the right to read it. */
import { chmodSync, createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { either } from 'fp-ts';
import { ParalensError } from 'paralens';
import { arrow, csv, directory, folderCheckpoints, lineStream, ndjson, parquet } from 'paralens/node';
import { describe, expect, test } from 'vitest';
import { headOf } from '../../src/node/file-position.js';
import { withContentOf } from '../../src/node/file-search.js';
import { readingError } from '../../src/node/system-error.js';
import { collect, folder, openIn } from './collect.js';

const errorOf = (use: () => Promise<unknown>): Promise<unknown> =>
  use().then(
    () => undefined,
    (error: unknown) => error,
  );

/** The error, in the one form of the library. */
const told = async (use: () => Promise<unknown>): Promise<string> => {
  const error = await errorOf(use);
  expect(error).toBeInstanceOf(ParalensError);
  return String(error);
};

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const utf32le = (text: string): Buffer =>
  Buffer.from(Uint32Array.from(text, (each) => each.charCodeAt(0)).buffer);
const utf32be = (text: string): Buffer => utf32le(text).swap32();

describe.each([
  ['UTF-16LE', Buffer.from('{"a":1}\n{"a":2}\n', 'utf16le'), Buffer.from('a,b\n1,2\n', 'utf16le')],
  ['UTF-16BE', utf16be('{"a":1}\n{"a":2}\n'), utf16be('a,b\r\n1,2\r\n')],
  ['UTF-16LE', Buffer.from('{"é€":1}\n', 'utf16le'), Buffer.from('é,b\n1,2\n', 'utf16le')],
  ['UTF-16', Buffer.from('\uFEFF{"a":1}\n', 'utf16le'), Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')],
  ['UTF-16', utf16be('\uFEFF{"a":1}\n'), utf16be('\uFEFFa,b\n1,2\n')],
  ['UTF-32LE', utf32le('{"a":1}\n'), utf32le('a,b\n1,2\n')],
  ['UTF-32LE', utf32le('\uFEFF{"a":1}\n'), utf32le('\uFEFFa,b\n1,2\n')],
  ['UTF-32BE', utf32be('{"a":1}\n'), utf32be('\uFEFFa,b\n1,2\n')],
])('%s is refused', (encoding, lines, rows) => {
  const says = (path: string): string =>
    `${path} is not UTF-8, got probably ${encoding}: its first characters have zero bytes, needed UTF-8; convert it: iconv -f ${encoding} -t UTF-8`;

  test('in files of lines, at the start and behind a position', async () => {
    const path = join(folder(), 'a.ndjson');
    writeFileSync(path, lines);
    const source = ndjson(path);
    expect(await told(() => collect(source))).toBe(`ParalensError: file: ${says(path)}`);
    const { ino, birthtimeNs } = statSync(path, { bigint: true });
    // As an earlier version wrote it, which read such files.
    const after = { file: `${ino}:${birthtimeNs}`, offset: 4 };
    expect(await told(() => collect(source, after))).toContain(says(path));
  });

  test('in CSV, with names and without', async () => {
    const path = join(folder(), 'a.csv');
    writeFileSync(path, rows);
    for (const source of [csv(path), csv(path, { columns: ['a', 'b'] })])
      expect(await told(() => collect(source))).toBe(`ParalensError: file: ${says(path)}`);
  });

  test('in streams, in pieces of any size', async () => {
    for (const size of [1, 3, 100]) {
      const pieces = Array.from({ length: Math.ceil(lines.length / size) }, (_, i) =>
        lines.subarray(i * size, (i + 1) * size),
      );
      const source = lineStream('pipe', () => Readable.from(pieces));
      expect(await told(() => collect(source))).toBe(`ParalensError: lineStream: ${says('pipe')}`);
    }
  });
});

test('zeros in UTF-8 are not another encoding: a hole at the start, and single zeros', async () => {
  const values = async (bytes: Buffer): Promise<readonly unknown[]> => {
    const all = await collect(lineStream('pipe', () => Readable.from([bytes])));
    return all.map(({ value }) => value);
  };
  expect(await values(Buffer.from('\0\0\0\0\0\0\0\0\0\0\n{"a":1}\n'))).toEqual(['\0'.repeat(10), '{"a":1}']);
  expect(await values(Buffer.from('a\0bcdefgh\n'))).toEqual(['a\0bcdefgh']);
  expect(await values(Buffer.from('a\0\n'))).toEqual(['a\0']);
  expect(await values(Buffer.from('\uFEFF{"a":1}\n'))).toEqual(['{"a":1}']);
});

test('a header row with zero bytes is refused', async () => {
  const path = join(folder(), 'a.csv');
  writeFileSync(path, Buffer.from('日本語,a\n1,2\n', 'utf16le'));
  expect(await told(() => collect(csv(path)))).toContain('csv: the header row of');
  writeFileSync(path, 'name,a\0b\n1,2\n');
  expect(await told(() => collect(csv(path)))).toContain('got zero bytes, as in UTF-16, needed column names');
});

test('a byte order mark of UTF-8 is not part of the first name', async () => {
  const path = join(folder(), 'a.csv');
  writeFileSync(path, '\uFEFF"a",b\n1,2\n');
  expect((await collect(csv(path))).map(({ value }) => value)).toEqual([{ a: '1', b: '2' }]);
});

/** Every source of one file. */
const ofFiles = {
  ndjson: (path: string) => ndjson(path),
  following: (path: string) => ndjson(path, { follow: true, poll: 5 }),
  csv: (path: string) => csv(path),
  parquet: (path: string) => parquet(path),
  arrow: (path: string) => arrow(path),
};

describe.each(Object.entries(ofFiles))('%s', (name, open) => {
  const operation = name === 'parquet' || name === 'arrow' ? name : 'file';

  test('the path is a folder', async () => {
    const path = folder();
    const source = open(path);
    const message = `ParalensError: ${operation}: the path is a folder, got ${path}, needed a file; `;
    expect(await told(() => collect<unknown, never>(source as never))).toContain(message);
    expect(await told(() => source.behind?.(null) ?? Promise.resolve())).toContain(message);
    expect(openIn(path)).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const path = join(folder(), 'a');
    writeFileSync(path, 'a\n');
    chmodSync(path, 0);
    const message = await told(() => collect<unknown, never>(open(path) as never));
    expect(message).toContain(`ParalensError: ${operation}: ${path} cannot be read, got EACCES`);
    expect(message).toContain('; give this process the right to read it');
  });

  test.skipIf(name === 'following')('a file that is not there', async () => {
    const path = join(folder(), 'none');
    const message = await told(() => collect<unknown, never>(open(path) as never));
    expect(message).toContain(`ParalensError: ${operation}: `);
    expect(message).toContain(path);
  });

  test('a name that is too long, an error without a hint', async () => {
    const path = join(folder(), 'a'.repeat(5000));
    const message = await told(() => collect<unknown, never>(open(path) as never));
    expect(message).toContain(`ParalensError: ${operation}: ${path} cannot be read, got ENAMETOOLONG`);
  });
});

describe('directory', () => {
  const lines = (path: string) => ndjson(path);

  test('a missing folder, and a file instead of one', async () => {
    const path = folder();
    writeFileSync(join(path, 'a'), '');
    const none = await told(() => collect(directory(join(path, 'none'), lines)));
    expect(none).toContain(`ParalensError: directory: ${join(path, 'none')} cannot be read, got ENOENT`);
    const file = await told(() => collect(directory(join(path, 'a'), lines)));
    expect(file).toContain(`ParalensError: directory: ${join(path, 'a')} cannot be read, got ENOTDIR`);
    expect(file).toContain('; a part of its name is a file and no folder');
    expect(await told(() => directory(join(path, 'a'), lines).behind?.(null) ?? Promise.resolve())).toContain(
      'ENOTDIR',
    );
  });

  test('an error on closing after the consumer stopped is not an unhandled rejection', async () => {
    const path = folder();
    writeFileSync(join(path, 'a'), '');
    const ways = [
      () => Promise.reject(new Error('stuck')),
      () => {
        throw new Error('stuck');
      },
    ];
    // Also while the folder is still being read, before the file is opened.
    for (const [fail, wait] of ways.flatMap((way) => [0, 1, 20].map((ms) => [way, ms] as const))) {
      let end = (): void => {};
      const pending = new Promise<{ done: true; value: undefined }>((resolve) => {
        end = () => {
          resolve({ done: true, value: undefined });
        };
      });
      const stuck = {
        ...ndjson(path),
        open: () => ({
          [Symbol.asyncIterator]: () => ({
            next: () => pending,
            return: () => {
              end();
              return fail();
            },
          }),
        }),
      };
      const records = directory(path, () => stuck).open();
      const iterator = records[Symbol.asyncIterator]();
      const asked = iterator.next();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await iterator.return?.();
      expect((await asked).done).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  test('a folder among its files is reported by its name', async () => {
    const path = folder();
    mkdirSync(join(path, 'b'));
    writeFileSync(join(path, 'a'), '1\n');
    expect(await told(() => collect(directory(path, lines)))).toContain(
      `the path is a folder, got ${join(path, 'b')}, needed a file; `,
    );
  });

  test('a regular expression with the flag g or y skips no file', async () => {
    const path = folder();
    for (const name of ['a.log', 'b.log', 'c.log', 'd.txt']) writeFileSync(join(path, name), `${name}\n`);
    for (const match of [/\.log$/, /\.log$/g, /[a-z]\.log$/y]) {
      const all = await collect(directory(path, lines, { match }));
      expect(all.map(({ value }) => value)).toEqual(['a.log', 'b.log', 'c.log']);
    }
    expect(() => directory(path, lines, { match: '.log' as never })).toThrow(
      "directory: `match` must be a regular expression, got '.log'",
    );
  });
});

test.each([
  ['EACCES', '; give this process the right to read it'],
  ['EMFILE', '; too many files are open: raise the limit of open files'],
  ['EIO', ''],
])('the system error %s is converted; others are not', (code, hint) => {
  const error = Object.assign(new Error(`${code}: what it says`), { code, syscall: 'open' });
  const told = readingError('file', 'a.csv', error);
  expect(String(told)).toBe(
    `ParalensError: file: a.csv cannot be read, got ${code}: what it says, needed a path that this process can read${hint}`,
  );
  expect(told instanceof Error && told.cause).toBe(error);
  for (const other of [new Error('of its own'), Object.assign(new Error('x'), { code }), 5, told])
    expect(readingError('file', 'a.csv', other)).toBe(other);
});

describe('lineStream', () => {
  test('a stream that fails', async () => {
    const path = join(folder(), 'none');
    const source = lineStream('pipe', () => createReadStream(path));
    expect(await told(() => collect(source))).toContain('lineStream: pipe cannot be read, got ENOENT');
    const own = new Error('of its own');
    const failing = lineStream('pipe', () => {
      const stream = new PassThrough();
      stream.destroy(own);
      return stream;
    });
    expect(await errorOf(() => collect(failing))).toBe(own);
  });

  test('a stream that does not give bytes', async () => {
    expect(await told(() => collect(lineStream('pipe', () => Readable.from(['a\n', 'b\n']))))).toContain(
      "lineStream: the stream 'pipe' did not give bytes, got 'a\n', needed a Buffer or Uint8Array; ",
    );
    expect(await told(() => collect(lineStream('pipe', () => Readable.from([{}]))))).toContain(
      'got an object',
    );
    const plain = lineStream('pipe', () => Readable.from([new Uint8Array([97, 10])]));
    expect((await collect(plain)).map(({ value }) => value)).toEqual(['a']);
  });

  test('a stream that is shorter than its position reports the loss', async () => {
    const source = lineStream('pipe', () => Readable.from([Buffer.from('1\n2\n')]));
    expect(await collect(source, 4)).toEqual([]);
    const all = await collect(source, 10);
    expect(all).toEqual([
      {
        value: { broken: 'lost', text: expect.stringContaining('pipe ended after 4 bytes, before 10') },
        position: 4,
      },
    ]);
    expect(await collect(source, all[0]?.position)).toEqual([]);
  });
});

test('a file instead of a folder of checkpoints is a Left', async () => {
  const path = join(folder(), 'a');
  writeFileSync(path, '');
  const store = folderCheckpoints(path);
  const restored = await store.restore({ structure: '', tensors: {} });
  expect(either.isLeft(restored) && restored.left).toMatchObject({
    kind: 'unreadable',
    message: expect.stringContaining(`${path}: unreadable: it cannot be read: ENOTDIR`),
  });
  const saved = await store.save({ step: 1, structure: '', tensors: {}, data: null });
  expect(either.isLeft(saved) && saved.left).toMatchObject({
    kind: 'unreadable',
    message: expect.stringContaining('unreadable: it cannot be saved: EEXIST'),
  });
});

test('a file that cannot be read during the search of a position is closed', async () => {
  // A file that can be opened, and whose first byte is an error.
  const path = '/proc/self/mem';
  const stats = statSync(path, { bigint: true });
  const member = {
    path,
    identity: `${stats.ino}:${stats.birthtimeNs}`,
    isCurrent: false,
    isZipped: false,
    stats,
    numbers: [],
  };
  const position = {
    file: '1:2',
    offset: 0,
    head: { bytes: 0, hash: headOf(Buffer.alloc(0)).hash },
    tail: 0,
  };
  const open = (): readonly string[] => openIn('/proc').filter((each) => each.endsWith('/mem'));
  const found = await withContentOf([member], position);
  await found?.close();
  const wrong = { ...position, head: { bytes: 1, hash: '' } };
  await expect(withContentOf([member], wrong)).rejects.toThrow('EIO');
  expect(open()).toEqual([]);
});
