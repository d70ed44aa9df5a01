/** Files that are rotated, copied, compressed and cut short, at any time: each record once, in order, or said to be lost. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type FilePosition, ndjson } from 'paralens/node';
import { isBroken, type RawRecord, type Received } from 'paralens/online';
import { describe, expect, test, vi } from 'vitest';
import { collect, folder, listen, openIn } from './collect.js';
import { compress, copy, rotate } from './rotating.js';

const following = { follow: true, poll: 2 } as const;

/** Rotations by their names, each of a file that has been written for a while. */
const rotations = {
  /** As logrotate: 1 is the newest. */
  down: (path: string): void => {
    let last = 1;
    while (existsSync(`${path}.${last}`)) last += 1;
    for (let i = last; i > 1; i--) renameSync(`${path}.${i - 1}`, `${path}.${i}`);
    renameSync(path, `${path}.1`);
  },
  /** With all but the newest compressed. */
  zipped: (path: string): void => {
    let last = 2;
    while (existsSync(`${path}.${last}.gz`)) last += 1;
    for (let i = last; i > 2; i--) renameSync(`${path}.${i - 1}.gz`, `${path}.${i}.gz`);
    if (existsSync(`${path}.1`)) {
      writeFileSync(`${path}.2.gz`, gzipSync(readFileSync(`${path}.1`)));
      unlinkSync(`${path}.1`);
    }
    renameSync(path, `${path}.1`);
  },
  up: (path: string): void => {
    let next = 1;
    while (existsSync(`${path}.${next}`)) next += 1;
    renameSync(path, `${path}.${next}`);
  },
  dated: (path: string): void => {
    let day = 1;
    const name = (): string => path.replace('.log', `-2026-11-${String(day).padStart(2, '0')}.log`);
    while (existsSync(name())) day += 1;
    renameSync(path, name());
  },
  'to another folder': (path: string): void => {
    let next = 1;
    const name = (): string => join(path, '../old', `a.log.${next}`);
    mkdirSync(join(path, '../old'), { recursive: true });
    while (existsSync(name())) next += 1;
    renameSync(path, name());
  },
  'by a link': (path: string): void => {
    let next = 1;
    while (existsSync(`${path}.${next}`)) next += 1;
    linkSync(path, `${path}.${next}`);
    unlinkSync(path);
  },
  'copied and cut': (path: string): void => {
    let next = 1;
    while (existsSync(`${path}.${next}`)) next += 1;
    copyFileSync(path, `${path}.${next}`);
    truncateSync(path);
  },
} as const;

type Rotation = keyof typeof rotations;
const kinds = Object.keys(rotations) as readonly Rotation[];

/** Appends records, each one more than the last. */
const writerOf = (path: string) => {
  let written = 0;
  return {
    written: () => written,
    append: (count: number): void => {
      const from = written;
      written += count;
      appendFileSync(path, Array.from({ length: count }, (_, i) => `{"n":${from + i + 1}}\n`).join(''));
    },
  };
};

const upTo = (count: number, from = 1): readonly string[] =>
  Array.from({ length: count - from + 1 }, (_, i) => `{"n":${from + i}}`);

const valuesOf = (records: readonly Received<RawRecord, FilePosition>[]): readonly unknown[] =>
  records.map(({ value }) => value);

describe.each(kinds)('rotated %s', (kind) => {
  test('at any time, a running reader gets each record once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat({ max: 2 }), fc.nat({ max: 3 })), {
          minLength: 1,
          maxLength: 6,
        }),
        async (steps) => {
          const path = join(folder(), 'a.log');
          const writer = writerOf(path);
          writer.append(2);
          const listening = listen(ndjson(path, following));
          await listening.until(1);
          const all = listening.until(2 + steps.reduce((sum, [count]) => sum + count, 0));
          for (const [count, turns, wait] of steps) {
            // Several within one tick of the clock, or some time apart. What is cut short is waited for, as who
            // copies and cuts a file that is not read for a while relies on its copy.
            for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
            if (wait > 1) await sleep(4 * wait);
            rotations[kind](path);
            writer.append(count);
          }
          await all;
          await sleep(8);
          expect(listening.values()).toEqual(upTo(writer.written()));
          await listening.stop();
          expect(openIn(path)).toEqual([]);
        },
      ),
      { numRuns: 8 },
    );
  });

  test('between two runs, a reader resumes after any record', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (first, counts, isTick) => {
          const path = join(folder(), 'a.log');
          const writer = writerOf(path);
          writer.append(first);
          const read = await collect(ndjson(path));
          for (const count of counts) {
            if (isTick) await sleep(8);
            rotations[kind](path);
            writer.append(count);
          }
          for (const [i, { position }] of read.entries())
            expect(valuesOf(await collect(ndjson(path), position))).toEqual(upTo(writer.written(), i + 2));
        },
      ),
      { numRuns: 5 },
    );
  });
});

