/** Whether a module is the program that was started, or is imported by another. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** To be asked with the module's own `import.meta.url`. */
export const isStarted = (url: string): boolean => {
  const [, started] = process.argv;
  return started !== undefined && realpathSync(started) === fileURLToPath(url);
};
