/** From the parts of a step to phases, and the functions that they need to be exported. */
import type { Sgemm } from './blas/library.js';
import {
  call,
  type Callable,
  defineFunction,
  i32 as constant,
  repeatWhile,
  statement,
  type Statement,
} from './emitter.js';
import { type Address, i32, load } from './instructions.js';
import type { ModuleBuilder } from './module.js';
import type { Phase } from './phase.js';

/** Parts that are done again and again, with what is done around them. */
export interface Repeat {
  readonly times: number;
  /** Where in memory the number of the step is. */
  readonly counter: Address;
  readonly before: readonly Statement[];
  readonly beforeEach: readonly Statement[];
  readonly parts: readonly Part[];
  readonly afterEach: readonly Statement[];
  readonly after: readonly Statement[];
}

/** A function over a range, and the pieces that it is shared out in, if it is; products for a library; or a loop. */
export type Work =
  | { readonly callable: Callable; readonly extent: number; readonly piece: number | undefined }
  | { readonly products: readonly Sgemm[] }
  | { readonly repeat: Repeat };

/** Work, and the position of the kernel that it is of. */
export type Part = Work & { readonly kernel: number };

export interface Phases {
  readonly phases: readonly Phase[];
  readonly exports: Readonly<Record<string, Callable>>;
}

/** The statements of parts that one thread does alone; `undefined` where others take part. */
const statementsOf = (parts: readonly Part[]): readonly Statement[] | undefined => {
  const all: Statement[] = [];
  for (const part of parts) {
    if ('products' in part) return undefined;
    if ('repeat' in part) {
      const { times, counter, before, beforeEach, afterEach, after } = part.repeat;
      const inside = statementsOf(part.repeat.parts);
      if (inside === undefined) return undefined;
      const body = statement([...beforeEach, ...inside, ...afterEach].map(({ statement: code }) => code));
      all.push(...before, repeatWhile(body, i32.ltU(load.i32(counter), constant(times))), ...after);
    } else if (part.piece === undefined)
      all.push(call(part.callable, constant(0), constant(part.extent), constant(0)));
    else return undefined;
  }
  return all;
};

/** Shared ranges and products by themselves, all that lies between two of them as one function, or each `apart`. */
export const phasesOf = (
  parts: readonly Part[],
  atTheEnd: readonly Statement[],
  module: ModuleBuilder,
  apart = false,
): Phases => {
  const exports: Record<string, Callable> = {};
  const named = (callable: Callable): string => {
    const name = `phase ${Object.keys(exports).length}`;
    exports[name] = callable;
    return name;
  };
  const phasesIn = (
    inside: readonly Part[],
    first: readonly Statement[],
    end: readonly Statement[],
  ): readonly Phase[] => {
    const phases: Phase[] = [];
    let pending: Statement[] = [...first];
    const addPending = (of?: number): void => {
      if (pending.length === 0) return;
      const inOrder = defineFunction([], (scope) => {
        scope.run(...pending);
        return undefined;
      });
      phases.push({
        kind: 'alone',
        name: named(module.add(inOrder)),
        ...(of !== undefined && { kernel: of }),
      });
      pending = [];
    };
    for (const part of inside) {
      const { kernel } = part;
      const alone = statementsOf([part]);
      if (alone !== undefined) {
        pending.push(...alone);
        if (apart) addPending(kernel);
        continue;
      }
      if ('repeat' in part) pending.push(...part.repeat.before);
      addPending();
      if ('products' in part) phases.push({ kind: 'products', products: part.products, kernel });
      else if ('repeat' in part) {
        const { times, beforeEach, parts: again, afterEach, after } = part.repeat;
        phases.push({ kind: 'repeat', times, phases: phasesIn(again, beforeEach, afterEach), kernel });
        pending.push(...after);
      } else if (part.piece !== undefined) {
        const { callable, extent, piece } = part;
        phases.push({ kind: 'shared', name: named(callable), extent, piece, kernel });
      }
    }
    pending.push(...end);
    addPending();
    return phases;
  };
  return { phases: phasesIn(parts, [], atTheEnd), exports };
};