const disturbances = {
  'copy the newest': copy,
  'copy the one before': (path: string): void => {
    copy(`${path}.1`);
  },
  'compress the one before that': (path: string): void => {
    compress(`${path}.2`);
  },
  rotate,
} as const;

test('rotated, copied and compressed in any order, during or between runs, each record is read once', async () => {
  const life = fc.record({
    reads: fc.nat({ max: 4 }),
    isRunning: fc.boolean(),
    disturbed: fc.array(fc.constantFrom(...(Object.keys(disturbances) as (keyof typeof disturbances)[])), {
      maxLength: 4,
    }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 8 }), async (lives) => {
      const path = join(folder(), 'a.log');
      const writer = writerOf(path);
      writer.append(2);
      const values: unknown[] = [];
      let position: FilePosition | undefined;
      const disturb = async ({ disturbed }: (typeof lives)[number]): Promise<void> => {
        for (const each of disturbed) {
          // What happens in one tick of the clock, its times cannot tell apart.
          if (each === 'rotate') await sleep(8);
          disturbances[each](path);
          if (each === 'rotate') writer.append(2);
        }
      };
      for (const each of lives) {
        const iterator = ndjson(path).open(position)[Symbol.asyncIterator]();
        if (each.isRunning) await disturb(each);
        for (let read = 0; read < each.reads; read++) {
          const result = await iterator.next();
          if (result.done === true) break;
          for (const record of result.value) {
            values.push(record.value);
            ({ position } = record);
          }
          if (each.isRunning && read === 0) await disturb(each);
        }
        await iterator.return?.();
        if (!each.isRunning) await disturb(each);
      }
      values.push(...valuesOf(await collect(ndjson(path), position)));
      // Without a position a reader begins with what has the name.
      const [, from] = /(\d+)/.exec(JSON.stringify(values[0])) ?? [];
      expect(values).toEqual(upTo(writer.written(), Number(from)));
    }),
    { numRuns: 25 },
  );
});

test('a file replaced twice between two checks continues with the newest', async () => {
  const path = join(folder(), 'a.log');
  const writer = writerOf(path);
  writer.append(2);
  const listening = listen(ndjson(path, following));
  await listening.until(2);
  writeFileSync(`${path}.new`, '{"n":3}\n');
  renameSync(`${path}.new`, path);
  await listening.until(3);
  // Written anew with all that it had, and more: the same content goes on.
  writeFileSync(`${path}.new`, '{"n":3}\n{"n":4}\n');
  renameSync(`${path}.new`, path);
  await listening.until(4);
  await listening.stop();
  expect(listening.values()).toEqual(upTo(4));
});

test('a link to another file each day', async () => {
  const place = folder();
  const path = join(place, 'current');
  mkdirSync(join(place, 'days'));
  const day = (n: number): string => join(place, 'days', `app-2026-11-0${n}.log`);
  writeFileSync(day(1), '{"n":1}\n{"n":2}\n');
  symlinkSync(day(1), path);
  const listening = listen(ndjson(path, following));
  await listening.until(1);
  for (const n of [2, 3]) {
    writeFileSync(day(n), `{"n":${n + 1}}\n`);
    unlinkSync(path);
    symlinkSync(day(n), path);
  }
  await listening.until(4);
  expect(listening.values()).toEqual(upTo(4));
  await listening.stop();
  const [first] = listening.all;
  expect(valuesOf(await collect(ndjson(path), first?.position))).toEqual(upTo(4, 2));
});

describe('a copy', () => {
  test('is the same file, under any name and in any folder', async () => {
    const [from, to] = [join(folder(), 'a.log'), join(folder(), 'b.log')];
    const header = `${'#'.repeat(5000)}\n`;
    writeFileSync(from, `${header}1\n2\n3\n`);
    const read = await collect(ndjson(from));
    copyFileSync(from, to);
    for (const [i, { position }] of read.entries())
      expect(valuesOf(await collect(ndjson(to), position))).toEqual(['1', '2', '3'].slice(i));
    // Another file that begins alike is none.
    writeFileSync(to, `${header}1\n9\n3\n`);
    const other = await collect(ndjson(to), read[2]?.position);
    expect(other[0]?.value).toMatchObject({ broken: 'lost' });
    expect(other).toHaveLength(5);
  });

  test('of a folder of rotated files continues in the order of their names', async () => {
    const [from, to] = [folder(), folder()];
    const path = join(from, 'a.log');
    const writer = writerOf(path);
    writer.append(3);
    const [first] = await collect(ndjson(path));
    for (let i = 0; i < 3; i++) {
      rotations.down(path);
      writer.append(2);
    }
    for (const name of ['a.log', 'a.log.1', 'a.log.2', 'a.log.3']) {
      copyFileSync(join(from, name), join(to, name));
      await sleep(8);
    }
    expect(valuesOf(await collect(ndjson(join(to, 'a.log')), first?.position))).toEqual(upTo(9, 2));
  });
});

