/** The WebAssembly backend: one module for a whole program, generated when it is compiled. */
import { printKernels, printPlan } from '../../kernel/print.js';
import { programKey } from '../../graph/program-key.js';
import { wideSums } from '../../graph/wide-sums.js';
import type { Backend } from '../backend.js';
import { guarded } from '../guard.js';
import { requireBoolean, requireCount, requireFunction } from '../../require.js';
import { reference } from '../reference/reference.js';
import { type Blas, findBlas } from './blas/library.js';
import { fasterAt, type LibraryUse, showSpeed, speedOf } from './blas/speed.js';
import { lastUsed, moduleCache } from './cache.js';
import { type Compiled, compileProgram } from './compile.js';
import { hasRelaxedSimd, hasSimd } from './module.js';
import { startMachine } from './machine.js';
import { printPhases } from './phase.js';
import { type Tile, tileOf } from './product-shape.js';
import { threadsFor } from './threads/threads.js';

export interface WasmOptions {
  /**
   * How many threads share the work of a step, or `'all'` that the machine runs at once; 1 by default. The
   * results are the same bit for bit. Where there are no workers or no shared memory, one thread does it all,
   * and `warn` hears why.
   */
  readonly threads?: number | 'all';
  /**
   * Whether large matrix products in float32 go to the system's BLAS, on the same memory and with as many threads,
   * those of convolutions block by block from 16 channels on: `'auto'` looks for OpenBLAS, MKL, BLIS or Accelerate and
   * leaves to it what it does faster here than WebAssembly, which is timed once, for a fifth of a second, on one thread;
   * a path names the library, which is then used for all; `false` by default. Needs Node and the package koffi. Where there is none WebAssembly
   * does it all, and `warn` hears why. In which order a library sums is its own affair: its last bits may change with
   * the threads.
   */
  readonly blas?: 'auto' | (string & {}) | false;
  /**
   * Whether matrix products may use relaxed multiply-add, which is faster and rounds once where plain code
   * rounds twice. By default where the engine has it; results then differ in last bits from engines without.
   */
  readonly relaxedSimd?: boolean;
  /** How many compiled modules are kept; 64 by default. */
  readonly modules?: number;
  /** Whether the engine has SIMD, by default found out; without it programs run on the reference backend. */
  readonly simd?: boolean;
  /** Hears in one line of what was asked for and is not to be had; `console.warn` by default. */
  readonly warn?: (line: string) => void;
}

/** A backend that may have workers and a library of its own. */
export interface WasmBackend extends Backend {
  /** What does the work, in one line: threads, and the library with its own threads. */
  readonly report: string;
  /**
   * Ends the workers at once. Machines still step afterwards, on one thread. Not needed at the end of a process, as
   * workers that wait for work do not keep it alive; nor of a backend that is let go of with all that it has compiled,
   * whose workers end when the engine collects it, at a time of its own.
   */
  readonly close: () => void;
}

/** What becomes of a program. */
interface CompiledModule {
  readonly compiled: Compiled;
  readonly module: WebAssembly.Module;
}

const warnOnConsole = (line: string): void => {
  console.warn(line);
};

/** A library, what it is used for, and how fast it was found to be. */
interface Library {
  readonly blas: Blas;
  readonly use: LibraryUse;
  readonly speed?: string;
}

/** A library that was named is used for all; one that was found, for what it is faster at than our own kernels. */
const libraryFor = (
  asked: string | false,
  { tile, warn }: { readonly tile: Tile; readonly warn: (line: string) => void },
): Library | undefined => {
  if (asked === false) return undefined;
  const blas = findBlas(asked);
  const without = 'paralens: products run in WebAssembly, without the BLAS that was asked for';
  if ('absent' in blas) {
    warn(`${without}: ${blas.absent}`);
    return undefined;
  }
  if (asked !== 'auto') return { blas, use: { matrices: true, windows: true } };
  blas.useThreads(1);
  const speed = speedOf((program, withLibrary) => {
    const use = withLibrary ? { matrices: true, windows: true } : undefined;
    const compiled = compileProgram(program, { tile, threads: 1, blas: use });
    const module = new WebAssembly.Module(compiled.code);
    const machine = startMachine({ module, program, compiled, threads: 1, pool: undefined, blas }, []);
    return (inputs) => void machine.step(inputs);
  });
  const use = fasterAt(speed);
  if (use.matrices || use.windows) return { blas, use, speed: showSpeed(speed) };
  warn(`${without}: ${blas.name} (${blas.file}) is slower here, ${showSpeed(speed)}`);
  return undefined;
};

/** `large products by OpenBLAS 0.3.21 (libopenblas.so.0; matrices 0.61 ms against 0.72 ms, …)` */
const reportOf = ({ blas: { name, file }, use, speed }: Library): string => {
  const what = use.matrices && use.windows ? '' : use.matrices ? ' of matrices' : ' over windows';
  return `large products${what} by ${name} (${[file, ...(speed === undefined ? [] : [speed])].join('; ')})`;
};

const counted = (threads: number): string => (threads === 1 ? '1 thread' : `${threads} threads`);

/**
 * A backend that runs on WebAssembly with 128-bit SIMD, in Node and in browsers. Throws if an option is
 * invalid.
 *
 * @example
 * const machine = wasm().compile(program).start([]);
 */
export const wasm = ({
  threads: asked = 1,
  blas: wanted = false,
  relaxedSimd: relaxed = hasRelaxedSimd(),
  modules = 64,
  warn = warnOnConsole,
  simd = hasSimd(),
}: WasmOptions = {}): WasmBackend => {
  requireBoolean('wasm', 'relaxedSimd', relaxed);
  requireBoolean('wasm', 'simd', simd);
  requireCount('wasm', 'modules', modules, { least: 0 });
  requireFunction('wasm', 'warn', warn);
  if (!simd) {
    warn('paralens: programs run in plain loops, many times slower: there is no WebAssembly with SIMD here');
    return { ...reference(), report: 'reference, 1 thread', close: () => {} };
  }
  const cache = moduleCache(modules);
  const programs = lastUsed<CompiledModule>(modules);
  const tile = tileOf(relaxed);
  const library = libraryFor(wanted, { tile, warn });
  const blas = library?.blas;
  const { count: threads, pool } = threadsFor(asked, { warn, besideLibrary: blas !== undefined });
  blas?.useThreads(threads);
  const libraryThreads = blas?.threads();
  const name = blas === undefined ? 'wasm' : `wasm + ${blas.name}`;
  return {
    name,
    threads,
    prepare: wideSums,
    report: [
      `wasm, ${counted(threads)}`,
      ...(library === undefined ? [] : [reportOf(library)]),
      ...(libraryThreads === undefined ? [] : [counted(libraryThreads)]),
    ].join(', '),
    compile: (program) => {
      const make = (): CompiledModule => {
        const compiled = compileProgram(program, { tile, threads, blas: library?.use });
        return { compiled, module: cache.moduleOf(compiled.code) };
      };
      const key = programKey(program);
      const { compiled, module } = key === undefined ? make() : programs(key, make);
      const { fused, plan, bytes, code, phases } = compiled;
      return guarded(program, {
        start: (state) => startMachine({ module, program, compiled, threads, pool, blas }, state),
        memory: { planned: bytes, bound: plan.bound + (bytes - plan.bytes) },
        print: () =>
          [
            ...(library === undefined ? [] : [reportOf(library)]),
            printKernels(fused),
            printPlan(fused, plan),
            printPhases(phases, code),
          ].join('\n'),
      });
    },
    close: () => {
      pool?.close();
    },
  };
};
