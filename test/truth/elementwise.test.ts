/** Values and derivatives of all element-wise functions against 50 digits, over the whole float32 line. */
import { reference } from 'paralens/program';
import { engineOf, float64, profileOf } from 'paralens/laws/kit';
import { describe, expect, test } from 'vitest';
import { everyBackend } from '../laws/subject/backends.js';
import { truthfulCurves } from './curves.js';
import { at, type Format, PARTS, truthOf, ulpsOff } from './truth.js';

const engines = [
  ...everyBackend.map((backend) => [backend.name, engineOf(backend), 'float32'] as const),
  ['float64', float64, 'float64'] as const,
  ['reference float64', engineOf(reference({ precision: 'float64' })), 'float64'] as const,
];

/** The terms of a difference count where they cancel: between −4 and 4, and not in a tail. */
const sizeAt = (x: number, part: number, terms = 0): number => (part > 0 && Math.abs(x) < 4 ? terms : 0);

describe.each(engines)('%s', (_, engine, format: Format) => {
  test.each(Object.entries(truthfulCurves))(
    '%s is true to its bound',
    (name, { f, bound, bound64, terms }) => {
      const got = profileOf(name, f, at, engine);
      const truth = truthOf(name);
      for (const [k, part] of PARTS.entries()) {
        const most = (format === 'float32' ? bound : bound64)[k] ?? 0;
        const off = at.map((x, i) => {
          const exact = truth[part][i];
          return exact === null
            ? 0
            : ulpsOff(got[part][i] ?? 0, exact ?? Number.NaN, format, sizeAt(x, k, terms));
        });
        const ulps = Math.max(...off);
        const i = off.indexOf(ulps);
        const place = { part, x: at[i], got: got[part][i], truth: truth[part][i], ulps };
        expect(place).toMatchObject({ ulps: Math.min(ulps, most) });
      }
    },
  );

  test.each(Object.entries(truthfulCurves))('%s at both ends is its limit', (name, { f, left, right }) => {
    for (const [x, limits] of [
      [-Infinity, left],
      [Infinity, right],
    ] as const) {
      if (limits === undefined) continue;
      const got = profileOf(name, f, [x], engine);
      const three = PARTS.map((part) => got[part][0] ?? Number.NaN);
      for (const [k, limit] of limits.entries())
        expect(
          ulpsOff(three[k] ?? Number.NaN, limit, format),
          `${name}(${x}): ${three.join(', ')}`,
        ).toBeLessThan(3);
    }
  });
});
