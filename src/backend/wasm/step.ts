/** One step of a machine: its phases one after another. */
import type { Blas } from './blas/library.js';
import { flatPhases, type Phase } from './phase.js';
import type { DoPart } from './threads/control.js';
import type { Crew } from './threads/pool.js';

/** Who takes part beside this thread. */
export interface Helpers {
  readonly crew: Crew | undefined;
  readonly blas: Blas | undefined;
  /** How many threads the library is to use. */
  readonly threads: number;
  /** What is done around each phase: a profile takes the time there. */
  readonly around?: (position: number, perform: () => void) => void;
}

/** An exported function of a phase: over a part of a range, or of nothing. */
type Exported = DoPart & (() => void);

const exportedBy = ({ exports }: WebAssembly.Instance, name: string): Exported => {
  const found = exports[name];
  if (typeof found !== 'function') throw new TypeError(`wasm: the module exports no ${name}`);
  // The module was made with these types.
  return found as Exported;
};

type Perform = (crew: Crew | undefined) => void;

const performing = (
  phase: Phase,
  positions: ReadonlyMap<string, number>,
  instance: WebAssembly.Instance,
  buffer: ArrayBufferLike,
  helpers: Helpers,
): Perform => {
  const { blas } = helpers;
  if (phase.kind === 'repeat') {
    const performs = phase.phases.map((each) => performing(each, positions, instance, buffer, helpers));
    return (crew) => {
      for (let time = 0; time < phase.times; time++) for (const perform of performs) perform(crew);
    };
  }
  if (phase.kind === 'products') {
    if (blas === undefined) throw new RangeError('wasm: products for a library, and no library');
    const calls = phase.products.map((product) => blas.bind(product, buffer));
    return () => {
      for (const call of calls) call();
    };
  }
  const part = exportedBy(instance, phase.name);
  if (phase.kind === 'alone') return () => part();
  const position = positions.get(phase.name);
  if (position === undefined) throw new RangeError(`wasm: no phase ${phase.name}`);
  return (crew) => {
    if (crew === undefined) part(0, phase.extent, 0);
    else crew.share(position, phase, part);
  };
};

/** The exported functions of phases, in the order in which workers know them. */
export const namesOf = (phases: readonly Phase[]): readonly string[] =>
  flatPhases(phases).flatMap((phase) => (phase.kind === 'products' ? [] : [phase.name]));

/** The step of an instance. Helpers are called together for the second one: many a machine steps only once. */
export const stepOf = (
  phases: readonly Phase[],
  instance: WebAssembly.Instance,
  buffer: ArrayBufferLike,
  helpers: Helpers,
): (() => void) => {
  const [only] = phases;
  if (only?.kind === 'alone' && phases.length === 1 && helpers.around === undefined)
    return exportedBy(instance, only.name);
  const positions = new Map(namesOf(phases).map((name, i) => [name, i]));
  const { crew, blas, threads, around } = helpers;
  const performs = phases.map((phase, position): Perform => {
    const perform = performing(phase, positions, instance, buffer, helpers);
    if (around === undefined) return perform;
    return (present) => {
      around(position, () => {
        perform(present);
      });
    };
  });
  const usesLibrary = flatPhases(phases).some(({ kind }) => kind === 'products');
  let isFirst = true;
  return () => {
    if (usesLibrary) blas?.useThreads(threads);
    if (!isFirst) crew?.gather();
    const present = isFirst ? undefined : crew;
    isFirst = false;
    for (const perform of performs) perform(present);
  };
};
