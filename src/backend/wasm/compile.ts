/** From a program to a module: schedule, plan, then a function a kernel and one that calls them in order. */
import { aligned } from '../../program/arena.js';
import type { Kernel, Walk } from '../../program/kernel.js';
import { plan, type Plan } from '../../program/plan.js';
import { placesOf } from '../../program/product.js';
import type { Program, ValueId } from '../../program/program.js';
import { schedule, type Schedule } from '../../program/schedule.js';
import { call, defineFunction, i32 as constant } from './emitter.js';
import { HOST_FUNCTIONS } from './host-functions.js';
import { copyBytes } from './instructions.js';
import { loopFunction, type RangeFunction } from './loop-code.js';
import type { Table } from './machine.js';
import { moduleBuilder } from './module.js';
import { productFunctions } from './product-code.js';
import { scratchBytes } from './product-shape.js';

export interface CompileOptions {
  /** Whether products may multiply and add with one rounding. */
  readonly relaxed: boolean;
}

/** All that starting a program needs, and the stages that led there. */
export interface Compiled {
  readonly schedule: Schedule;
  readonly plan: Plan;
  readonly tables: readonly Table[];
  /** Of memory: the plan's, and the tables'. */
  readonly bytes: number;
  readonly code: Uint8Array<ArrayBuffer>;
}

const scratchOf = (kernel: Kernel): number => (kernel.kind === 'product' ? scratchBytes(kernel) : 0);

export const compileProgram = (program: Program, { relaxed }: CompileOptions): Compiled => {
  const scheduled = schedule(program);
  const planned = plan(scheduled, scratchOf);
  const module = moduleBuilder(HOST_FUNCTIONS, false);

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
  const functionsOf = (kernel: Kernel, position: number): readonly RangeFunction[] =>
    kernel.kind === 'loop'
      ? [loopFunction(kernel, layout, module)]
      : productFunctions(kernel, {
          layout,
          module,
          tableOf,
          scratch: planned.scratch[position] ?? 0,
          relaxed,
        });

  const steps = scheduled.kernels.flatMap(functionsOf).map(({ body, extent }) => {
    const callable = module.add(body);
    return call(callable, constant(0), constant(extent));
  });
  const run = defineFunction([], (scope) => {
    scope.run(
      ...steps,
      ...planned.copies.map(({ from, to, bytes: length }) =>
        copyBytes(constant(to), constant(from), constant(length)),
      ),
    );
    return undefined;
  });
  const code = module.finish(module.add(run));
  return { schedule: scheduled, plan: planned, tables, bytes, code };
};
