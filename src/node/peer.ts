/** Packages that are needed only where they are used. */
import { fail } from '../error.js';

/** What a package exports. Throws where it is not installed, and says how it would be. */
export const peer = async <T>(operation: string, name: string, load: () => Promise<T>): Promise<T> => {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    return fail({
      operation,
      what: `the package ${name} is not installed`,
      needed: 'it beside paralens',
      hint: `npm install ${name}`,
    });
  }
};
