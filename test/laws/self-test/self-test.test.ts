/** The laws under test themselves: each planted bug is found by the law that should, and no sound code is blamed. */
import { afterAll, describe, expect, test } from 'vitest';
import { derivativeSuspects } from './derivative.js';
import { matrix } from './matrix.js';
import type { Suspect } from './suspect.js';
import { updateSuspects } from './update.js';

const suspects: readonly Suspect[] = [...derivativeSuspects, ...updateSuspects];
const found = new Map<string, readonly string[]>();

describe.each(suspects.map((suspect) => [suspect.name, suspect] as const))('%s', (name, suspect) => {
  const isSound = suspect.killedBy.length === 0;
  test(isSound ? 'survives' : 'is killed', () => {
    const broken = suspect.breaks();
    found.set(name, broken);
    if (isSound) expect(broken).toEqual([]);
    else expect(broken).toEqual(expect.arrayContaining([...suspect.killedBy]));
  });
});

afterAll(() => {
  console.log(matrix(found));
});
