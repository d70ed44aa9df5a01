/** The laws under test themselves: each planted bug is found by the law that should, and no sound code is blamed. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { axiomSuspects } from './axiom.js';
import { backendSuspects } from './backend.js';
import { batchingSuspects } from './batching.js';
import { categorySuspects } from './category.js';
import { compilationSuspects } from './compilation.js';
import { costSuspects } from './cost.js';
import { costOfTrainingSuspects } from './cost-of-training.js';
import { derivativeSuspects } from './derivative.js';
import { equivarianceSuspects } from './equivariance.js';
import { sequenceSuspects } from './sequence.js';
import { onlineSuspects } from './fold.js';
import { learnerSuspects } from './learner.js';
import { lossSuspects } from './loss.js';
import { matrix } from './matrix.js';
import { numericsSuspects } from './numerics.js';
import { rematerializeSuspects, paraSuspects } from './para.js';
import { revisionSuspects } from './revision.js';
import { sourceSuspects } from './source.js';
import { streamSuspects } from './stream.js';
import { type Suspect, wholeMatrix } from './suspect.js';
import { timeSuspects } from './time.js';
import { trainingSuspects } from './training.js';
import { updateSuspects } from './update.js';

const suspects: readonly Suspect[] = [
  ...categorySuspects,
  ...paraSuspects,
  ...rematerializeSuspects,
  ...axiomSuspects,
  ...derivativeSuspects,
  ...lossSuspects,
  ...numericsSuspects,
  ...equivarianceSuspects,
  ...sequenceSuspects,
  ...timeSuspects,
  ...batchingSuspects,
  ...updateSuspects,
  ...trainingSuspects,
  ...revisionSuspects,
  ...learnerSuspects,
  ...streamSuspects,
  ...onlineSuspects,
  ...sourceSuspects,
  ...backendSuspects,
  ...compilationSuspects,
  ...costSuspects,
  ...costOfTrainingSuspects,
];
const found = new Map<string, readonly string[]>();

// That no sound code is blamed takes all laws on all controls: `.ci/run` asks it, in its step for laws.
const asked = wholeMatrix ? suspects : suspects.filter(({ killedBy }) => killedBy.length > 0);

describe.each(asked.map((suspect) => [suspect.name, suspect] as const))('%s', (name, suspect) => {
  const isSound = suspect.killedBy.length === 0;
  test(isSound ? 'survives' : 'is killed', async () => {
    const broken = await suspect.breaks();
    found.set(name, broken);
    if (isSound) expect(broken).toEqual([]);
    else expect(broken).toEqual(expect.arrayContaining([...suspect.killedBy]));
  });
});

test('they are as many as is said, and each has a name of its own', () => {
  expect(new Set(suspects.map(({ name }) => name)).size).toBe(suspects.length);
  const bugs = suspects.filter(({ killedBy }) => killedBy.length > 0).length;
  const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const said = (path: string, what: RegExp): number => Number(what.exec(read(path))?.[1]);
  expect(said('laws/README.md', /(\d+) planted bugs, each/u)).toBe(bugs);
  expect(said('laws/README.md', /(\d+) controls, sound code/u)).toBe(suspects.length - bugs);
  expect(said('README.md', /with (\d+) planted bugs/u)).toBe(bugs);
});

afterAll(() => {
  if (wholeMatrix) console.log(matrix(found));
});
