/** The programs of README.md run, and print what stands beneath them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../bundle.js';

interface Program {
  readonly code: string;
  readonly output: string;
}

/** Each block of TypeScript that has a block of plain text right beneath it. */
const programsOf = (file: string): readonly Program[] =>
  [...readFileSync(file, 'utf8').matchAll(/```ts\n([\s\S]*?)```\s*\n```\n([\s\S]*?)```/g)].map(
    ([, code = '', output = '']) => ({ code, output }),
  );

const programs = programsOf('README.md');

let folder = '';

// One file of plain JavaScript each, all made at once: to load the library from its sources took most of the time.
beforeAll(async () => {
  folder = mkdtempSync('test/docs/readme-');
  for (const [i, { code }] of programs.entries()) writeFileSync(`${folder}/${i}.ts`, code);
  await bundle(
    programs.map((_, i) => `${folder}/${i}.ts`),
    folder,
  );
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('README.md', () => {
  test('has programs', () => {
    expect(programs.length).toBe(7);
  });

  test.each(programs.map(({ output }, i) => [i + 1, output] as const))('program %i', (number, output) => {
    const { stdout, stderr } = spawnSync(process.execPath, [`${folder}/${number - 1}.mjs`], {
      encoding: 'utf8',
    });
    expect((stdout + stderr).trim()).toBe(output.trim());
  });
});
