/** A check that takes longer than it may says so, and never passes on fewer examples than it was asked for. */
import fc from 'fast-check';
import { dense } from 'paralens';
import { broken, check, checkPara, checkSource, holds, type Law, law, LawError } from 'paralens/laws';
import { iterableSource } from 'paralens/online';
import { beforeEach, expect, test, vi } from 'vitest';

// What is tested is what users are told, who set no number of examples.
beforeEach(() => vi.stubEnv('PARALENS_LAWS_TIMES', undefined));

const wait = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

const slow: Law<number> = law('A-1', () => {
  wait(20);
  return holds;
});

const thrownBy = (run: () => void): LawError => {
  try {
    run();
  } catch (error) {
    if (error instanceof LawError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

test('a check that runs out of time throws its progress, and what to do', () => {
  const before = performance.now();
  const { message, finding } = thrownBy(() => {
    check('slow', fc.nat(), slow, { runs: 1000, seconds: 0.1 });
  });
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(message).toMatch(/^slow: held for \d+ of 1000 examples within 0\.1 s, and the rest was not tried; /);
  expect(message).toContain('{ seconds: 60 }');
  expect(finding).toBeUndefined();
  check('quick', fc.nat(), () => holds, { runs: 1000, seconds: 10 });
  check('slow', fc.nat(), slow, { runs: 5, seconds: Number.POSITIVE_INFINITY });
});

test('a failure found in time is reported and shrunk, without a time limit', () => {
  let asked = 0;
  const large: Law<number> = law('A-2', (x) => {
    if (asked++ > 0) wait(10);
    return x < 1000 ? holds : broken({ law: 'A-2', subject: 'x', what: 'too large', got: x, expected: 999 });
  });
  const run = (seconds: number): string =>
    thrownBy(() => {
      asked = 0;
      check(
        'large',
        fc.nat({ max: 1_000_000 }).map((x) => x + 1000),
        large,
        { seconds },
      );
    }).message;
  expect(run(0.05)).toBe(run(Number.POSITIVE_INFINITY));
  expect(run(0.05)).toMatch(/^A-2 x: too large, got 1000/);
});

test('a check made of several has one time limit for all', async () => {
  expect(
    thrownBy(() => {
      checkPara(dense(4, 3), { input: { shape: [2, 4] } }, { name: 'dense', seconds: 0 });
    }).message,
  ).toMatch(/^dense: held for 0 of 3 examples within 0 s/);
  const subject = {
    name: 'list',
    medium: async (records: readonly { readonly text: string }[]) => {
      const values = records.map(({ text }) => text);
      return { source: iterableSource('list', values), values };
    },
  };
  await expect(checkSource(subject, { runs: 3, seconds: 0 })).rejects.toThrow(/^list: held for 0 of 3/);
});
