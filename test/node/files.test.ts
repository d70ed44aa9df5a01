/** Files that are read, resumed, followed, renamed and cut short. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csv, directory, ndjson } from 'paralens/node';
import { isBroken, type Json, type Source } from 'paralens/online';
import { describe, expect, test, vi } from 'vitest';
import { fromPull } from 'paralens/online';
import { take } from 'rxjs';
import { assertResumes, collect, folder, listen, openIn } from './collect.js';

/** Longer than a tick of the clock of a file system, so that births are in order. */
const tick = (): Promise<void> => sleep(12);
const following = { follow: true, poll: 5 } as const;
const values = async <A, P extends Json>(source: Source<A, P>, after?: P): Promise<readonly A[]> =>
  (await collect(source, after)).map(({ value }) => value);

describe('ndjson', () => {
  test('lines with their positions; a last line without an end counts', async () => {
    const path = join(folder(), 'a.ndjson');
    writeFileSync(path, '\uFEFF{"a":1}\r\n\n{"é":2}\n"last"');
    const all = await collect(ndjson(path));
    expect(all.map(({ value }) => value)).toEqual(['{"a":1}', '{"é":2}', '"last"']);
    expect(all.map(({ position }) => position.offset)).toEqual([12, 22, 28]);
  });

  test('F-1, F-13 of any text larger than one read', async () => {
    const path = join(folder(), 'a.ndjson');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[aé€\r"]{1,9}$/), { minLength: 1, maxLength: 9 }),
        fc.nat({ max: 200_000 }),
        fc.nat(),
        async (parts, pad, place) => {
          const lines = [...parts, 'x'.repeat(pad), ...parts].filter(
            (line) => line.replace(/\r$/, '') !== '',
          );
          writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
          const all = await collect(ndjson(path));
          expect(all.map(({ value }) => value)).toEqual(lines.map((line) => line.replace(/\r$/, '')));
          const i = place % all.length;
          expect(await collect(ndjson(path), all[i]?.position)).toEqual(all.slice(i + 1));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('a missing file is refused, or awaited', async () => {
    const path = join(folder(), 'a.ndjson');
    await expect(collect(ndjson(path))).rejects.toThrow('the file does not exist');
    const listening = listen(ndjson(path, following));
    const first = listening.until(1);
    await tick();
    writeFileSync(path, '1\n');
    await first;
    expect(listening.values()).toEqual(['1']);
    await listening.stop();
  });

  test('followed, it waits for the end of a line, and for more', async () => {
    const path = join(folder(), 'a.ndjson');
    writeFileSync(path, '1\n2');
    const listening = listen(ndjson(path, following));
    await listening.until(1);
    const next = listening.until(3);
    await tick();
    expect(listening.values()).toEqual(['1']);
    appendFileSync(path, '2\n3\n');
    await next;
    expect(listening.values()).toEqual(['1', '22', '3']);
    expect(openIn(path)).toHaveLength(1);
    await listening.stop();
    expect(openIn(path)).toEqual([]);
  });

  test('rotated: the old file is read to its end first, then the new one', async () => {
    const path = join(folder(), 'a.log');
    writeFileSync(path, '1\n');
    const listening = listen(ndjson(path, following));
    await listening.until(1);
    renameSync(path, `${path}.1`);
    // The writer is not told at once.
    appendFileSync(`${path}.1`, '2\n3');
    await tick();
    writeFileSync(path, '4\n');
    await listening.until(4);
    appendFileSync(path, '5\n');
    await listening.until(5);
    expect(listening.values()).toEqual(['1', '2', '3', '4', '5']);
    await listening.stop();
    expect(openIn(path)).toEqual([]);
    // Gone on with at each place of each file.
    for (const [i, { position }] of listening.all.entries()) {
      const again = listen(ndjson(path, following), position);
      await again.until(4 - i);
      expect(again.values()).toEqual(['1', '2', '3', '4', '5'].slice(i + 1));
      await again.stop();
    }
  });

  test('rotated twice between two checks: the file in between is read as well, in order', async () => {
    const path = join(folder(), 'a.log');
    writeFileSync(path, '1\n2\n');
    const [first] = await collect(ndjson(path));
    for (const [text, name] of [
      ['3\n', '.1'],
      ['4\n', '-20261125'],
      ['5\n', '.2'],
    ] as const) {
      await tick();
      renameSync(path, `${path}${name}`);
      writeFileSync(path, text);
    }
    // Not one of the files of a rotation.
    copyFileSync(path, `${path}.backup`);
    expect(await values(ndjson(path), first?.position)).toEqual(['2', '3', '4', '5']);
  });

  test('a missing file is reported with its position', async () => {
    const path = join(folder(), 'a.log');
    writeFileSync(path, '1\n2\n');
    const [first] = await collect(ndjson(path));
    await tick();
    writeFileSync(`${path}.new`, '3\n');
    renameSync(`${path}.new`, path);
    const after = await collect(ndjson(path), first?.position);
    expect(after[0]?.value).toMatchObject({ broken: 'lost' });
    expect(JSON.stringify(after[0]?.value)).toContain('what followed its byte 2 is lost');
    expect(after.slice(1).map(({ value }) => value)).toEqual(['3']);
    // And said once.
    expect(await values(ndjson(path), after[0]?.position)).toEqual(['3']);
  });

  test('truncated: it starts again, and reports what may be lost', async () => {
    const path = join(folder(), 'a.log');
    writeFileSync(path, 'long 1\nlong 2\n');
    const listening = listen(ndjson(path, following));
    await listening.until(2);
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
    await tick();
    await tick();
    appendFileSync(path, '3\n');
    await listening.until(3);
    expect(listening.values()).toEqual(['long 1', 'long 2', '3']);
    await listening.stop();
    const [, second] = listening.all;
    // The copy has all that was read, and nothing behind it.
    expect(await values(ndjson(path), second?.position)).toEqual(['3']);
    rmSync(`${path}.1`);
    const resumed = await collect(ndjson(path), second?.position);
    expect(JSON.stringify(resumed[0]?.value)).toContain('cut short to 2 bytes');
    expect(resumed.slice(1).map(({ value }) => value)).toEqual(['3']);
  });

  test('it can be stopped at any moment, and closes its files', async () => {
    const path = join(folder(), 'a.log');
    writeFileSync(path, '1\n2\n3\n'.repeat(50_000));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 12 }), fc.boolean(), fc.nat({ max: 3 }), async (asks, follow, turns) => {
        const iterator = ndjson(path, { follow, poll: 5 }).open()[Symbol.asyncIterator]();
        const pending = Array.from({ length: asks }, () => iterator.next());
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        await iterator.return?.();
        expect(openIn(path)).toEqual([]);
        for (const each of pending) await each;
        expect(await iterator.next()).toEqual({ done: true, value: undefined });
      }),
      { numRuns: 40 },
    );
    // Through an Observable as well.
    await new Promise<void>((resolve) => {
      fromPull(ndjson(path, following).open()).pipe(take(2)).subscribe({ complete: resolve });
    });
    // Nobody waits for what unsubscribing sets going.
    await vi.waitFor(() => {
      expect(openIn(path)).toEqual([]);
    });
  });

  test('a slow consumer slows it down: nothing is read ahead of the requests', async () => {
    const path = join(folder(), 'a.log');
    writeFileSync(path, `${'x'.repeat(99)}\n`.repeat(200_000));
    let read = 0;
    let heard = 0;
    const source = ndjson(path).open();
    const watched: AsyncIterable<unknown> = {
      [Symbol.asyncIterator]: () => {
        const iterator = source[Symbol.asyncIterator]();
        return {
          next: async () => {
            read += 1;
            return iterator.next();
          },
          return: async () => iterator.return?.() ?? { done: true, value: undefined },
        };
      },
    };
    await new Promise<void>((resolve) => {
      fromPull(watched, { prefetch: 3 }).subscribe({
        next: () => {
          heard += 1;
          expect(read - heard).toBeLessThanOrEqual(3);
        },
        complete: resolve,
      });
    });
    expect(heard).toBeGreaterThan(100);
  });
});

