/** Optional packages, loaded when they are used. */
import { fail } from '../error.js';

const refuse = (operation: string, name: string): never =>
  fail({
    operation,
    what: `the package ${name} is not installed`,
    hint: `run npm install ${name}`,
  });

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';

/** The address of a package, for a worker to load it. Throws if it is not installed and an operation needs it. */
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

/** Loads a package. Throws, with the install command, if it is not installed. */
export const peer = async <T>(operation: string, name: string, load: () => Promise<T>): Promise<T> => {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error)) throw error;
    return refuse(operation, name);
  }
};
