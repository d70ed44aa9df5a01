/** Functions of shared libraries, by the package koffi where it is installed. */

type Call = (...values: readonly unknown[]) => unknown;

/** What is used of koffi. */
interface Koffi {
  load(file: string): { func(declaration: string): Call };
}

/** A library that is open. */
export interface Lib {
  /** A function by its declaration in C, if the library has it. */
  readonly find: (declaration: string) => Call | undefined;
  /** What a function without parameters says, if the library has it. */
  readonly text: (declaration: string) => string | undefined;
}

export interface Libraries {
  /** `linux`, `darwin`, `win32`. */
  readonly system: string;
  readonly open: (file: string) => Lib | { readonly absent: string };
}

/** Not written where it is required: a bundler would look for it. */
const PACKAGE: string = 'koffi';

const libOf = ({ func }: { readonly func: (declaration: string) => Call }): Lib => {
  const find = (declaration: string): Call | undefined => {
    try {
      return func(declaration);
    } catch {
      return undefined;
    }
  };
  return {
    find,
    text: (declaration) => {
      const said = find(declaration)?.();
      return typeof said === 'string' ? said : undefined;
    },
  };
};

export const findKoffi = (): Libraries | { readonly absent: string } => {
  // Absent in browsers, and in Node before 20.16.
  const node = globalThis.process as Partial<NodeJS.Process> | undefined;
  const builtin = node?.getBuiltinModule?.('node:module');
  if (node?.platform === undefined || builtin === undefined)
    return { absent: 'libraries of the system can be called from Node only' };
  let koffi: Koffi;
  try {
    koffi = builtin.createRequire(import.meta.url)(PACKAGE) as Koffi;
  } catch (error) {
    return { absent: `koffi cannot be loaded; npm install koffi (${firstLine(error)})` };
  }
  return {
    system: node.platform,
    open: (file) => {
      try {
        const library = koffi.load(file);
        return libOf({ func: (declaration) => library.func(declaration) });
      } catch (error) {
        return { absent: `${file}: ${firstLine(error)}` };
      }
    },
  };
};

const firstLine = (error: unknown): string => String(error).split('\n')[0] ?? '';
