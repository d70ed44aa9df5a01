/** System errors of files that cannot be read, with a hint for the user. */
import { ParalensError } from '../error.js';

/** Hints by error code. */
const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'check its name',
  ENOTDIR: 'a part of its name is a file and no folder',
  EACCES: 'give this process the right to read it',
  EPERM: 'give this process the right to read it',
  EMFILE: 'too many files are open: raise the limit of open files',
  ESPIPE: 'a pipe is read by lineStream',
};

/** Converts a system error to an error of the library; other errors stay as they are. */
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

/** Runs `body`, and converts its system errors to errors of the library. */
export const readingOf = async <T>(operation: string, what: string, body: () => Promise<T>): Promise<T> => {
  try {
    return await body();
  } catch (error) {
    throw readingError(operation, what, error);
  }
};
