/** Packages that are needed only where they are used. */
import { fail } from '../error.js';

const refuse = (operation: string, name: string): never =>
  fail({
    operation,
    what: `the package ${name} is not installed`,
    hint: `run npm install ${name}`,
  });

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';

/** Where a package lies, for a worker to load it from. Throws if it is not installed and an operation needs it. */
export function addressOf(operation: string, name: string): string;
export function addressOf(operation: undefined, name: string): string | undefined;
export function addressOf(operation: string | undefined, name: string): string | undefined {
  try {
    return import.meta.resolve(name);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return operation === undefined ? undefined : refuse(operation, name);
  }
}

/** What a package exports. Throws if it is not installed, and says how it would be. */
export const peer = async <T>(operation: string, name: string, load: () => Promise<T>): Promise<T> => {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error)) throw error;
    return refuse(operation, name);
  }
};
