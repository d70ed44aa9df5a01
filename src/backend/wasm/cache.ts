/** What has been compiled, found again by its content: the last ones used. */
import { ParalensError } from '../../error.js';

export interface ModuleCache {
  readonly moduleOf: (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.Module;
}

/** FNV-1a, 32 bits, to find candidates by; equality is by content. */
const hashOf = (bytes: Uint8Array): number => {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

const moduleFrom = (bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module => new WebAssembly.Module(bytes);

/** The module. Where the engine compiles none, as under a strict policy of a page, the error says what to allow. */
const compiled = (compile: typeof moduleFrom, bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module => {
  try {
    return compile(bytes);
  } catch (error) {
    // Too little memory is no question of what is allowed.
    if (error instanceof RangeError) throw error;
    throw new ParalensError(
      {
        operation: 'wasm',
        what: 'the engine refuses to compile WebAssembly',
        got: error instanceof Error ? error.message : String(error),
        hint: "under a Content-Security-Policy allow script-src 'wasm-unsafe-eval', or use the backend reference()",
      },
      { cause: error },
    );
  }
};

/** A cache that holds at most `capacity` modules; the one that was used longest ago goes first. */
export const moduleCache = (capacity: number, compile = moduleFrom): ModuleCache => {
  let entries: readonly {
    readonly hash: number;
    readonly bytes: Uint8Array;
    readonly module: WebAssembly.Module;
  }[] = [];
  return {
    moduleOf: (bytes) => {
      const hash = hashOf(bytes);
      const known = entries.find((entry) => entry.hash === hash && sameBytes(entry.bytes, bytes));
      const entry = known ?? { hash, bytes, module: compiled(compile, bytes) };
      entries = [entry, ...entries.filter((each) => each !== known)].slice(0, capacity);
      return entry.module;
    },
  };
};

/** Values by key, at most `capacity` of them: the one that was used longest ago goes first. */
export const lastUsed = <T>(capacity: number): ((key: string, make: () => T) => T) => {
  const kept = new Map<string, T>();
  return (key, make) => {
    const value = kept.get(key) ?? make();
    kept.delete(key);
    kept.set(key, value);
    const [oldest] = kept.keys();
    if (kept.size > capacity && oldest !== undefined) kept.delete(oldest);
    return value;
  };
};
