/** From the parts of a step to phases, and the functions that they need to be exported. */
import type { Sgemm } from './blas/library.js';
import {
  call,
  type Callable,
  defineFunction,
  type FunctionBody,
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

/** Statements in one function; engines are slow at long ones, and refuse those beyond some megabytes. */
const LONGEST = 500;

/** The same statements, in functions of their own where there are too many of them. */
const inFunctions = (statements: readonly Statement[], module: ModuleBuilder): readonly Statement[] => {
  if (statements.length <= LONGEST) return statements;
  const calls = Array.from({ length: Math.ceil(statements.length / LONGEST) }, (_, i) =>
    call(module.add(inOrder(statements.slice(i * LONGEST, (i + 1) * LONGEST)))),
  );
  return inFunctions(calls, module);
};

/** A function that does these one after another. */
const inOrder = (statements: readonly Statement[]): FunctionBody =>
  defineFunction([], (scope) => {
    scope.run(...statements);
    return undefined;
  });

/** The statements of parts that one thread does alone; `undefined` where others take part. */
const statementsOf = (parts: readonly Part[], module: ModuleBuilder): readonly Statement[] | undefined => {
  const all: Statement[] = [];
  for (const part of parts) {
    if ('products' in part) return undefined;
    if ('repeat' in part) {
      const { times, counter, before, beforeEach, afterEach, after } = part.repeat;
      const inside = statementsOf(part.repeat.parts, module);
      if (inside === undefined) return undefined;
      const each = inFunctions([...beforeEach, ...inside, ...afterEach], module);
      const body = statement(each.map(({ statement: code }) => code));
      const loop = repeatWhile(body, i32.ltU(load.i32(counter), constant(times)));
      for (const some of [before, [loop], after]) for (const one of some) all.push(one);
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
  let exported = 0;
  const named = (callable: Callable): string => {
    const name = `phase ${exported++}`;
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
    const addToPending = (statements: readonly Statement[]): void => {
      for (const each of statements) pending.push(each);
    };
    const addPending = (of?: number): void => {
      if (pending.length === 0) return;
      phases.push({
        kind: 'alone',
        name: named(module.add(inOrder(inFunctions(pending, module)))),
        ...(of !== undefined && { kernel: of }),
      });
      pending = [];
    };
    for (const part of inside) {
      const { kernel } = part;
      const alone = statementsOf([part], module);
      if (alone !== undefined) {
        addToPending(alone);
        if (apart) addPending(kernel);
        continue;
      }
      if ('repeat' in part) addToPending(part.repeat.before);
      addPending();
      if ('products' in part) phases.push({ kind: 'products', products: part.products, kernel });
      else if ('repeat' in part) {
        const { times, beforeEach, parts: again, afterEach, after } = part.repeat;
        phases.push({ kind: 'repeat', times, phases: phasesIn(again, beforeEach, afterEach), kernel });
        addToPending(after);
      } else if (part.piece !== undefined) {
        const { callable, extent, piece } = part;
        phases.push({ kind: 'shared', name: named(callable), extent, piece, kernel });
      }
    }
    addToPending(end);
    addPending();
    return phases;
  };
  return { phases: phasesIn(parts, [], atTheEnd), exports };
};
