/** What the tests of sources have in common. */
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, Received, Source } from 'paralens/online';
import { expect, onTestFinished } from 'vitest';

/** A folder of a test's own. */
export const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'paralens-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
};

export const collect = async <A, P extends Json>(
  source: Source<A, P>,
  after?: P,
): Promise<readonly Received<A, P>[]> => {
  const all: Received<A, P>[] = [];
  for await (const records of after === undefined ? source.open() : source.open(after)) all.push(...records);
  return all;
};

/** F-1, F-13: opened at the position of any record, written down and read again, a source goes on with exactly the rest. */
export const assertResumes = async <A, P extends Json>(source: Source<A, P>): Promise<void> => {
  const all = await collect(source);
  for (const [i, { position }] of all.entries()) {
    const written: unknown = JSON.parse(JSON.stringify(source.position.encode(position)));
    const read = source.position.decode(written);
    expect(read._tag).toBe('Right');
    if (read._tag === 'Right') expect(await collect(source, read.right)).toEqual(all.slice(i + 1));
  }
};

/** The files in a folder that this process has open. */
export const openIn = (path: string): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(path) ? [target] : [];
    } catch {
      return [];
    }
  });

/** The records of a source that does not end, as they come. */
export const listen = <A, P extends Json>(source: Source<A, P>, after?: P) => {
  const iterator = (after === undefined ? source.open() : source.open(after))[Symbol.asyncIterator]();
  const all: Received<A, P>[] = [];
  return {
    all,
    values: (): readonly A[] => all.map(({ value }) => value),
    /** Waits until there are so many. */
    until: async (count: number): Promise<void> => {
      while (all.length < count) {
        const result = await iterator.next();
        if (result.done === true) throw new Error(`ended after ${all.length}`);
        all.push(...result.value);
      }
    },
    stop: async (): Promise<void> => {
      await iterator.return?.();
    },
  };
};
