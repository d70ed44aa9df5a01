/** Every layer, loss and update gives what PyTorch gave: `npm run check:torch -- --write` asks it anew. */
import { readdirSync } from 'node:fs';
import { defaultBackend } from 'paralens/program';
import { expect, test } from 'vitest';
import { drawsOf } from './case.js';
import { distanceOf, TOLERANCE } from './compare.js';
import { families } from './families.js';
import { readFixture } from './fixture.js';
import { answerOf } from './result.js';

test.each(Object.entries(families))('%s agrees with PyTorch', (name, family) => {
  const { cases } = readFixture(name);
  expect(cases.length).toBeGreaterThan(0);
  for (const { seed, ...needed } of cases) {
    const { value, gradient } = distanceOf(answerOf(seed, family(drawsOf(seed)), defaultBackend), needed);
    expect(value, `value at seed ${seed}`).toBeLessThan(TOLERANCE);
    expect(gradient, `gradients at seed ${seed}`).toBeLessThan(TOLERANCE);
  }
});

test('every recorded value is compared', () => {
  const kept = readdirSync(new URL('fixtures', import.meta.url)).map((file) => file.replace('.json', ''));
  expect(kept.toSorted()).toEqual(Object.keys(families).toSorted());
});
