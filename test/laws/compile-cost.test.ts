/** C-5: compiling costs as much as there is to compile, counted in visits; families of programs. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assertHolds, growsAsALine } from 'paralens/laws/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { families } from './subject/compile-families.js';

/** What `count-compiling.ts` prints. */
interface Counted {
  readonly growth: readonly {
    readonly backend: string;
    readonly name: string;
    readonly size: number;
    readonly costs: readonly [number, number, number];
  }[];
  readonly predictions: readonly [number, number];
  readonly steps: readonly number[];
}

let counted: Counted | undefined;

const found = (): Counted => {
  if (counted === undefined) throw new Error('nothing was counted');
  return counted;
};

beforeAll(() => {
  const script = fileURLToPath(new URL('subject/count-compiling.ts', import.meta.url));
  const options = { encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  const printed = execFileSync(process.execPath, ['--conditions=source', '--import', 'tsx', script], options);
  counted = JSON.parse(printed) as Counted;
}, 180_000);

describe.each(['wasm', 'reference'])('C-5 on %s', (backend) => {
  test.each(Object.keys(families))('%s', (name) => {
    const family = found().growth.find((each) => each.backend === backend && each.name === name);
    if (family === undefined) throw new Error(`${name} was not counted`);
    const { size, costs } = family;
    const [one, two, four] = costs;
    const byFactor = new Map([
      [1, one],
      [2, two],
      [4, four],
    ]);
    // Something was counted: each item is visited at least once.
    expect(one).toBeGreaterThan(size);
    assertHolds(growsAsALine(name, (n) => byFactor.get(n / size) ?? Number.NaN, size));
  });
});

describe('nothing is compiled twice', () => {
  test('the same expression over other data, such as a prediction, costs its tracing', () => {
    const [first, second] = found().predictions;
    expect(second).toBeLessThan(first / 3);
  });

  test('a loop of compiled steps costs as much at its end as at its beginning', () => {
    const { steps } = found();
    expect(steps[19]).toBeLessThanOrEqual(1.1 * (steps[2] ?? 0));
  });
});

test('the suite can fail: a quadratic cost', () => {
  expect(() => {
    assertHolds(growsAsALine('a square', (n) => n * n, 10));
  }).toThrow(/^C-5 a square: costs of 100, 400 and 1600 at sizes 10, 20 and 40 grow faster than a line/);
});
