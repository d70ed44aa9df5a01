/** From a program to a module: fuse, plan, then functions of each kernel and those that call them in order. */
import { required } from '../../require.js';
import { aligned } from '../../kernel/arena.js';
import type { Kernel, LoopKernel, ProductKernel, ScanKernel, Walk } from '../../kernel/kernel.js';
import { type Plan, plan } from '../../kernel/plan.js';
import { placesOf } from '../../kernel/product.js';
import type { Program, ValueId } from '../../graph/program.js';
import { scanStep } from '../../graph/scan-step.js';
import { type KernelProgram, fuse } from '../../kernel/fuse.js';
import type { Data } from '../../tensor/dtype.js';
import { type AddedFunction, kernelFunctions } from './kernel-functions.js';
import { libraryParts } from './blas/product-parts.js';
import { type LibraryProduct, libraryProduct, libraryScratch } from './blas/product-calls.js';
import type { LibraryUse } from './blas/speed.js';
import { nanosecondsOf, packingNanoseconds } from './cost.js';
import { i32 as constant, type Statement } from './emitter.js';
import { hostFunctionNames } from './pointwise-rules.js';
import { copyBytes } from './instructions.js';
import type { Layout } from './loop-code.js';
import { scanScratch, scanStatements } from './scan-parts.js';
import { type InMemory, requireAddressable } from './memory-limit.js';
import { moduleBuilder } from './module.js';
import { type Phase, pieceOf, type Sharing } from './phase.js';
import { type Part, phasesOf, type Work } from './phase-code.js';
import { scratchBytes, type Tile } from './product-shape.js';

/** What is in memory beside the plan's values. */
export interface Table {
  readonly place: number;
  readonly data: Data;
}

/** All that starting a program needs, and the stages that led there. */
export interface Compiled {
  readonly fused: KernelProgram;
  readonly plan: Plan;
  readonly tables: readonly Table[];
  /** Of memory: the plan's, and the tables'. */
  readonly bytes: number;
  /** The module; it exports the functions of the phases. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** What a step does, in order. */
  readonly phases: readonly Phase[];
}

export interface CompileOptions extends Sharing {
  /** What the micro-kernel of products keeps in registers. */
  readonly tile: Tile;
  /** Which large products are left to a library. */
  readonly blas?: LibraryUse | undefined;
  /** Whether each function of each kernel is a phase of its own, so that it can be timed. */
  readonly apart?: boolean;
}

/** A program that has been fused and planned, and so have the steps of its loops. */
interface Planned {
  readonly fused: KernelProgram;
  readonly plan: Plan;
  readonly steps: ReadonlyMap<ScanKernel, Planned>;
}

const planProgram = (program: Program, options: CompileOptions): Planned => {
  const { tile, threads } = options;
  const fused = fuse(program);
  const steps = new Map<ScanKernel, Planned>();
  for (const kernel of fused.kernels)
    if (kernel.kind === 'scan') steps.set(kernel, planProgram(scanStep(kernel.loop), options));
  const scratchOf = (kernel: Kernel): number => {
    if (kernel.kind === 'loop') return 0;
    if (kernel.kind === 'scan') return scanScratch(stepOf(steps, kernel).plan);
    const given = forLibrary(program, kernel, options);
    return given === undefined ? scratchBytes(kernel, tile, threads) : libraryScratch(given).bytes;
  };
  return { fused, plan: plan(fused, scratchOf), steps };
};

/** The values in memory of a program and of the steps of its loops. */
const partsInMemory = ({ fused: { program }, plan: { places }, steps }: Planned): readonly InMemory[] => [
  { program, values: places.keys() },
  ...[...steps.values()].flatMap(partsInMemory),
];

const stepOf = (steps: ReadonlyMap<ScanKernel, Planned>, kernel: ScanKernel): Planned => {
  const step = steps.get(kernel);
  if (step === undefined) throw new RangeError(`wasm: the loop of %${kernel.value} has no plan`);
  return step;
};