describe('missing data are reported as lost once', () => {
  const lostIn = (records: readonly Received<RawRecord, FilePosition>[]): readonly string[] =>
    records.flatMap(({ value }) => (isBroken(value) && value.broken === 'lost' ? [value.text] : []));

  test('a file truncated while it is read, without a copy', async () => {
    const path = join(folder(), 'a.log');
    writeFileSync(path, '1\n2\n');
    const listening = listen(ndjson(path, following));
    await listening.until(2);
    // Cut, and grown beyond its old size before anybody looks.
    truncateSync(path);
    appendFileSync(path, '3\n4\n5\n');
    await listening.until(6);
    await listening.stop();
    expect(lostIn(listening.all)).toHaveLength(1);
    expect(listening.values().filter((value) => !isBroken(value))).toEqual(['1', '2', '3', '4', '5']);
    // Opened behind what says so, it is not said again.
    const at = listening.all.findIndex(({ value }) => isBroken(value));
    expect(valuesOf(await collect(ndjson(path), listening.all[at]?.position))).toEqual(['3', '4', '5']);
    expect(valuesOf(await collect(ndjson(path), listening.all[at + 1]?.position))).toEqual(['4', '5']);
  });

  test('a file whose last lines were removed is not read again from its start', async () => {
    const path = join(folder(), 'a.log');
    writeFileSync(path, '1\n2\n3\n');
    const listening = listen(ndjson(path, following));
    await listening.until(3);
    truncateSync(path, 4);
    await listening.until(4);
    appendFileSync(path, '4\n');
    await listening.until(5);
    await listening.stop();
    expect(listening.values()).toEqual(['1', '2', '3', expect.objectContaining({ broken: 'lost' }), '4']);
  });

  test('a file deleted while nobody read it', async () => {
    const path = join(folder(), 'a.log');
    writeFileSync(path, '1\n2\n3\n');
    const [first] = await collect(ndjson(path));
    rmSync(path);
    writeFileSync(path, '4\n5\n');
    const after = await collect(ndjson(path), first?.position);
    expect(lostIn(after)).toHaveLength(1);
    expect(valuesOf(after).slice(1)).toEqual(['4', '5']);
    expect(valuesOf(await collect(ndjson(path), after[0]?.position))).toEqual(['4', '5']);
  });

  test('the data after the damage of a compressed file', async () => {
    const path = join(folder(), 'a.log');
    const lines = Array.from({ length: 5000 }, (_, i) => `{"n":${i + 1},"x":${Math.sin(i)}}`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    const [first] = await collect(ndjson(path));
    const zipped = gzipSync(readFileSync(path));
    writeFileSync(`${path}.1.gz`, zipped.subarray(0, zipped.length / 2));
    rmSync(path);
    writeFileSync(path, '"next"\n');
    const after = await collect(ndjson(path), first?.position);
    expect(lostIn(after)).toHaveLength(1);
    expect(lostIn(after)[0]).toContain('cannot be read');
    expect(after.length).toBeGreaterThan(1000);
    expect(after.at(-1)?.value).toBe('"next"');
  });
});

test('a position of an earlier version identifies the file by inode and birth time', async () => {
  const path = join(folder(), 'a.log');
  writeFileSync(path, '1\n2\n3\n');
  const [first] = await collect(ndjson(path));
  const { position } = ndjson(path);
  const old = position.decode({ file: first?.position.file, offset: 2 });
  if (old._tag === 'Left') throw new Error('not read');
  expect(valuesOf(await collect(ndjson(path), old.right))).toEqual(['2', '3']);
});

test('a missing file is awaited, and that is reported', async () => {
  const path = join(folder(), 'a.log');
  const reasons: string[] = [];
  const listening = listen(ndjson(path, { ...following, report: (reason) => reasons.push(reason) }));
  const first = listening.until(1);
  await vi.waitFor(() => expect(reasons).toEqual([`${path} does not exist: waiting for it`]));
  writeFileSync(path, '1\n');
  await first;
  await listening.stop();
});
