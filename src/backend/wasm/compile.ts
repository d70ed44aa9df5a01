/** From a program to a module: schedule, plan, then functions of each kernel and those that call them in order. */
import { aligned } from '../../program/arena.js';
import type { Kernel, ProductKernel, Walk } from '../../program/kernel.js';
import { plan } from '../../program/plan.js';
import { placesOf } from '../../program/product.js';
import type { Program, ValueId } from '../../program/program.js';
import { schedule } from '../../program/schedule.js';
import { libraryParts } from './blas/product-parts.js';
import { type LibraryProduct, libraryProduct, libraryScratch } from './blas/product-calls.js';
import type { Compiled, Table } from './compiled.js';
import { nanosecondsOf, packingNanoseconds } from './cost.js';
import { i32 as constant } from './emitter.js';
import { HOST_FUNCTIONS } from './host-functions.js';
import { copyBytes } from './instructions.js';
import { loopFunction } from './loop-code.js';
import type { RangeFunction } from './range-function.js';
import { moduleBuilder } from './module.js';
import { pieceOf, type Sharing } from './phase.js';
import { type Part, phasesOf } from './phase-code.js';
import { productFunctions } from './product-code.js';
import { scratchBytes, type Tile } from './product-shape.js';

export interface CompileOptions extends Sharing {
  /** What the micro-kernel of products keeps in registers. */
  readonly tile: Tile;
  /** Whether large products are left to a library. */
  readonly blas?: boolean;
}

export const compileProgram = (program: Program, options: CompileOptions): Compiled => {
  const { tile, threads, blas = false } = options;
  const scheduled = schedule(program);
  const forLibrary = (kernel: ProductKernel): LibraryProduct | undefined =>
    blas ? libraryProduct(program, kernel) : undefined;
  const planned = plan(scheduled, (kernel) => {
    if (kernel.kind === 'loop') return 0;
    const given = forLibrary(kernel);
    return given === undefined ? scratchBytes(kernel, tile, threads) : libraryScratch(given).bytes;
  });
  const module = moduleBuilder(HOST_FUNCTIONS, threads > 1);

  const tables: Table[] = [];
  const tablesByWalk = new Map<string, number>();
  let bytes = planned.bytes;
  const tableOf = (walk: Walk): number => {
    const key = JSON.stringify(walk);
    const known = tablesByWalk.get(key);
    if (known !== undefined) return known;
    const data = Int32Array.from(placesOf(walk), (place) => place * 4);
    const place = bytes;
    bytes += aligned(data.byteLength);
    tables.push({ place, data });
    tablesByWalk.set(key, place);
    return place;
  };

  const placeOf = (value: ValueId): number => {
    const place = planned.places.get(value);
    if (place === undefined) throw new RangeError(`wasm: %${value} has no place`);
    return place;
  };
  const layout = { placeOf };
  const rangePart = ({ body, extent, grain }: RangeFunction, nanoseconds: number): Part => ({
    callable: module.add(body),
    extent,
    piece: pieceOf({ extent, grain, nanoseconds }, options),
  });
  const partsOf = (kernel: Kernel, position: number): readonly Part[] => {
    if (kernel.kind === 'loop')
      return [rangePart(loopFunction(kernel, layout, module), nanosecondsOf(kernel))];
    const scratch = planned.scratch[position] ?? 0;
    const given = forLibrary(kernel);
    if (given !== undefined) {
      const parts = libraryParts(given, { layout, module, tableOf, scratch });
      return parts.map((part) => ('products' in part ? part : rangePart(part, part.nanoseconds)));
    }
    const setting = { layout, module, tableOf, scratch, workers: threads, tile };
    const { packing, multiplying } = productFunctions(kernel, setting);
    const packed = packingNanoseconds(kernel.columns * kernel.inner);
    return [
      ...(packing === undefined ? [] : [rangePart(packing, packed)]),
      rangePart(multiplying, nanosecondsOf(kernel)),
    ];
  };
  const copies = planned.copies.map(({ from, to, bytes: length }) =>
    copyBytes(constant(to), constant(from), constant(length)),
  );
  const { phases, exports } = phasesOf(scheduled.kernels.flatMap(partsOf), copies, module);
  const code = module.finish(exports);
  return { schedule: scheduled, plan: planned, tables, bytes, code, phases };
};