const forLibrary = (
  program: Program,
  kernel: ProductKernel,
  { blas }: CompileOptions,
): LibraryProduct | undefined => {
  if (blas === undefined) return undefined;
  const product = libraryProduct(program, kernel);
  const isUsed = product?.windows === undefined ? blas.matrices : blas.windows;
  return isUsed ? product : undefined;
};

export const compileProgram = (program: Program, options: CompileOptions): Compiled => {
  const { tile, threads } = options;
  const whole = planProgram(program, options);
  requireAddressable(whole.plan.bytes, partsInMemory(whole));
  const module = moduleBuilder(hostFunctionNames, threads > 1);

  const tables: Table[] = [];
  const tablesByWalk = new Map<string, number>();
  let bytes = whole.plan.bytes;
  const keep = (data: Data): number => {
    const place = bytes;
    bytes += aligned(data.byteLength);
    tables.push({ place, data });
    return place;
  };
  const tableOf = (walk: Walk): number => {
    const key = JSON.stringify(walk);
    const place = tablesByWalk.get(key) ?? keep(Int32Array.from(placesOf(walk), (each) => each * 4));
    tablesByWalk.set(key, place);
    return place;
  };
  const functions = kernelFunctions(module, { tableOf, workers: threads, tile });
  const rangeWork = ({ callable, extent, grain }: AddedFunction, nanoseconds: () => number): Work => ({
    callable,
    extent,
    piece: threads === 1 ? undefined : pieceOf({ extent, grain, nanoseconds: nanoseconds() }, options),
  });
  /** What a planned program does whose memory begins at `base`, and after it the copies of its plan. */
  const partsOf = (
    { fused, plan: planned, steps }: Planned,
    base: number,
  ): { readonly parts: readonly Part[]; readonly copies: readonly Statement[] } => {
    const placeOf = (value: ValueId): number => {
      const place = planned.places.get(value);
      if (place === undefined) throw new RangeError(`wasm: %${value} has no place`);
      return base + place;
    };
    const workOf = (kernel: Kernel, position: number): readonly Work[] => {
      const scratch = base + required(planned.scratch[position], 'the scratch of a kernel');
      if (kernel.kind !== 'scan') return kernelWork(fused.program, kernel, { placeOf }, scratch);
      const step = stepOf(steps, kernel);
      const constants = step.plan.constants.map(({ data }) => keep(data));
      const around = scanStatements(kernel, step.plan, { layout: { placeOf }, scratch, constants, module });
      const inside = partsOf(step, scratch);
      const afterEach = [...inside.copies, ...around.afterEach];
      return [{ repeat: { ...around, parts: inside.parts, afterEach } }];
    };
    const parts = fused.kernels.flatMap((kernel, position) =>
      workOf(kernel, position).map((work): Part => ({ ...work, kernel: position })),
    );
    const copies = planned.copies.map(({ from, to, bytes: length }) =>
      copyBytes(constant(base + to), constant(base + from), constant(length)),
    );
    return { parts, copies };
  };
  const kernelWork = (
    of: Program,
    kernel: LoopKernel | ProductKernel,
    layout: Layout,
    scratch: number,
  ): readonly Work[] => {
    if (kernel.kind === 'loop')
      return [rangeWork(functions.loop(kernel, layout), () => nanosecondsOf(kernel))];
    const given = forLibrary(of, kernel, options);
    if (given !== undefined) {
      const parts = libraryParts(given, { layout, module, tableOf, scratch });
      return parts.map((part) =>
        'products' in part
          ? part
          : rangeWork({ ...part, callable: module.add(part.body) }, () => part.nanoseconds),
      );
    }
    const { packing, multiplying } = functions.product(kernel, layout, scratch);
    return [
      ...(packing === undefined
        ? []
        : [rangeWork(packing, () => packingNanoseconds(kernel.columns * kernel.inner))]),
      rangeWork(multiplying, () => nanosecondsOf(kernel)),
    ];
  };
  const { parts, copies } = partsOf(whole, 0);
  const { phases, exports } = phasesOf(parts, copies, module, options.apart);
  requireAddressable(bytes, partsInMemory(whole));
  const code = module.finish(exports);
  return { fused: whole.fused, plan: whole.plan, tables, bytes, code, phases };
};
