/** The programs of README.md run, and print what stands beneath them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Program {
  readonly code: string;
  readonly output: string;
}

/** Each block of TypeScript that has a block of plain text right beneath it. */
const programsOf = (file: string): readonly Program[] =>
  [...readFileSync(file, 'utf8').matchAll(/```ts\n([\s\S]*?)```\s*\n```\n([\s\S]*?)```/g)].map(
    ([, code = '', output = '']) => ({ code, output }),
  );

const run = (code: string): string => {
  const folder = mkdtempSync('test/docs/readme-');
  try {
    writeFileSync(`${folder}/program.ts`, code);
    const command = ['--conditions=source', '--import', 'tsx', `${folder}/program.ts`];
    const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('README.md', () => {
  const programs = programsOf('README.md');

  test('has programs', () => {
    expect(programs.length).toBe(7);
  });

  test.each(programs)('program $#', { timeout: 60_000 }, ({ code, output }) => {
    expect(run(code).trim()).toBe(output.trim());
  });
});