describe('csv', () => {
  const text = 'a,b\r\n1,"x, ""y""\nz"\r\n2,é\n3\n\n4,"never closed\n';

  test('rows by name, invalid rows as broken', async () => {
    const path = join(folder(), 'a.csv');
    writeFileSync(path, `\uFEFF${text}`);
    const rows = await collect(csv(path));
    expect(rows.map(({ value }) => value)).toMatchObject([
      { a: '1', b: 'x, "y"\nz' },
      { a: '2', b: 'é' },
      { broken: 'not CSV' },
      { broken: 'not CSV' },
    ]);
  });

  test('given names, another delimiter, a missing header', async () => {
    const path = join(folder(), 'a.csv');
    writeFileSync(path, '1;2\n3;4\n');
    const columns = ['p', 'q'];
    expect(await values(csv(path, { columns, delimiter: ';' }))).toEqual([
      { p: '1', q: '2' },
      { p: '3', q: '4' },
    ]);
    await assertResumes(csv(path, { columns, delimiter: ';' }));
    writeFileSync(path, Buffer.from([0xff, 10, 49, 10]));
    await expect(collect(csv(path))).rejects.toThrow('the header row of');
  });

  test('F-1, F-13 of any table', async () => {
    const path = join(folder(), 'a.csv');
    const cell = fc.stringMatching(/^[a",\n;é ]{0,6}$/);
    const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 20 }), async (table) => {
        writeFileSync(path, ['a,b', ...table.map((row) => row.map(quoted).join(','))].join('\r\n'));
        expect(await values(csv(path))).toEqual(table.map(([a, b]) => ({ a, b })));
        await assertResumes(csv(path));
      }),
      { numRuns: 30 },
    );
  });

  test('rows with and without quotes are equal to those of csv-parse', async () => {
    const path = join(folder(), 'a.csv');
    // Also quotes where none opens, and fields too few or too many.
    const cell = fc.oneof(
      fc.stringMatching(/^[abé \t#]{0,4}$/),
      fc.stringMatching(/^[abé]"[ab"]?$/),
      fc.stringMatching(/^[ab, ]{0,4}$/).map((text) => `"${text}"`),
    );
    const row = fc.array(cell, { minLength: 1, maxLength: 3 }).map((cells) => cells.join(','));
    const columns = ['p', 'q'];
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 9 }), async (rows) => {
        const full = rows.filter((text) => text !== '');
        writeFileSync(path, full.map((text) => `${text}\n`).join(''));
        const expected = full.map((text): unknown => {
          try {
            return parse(text, { columns, record_delimiter: '\n' })[0];
          } catch {
            return 'broken';
          }
        });
        const got = await values(csv(path, { columns }));
        expect(got.map((each) => (isBroken(each) ? 'broken' : each))).toEqual(expected);
      }),
    );
  });

  test('followed through a rotation, each file has its own header', async () => {
    const path = join(folder(), 'a.csv');
    writeFileSync(path, 'a,b\n1,2\n');
    const listening = listen(csv(path, following));
    await listening.until(1);
    renameSync(path, `${path}.1`);
    await tick();
    writeFileSync(path, 'b,a\n3,4\n');
    await listening.until(2);
    appendFileSync(path, '5,6\n');
    await listening.until(3);
    await listening.stop();
    expect(listening.values()).toEqual([
      { a: '1', b: '2' },
      { b: '3', a: '4' },
      { b: '5', a: '6' },
    ]);
    const [first, second] = listening.all;
    expect(await values(csv(path), first?.position)).toEqual(listening.values().slice(1));
    expect(await values(csv(path), second?.position)).toEqual(listening.values().slice(2));
  });
});

