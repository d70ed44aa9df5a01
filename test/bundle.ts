/** Programs of tests as files of plain JavaScript: a process that runs one is there in a fraction of a second. */
import { build } from 'esbuild';

/** Writes each program, with all that it imports, into a folder, as `.mjs`. */
export const bundle = async (programs: readonly string[], folder: string): Promise<void> => {
  await build({
    entryPoints: [...programs],
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    // Modules, of which what is not used can be left out.
    mainFields: ['module', 'main'],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
};
