/** Backends that compile as tests want it: with a tile, or for threads whose pieces are done in any order. */
import type { Backend, Machine } from '../../src/backend/backend.js';
import { compileProgram, type CompileOptions } from '../../src/backend/wasm/compile.js';
import { startMachine } from '../../src/backend/wasm/machine.js';
import { type Tile, tileOf } from '../../src/backend/wasm/product-shape.js';
import type { Pool } from '../../src/backend/wasm/threads/pool.js';
import type { Data } from '../../src/tensor/dtype.js';
import { randomOf } from '../random-of.js';
import { plain } from './support.js';

/** The tiles that products are computed in, on engines with relaxed multiply-add and on those without. */
export const TILES = [tileOf(false), { ...tileOf(true), relaxed: false }] as const;

const compiledWith = (name: string, options: CompileOptions, pool?: Pool): Backend => ({
  name,
  threads: options.threads,
  compile: (program) => {
    const compiled = compileProgram(program, options);
    const module = new WebAssembly.Module(compiled.code);
    const start = (state: readonly Data[]): Machine =>
      startMachine({ module, program, compiled, threads: options.threads, pool, blas: undefined }, state);
    return { ...plain.compile(program), start };
  },
});

/** One thread with this tile, whatever the engine would choose. */
export const tiled = (tile: Tile): Backend =>
  compiledWith(`wasm, tiles of ${tile.rows} × ${tile.columns}`, { tile, threads: 1 });

export interface Pieces extends Backend {
  /** How many have been done. */
  readonly pieces: () => number;
}

/** Everything that can be is cut into pieces, which one thread does, in any order, each as any of the workers. */
export const inPieces = (threads: number, seed: number): Pieces => {
  const random = randomOf(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  let pieces = 0;
  const pool: Pool = {
    free: () => threads,
    close: () => {},
    crewFor: () => ({
      gather: () => {},
      share: (_, { extent, piece }, doPart) => {
        const begins = Array.from({ length: Math.ceil(extent / piece) }, (__, i) => i * piece);
        while (begins.length > 0) {
          const [begin = 0] = begins.splice(below(begins.length), 1);
          doPart(begin, Math.min(begin + piece, extent), below(threads));
          pieces++;
        }
      },
    }),
  };
  const options = { tile: TILES[seed % 2] ?? TILES[0], threads, worthSharing: 0.001 };
  return { ...compiledWith('wasm, in pieces', options, pool), pieces: () => pieces };
};