describe('directory', () => {
  test('files in the order of their names; a missing one is reported', async () => {
    const path = folder();
    for (const [name, text] of [
      ['b.ndjson', '3\n4\n'],
      ['a.ndjson', '1\n2'],
      ['c.ndjson', ''],
      ['d.ndjson', '5\n'],
      ['e.txt', 'no'],
    ] as const)
      writeFileSync(join(path, name), text);
    const source = directory(path, (file) => ndjson(file), { match: /\.ndjson$/ });
    const all = await collect(source);
    expect(all.map(({ value }) => value)).toEqual(['1', '2', '3', '4', '5']);
    expect(all[2]?.position).toMatchObject({ name: 'b.ndjson', at: { offset: 2 } });
    // Those after its name follow.
    rmSync(join(path, 'b.ndjson'));
    expect(await values(source, all[2]?.position)).toMatchObject([{ broken: 'lost' }, '5']);
    expect(existsSync(path)).toBe(true);
  });

  test('followed, it continues with later names', async () => {
    const path = folder();
    writeFileSync(join(path, '1'), 'a\n');
    const listening = listen(directory(path, (file) => ndjson(file), following));
    await listening.until(1);
    writeFileSync(join(path, '.2'), 'b\nc\n');
    renameSync(join(path, '.2'), join(path, '2'));
    await listening.until(3);
    expect(listening.values()).toEqual(['a', 'b', 'c']);
    await listening.stop();
    expect(openIn(path)).toEqual([]);
  });
});
