/** Compiled modules by their content: the last ones used. */

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

/** A cache that holds at most `capacity` modules; the one that was used longest ago goes first. */
export const moduleCache = (capacity: number): ModuleCache => {
  let entries: readonly {
    readonly hash: number;
    readonly bytes: Uint8Array;
    readonly module: WebAssembly.Module;
  }[] = [];
  return {
    moduleOf: (bytes) => {
      const hash = hashOf(bytes);
      const known = entries.find((entry) => entry.hash === hash && sameBytes(entry.bytes, bytes));
      const entry = known ?? { hash, bytes, module: new WebAssembly.Module(bytes) };
      entries = [entry, ...entries.filter((each) => each !== known)].slice(0, capacity);
      return entry.module;
    },
  };
};
