/** From the parts of a step to phases, and the functions that they need to be exported. */
import type { Sgemm } from './blas/library.js';
import { call, type Callable, defineFunction, i32 as constant, type Statement } from './emitter.js';
import type { ModuleBuilder } from './module.js';
import type { Phase } from './phase.js';

/** A function over a range, and the pieces that it is shared out in, if it is; or products for a library. */
export type Part =
  | { readonly callable: Callable; readonly extent: number; readonly piece: number | undefined }
  | { readonly products: readonly Sgemm[] };

export interface Phases {
  readonly phases: readonly Phase[];
  readonly exports: Readonly<Record<string, Callable>>;
}

/** Shared ranges and products by themselves, all that lies between two of them as one function. */
export const phasesOf = (
  parts: readonly Part[],
  atTheEnd: readonly Statement[],
  module: ModuleBuilder,
): Phases => {
  const phases: Phase[] = [];
  const exports: Record<string, Callable> = {};
  let pending: Statement[] = [];
  const add = (make: (name: string) => Phase, callable?: Callable): void => {
    const phase = make(`phase ${phases.length}`);
    if (phase.kind !== 'products' && callable !== undefined) exports[phase.name] = callable;
    phases.push(phase);
  };
  const addPending = (): void => {
    if (pending.length === 0) return;
    const inOrder = defineFunction([], (scope) => {
      scope.run(...pending);
      return undefined;
    });
    add((name) => ({ kind: 'alone', name }), module.add(inOrder));
    pending = [];
  };
  for (const part of parts) {
    if ('products' in part) {
      addPending();
      add(() => ({ kind: 'products', products: part.products }));
      continue;
    }
    const { callable, extent, piece } = part;
    if (piece === undefined) pending.push(call(callable, constant(0), constant(extent), constant(0)));
    else {
      addPending();
      add((name) => ({ kind: 'shared', name, extent, piece }), callable);
    }
  }
  pending.push(...atTheEnd);
  addPending();
  return { phases, exports };
};
