/** The code in docstrings and Markdown files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Example {
  /** From the root of the repository. */
  readonly file: string;
  readonly code: string;
}

const ROOT = new URL('../../', import.meta.url).pathname;

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));

/** Each example below `@example` in a file of a folder. */
export const docstringExamples = (folder: string): readonly Example[] =>
  filesOf(folder)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...read(file).matchAll(/@example\n((?: *\*(?!\/).*\n)+)/g)].map(([, body = '']) => ({
        file,
        code: body.replaceAll(/^ *\* ?/gm, ''),
      })),
    );

/** Each block of TypeScript in a Markdown file that the package ships. */
export const markdownExamples = (): readonly Example[] =>
  [...readdirSync(ROOT), ...['laws', 'examples'].flatMap(filesOf)]
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...read(file).matchAll(/```(?:ts|typescript)\n([\s\S]*?)```/g)].map(([, code = '']) => ({
        file,
        code,
      })),
    );
