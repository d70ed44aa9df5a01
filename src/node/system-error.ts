/** What the operating system says of a file that cannot be read, as an error that a person can act on. */
import { ParalensError } from '../error.js';

/** What to do, by the code of the error. */
const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'check its name',
  ENOTDIR: 'a part of its name is a file and no folder',
  EACCES: 'give this process the right to read it',
  EPERM: 'give this process the right to read it',
  EMFILE: 'too many files are open: raise the limit of open files',
  ESPIPE: 'a pipe is read by lineStream',
};

/** The same error in the words of the library, where it is one of the operating system; others as they are. */
export const readingError = (operation: string, what: string, error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof ParalensError) return error;
  if (!('code' in error && 'syscall' in error && typeof error.code === 'string')) return error;
  const hint = HINTS[error.code];
  return new ParalensError(
    {
      operation,
      what: `${what} cannot be read`,
      got: error.message,
      needed: 'a path that this process can read',
      ...(hint !== undefined && { hint }),
    },
    { cause: error },
  );
};

/** Runs `body`; an error of the operating system inside is told in the words of the library. */
export const readingOf = async <T>(operation: string, what: string, body: () => Promise<T>): Promise<T> => {
  try {
    return await body();
  } catch (error) {
    throw readingError(operation, what, error);
  }
};
