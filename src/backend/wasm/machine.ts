/** A running instance: memory of its own, with the state in it, and what makes a step of it. */
import { required } from '../../require.js';
import { instructionAt, type Program } from '../../graph/program.js';
import type { Data, DataOf, DType } from '../../tensor/dtype.js';
import type { Spec } from '../../tensor/primitive/primitive.js';
import { sizeOf } from '../../tensor/shape.js';
import type { Machine } from '../backend.js';
import type { Blas } from './blas/library.js';
import type { Compiled } from './compile.js';
import { hostFunctions } from './pointwise-rules.js';
import { type InMemory, refuseMemory, ROOM_BEHIND } from './memory-limit.js';
import { flatPhases } from './phase.js';
import { type Helpers, namesOf, stepOf } from './step.js';
import type { Pool } from './threads/pool.js';

const views: {
  readonly [D in DType]: (buffer: ArrayBufferLike, place: number, length: number) => DataOf[D];
} = {
  float32: (buffer, place, length) => new Float32Array(buffer as ArrayBuffer, place, length),
  float64: (buffer, place, length) => new Float64Array(buffer as ArrayBuffer, place, length),
  int32: (buffer, place, length) => new Int32Array(buffer as ArrayBuffer, place, length),
  uint32: (buffer, place, length) => new Uint32Array(buffer as ArrayBuffer, place, length),
  bool: (buffer, place, length) => new Uint8Array(buffer as ArrayBuffer, place, length),
};

const PAGE = 65536;

/** What a machine is started from. */
export interface Startable {
  readonly module: WebAssembly.Module;
  readonly program: Program;
  readonly compiled: Compiled;
  readonly threads: number;
  /** The workers, where the module was made for several threads. */
  readonly pool: Pool | undefined;
  /** The library, where the module leaves products to one. */
  readonly blas: Blas | undefined;
  readonly around?: Helpers['around'];
}

/** Starts a compiled module with this state. */
export const startMachine = (
  { module, program, compiled, threads, pool, blas, around }: Startable,
  state: readonly Data[],
): Machine => {
  const { plan, tables, bytes, phases } = compiled;
  const memory = memoryOf(bytes, threads > 1, () => [
    { program: compiled.fused.program, values: plan.places.keys() },
  ]);
  const { buffer } = memory;
  const viewOf = ({ shape, dtype }: Spec, place: number): Data => views[dtype](buffer, place, sizeOf(shape));
  const { carried } = program;
  const inputs = program.inputs.map((spec, i) => viewOf(spec, required(plan.inputs[i], 'a place')));
  const outputs = program.outputs.map((id, i) => {
    return viewOf(instructionAt(program, id), required(plan.outputs[i], 'a place'));
  });
  for (const { place, data } of [...plan.constants, ...tables])
    new Uint8Array(buffer, place, data.byteLength).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );

  const instance = new WebAssembly.Instance(module, { host: { memory, ...hostFunctions } });
  const shared = flatPhases(phases).some(({ kind }) => kind === 'shared');
  const crew = shared ? pool?.crewFor({ module, memory, names: namesOf(phases) }) : undefined;
  const run = stepOf(phases, instance, buffer, { crew, blas, threads, ...(around && { around }) });

  const stateViews = inputs.slice(0, carried);
  const freeViews = inputs.slice(carried);
  const resultViews = outputs.slice(carried);
  copyIn(stateViews, state);
  return {
    step: (given) => {
      copyIn(freeViews, given);
      run();
      return resultViews.map((view) => view.slice());
    },
    state: () => stateViews.map((view) => view.slice()),
  };
};

/** Writes arrays where the module reads them; that they fit was looked at before. */
const copyIn = (views: readonly Data[], given: readonly Data[]): void => {
  for (let i = 0; i < views.length; i++) {
    const [view, data] = [views[i], given[i]];
    if (view !== undefined && data !== undefined) view.set(data);
  }
};

const memoryOf = (bytes: number, shared: boolean, parts: () => readonly InMemory[]): WebAssembly.Memory => {
  const pages = Math.ceil((bytes + ROOM_BEHIND) / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuseMemory(bytes, parts());
  }
};
