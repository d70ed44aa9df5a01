/**
 * Plan: a place in one memory for every value of a fused program, all of it before anything runs.
 *
 * Carried inputs have places of their own, in which they stay from one run to the next. The output that
 * becomes such an input is computed right there if nothing reads the old value any more; if something does,
 * it is computed elsewhere and copied there at the end.
 */
import { required } from '../require.js';
import { aligned, type Block, largestLiveSet, placeBlocks } from './arena.js';
import { bytesOf, type Data } from '../tensor/dtype.js';
import { sizeOf } from '../tensor/shape.js';
import type { Kernel } from './kernel.js';
import { byteLength, type Life, livesOf, mayOverwrite, type Reads } from './liveness.js';
import { instructionAt, type Program, type ValueId } from '../graph/program.js';
import { readsIn } from './loads.js';
import type { KernelProgram } from './fuse.js';

export interface Copy {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

export interface Plan {
  /** The place of each value that is in memory, in bytes. */
  readonly places: ReadonlyMap<ValueId, number>;
  /** Where each input is handed in, and each output handed out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The place of each kernel's scratch. */
  readonly scratch: readonly number[];
  /** What is in memory before the first run. */
  readonly constants: readonly { readonly place: number; readonly data: Data }[];
  /** After the kernels of each run: these in order, none of which reads what one before it has written. */
  readonly copies: readonly Copy[];
  readonly bytes: number;
  /** The most bytes of values, state, constants and scratch alive at once. */
  readonly bound: number;
}

interface Holder {
  bytes: number;
  start: number;
  end: number;
  /** The kernel that wrote the last value in it. */
  taken: number;
}

const need = (place: number | undefined): number => required(place, 'the place of a value');

/** The value that is handed in at each position. */
const inputValues = (program: Program): ReadonlyMap<number, ValueId> =>
  new Map(
    program.instructions.flatMap((each, id) => (each.kind === 'input' ? [[each.position, id] as const] : [])),
  );

/** A carried place, the value that a run finds there, and the one that it leaves. */
interface Carried {
  readonly position: number;
  readonly old: ValueId | undefined;
  readonly next: ValueId;
}

const carriedOf = (program: Program, given: ReadonlyMap<number, ValueId>): readonly Carried[] =>
  program.outputs
    .slice(0, program.carried)
    .map((next, position) => ({ position, old: given.get(position), next }));

/** The memory plan of a fused program. `scratch` says how many bytes each kernel needs beside its values. */
export const plan = (fused: KernelProgram, scratch: (kernel: Kernel) => number): Plan => {
  const { program, kernels } = fused;
  const reads = kernels.map(readsIn);
  const lives = livesOf(fused, reads);
  const after = kernels.length;
  const given = inputValues(program);
  const carried = carriedOf(program, given);
  const isCarried = (id: ValueId): boolean => {
    const instruction = instructionAt(program, id);
    return instruction.kind === 'input' && instruction.position < program.carried;
  };

  // State, then constants, at the start of memory, for ever.
  let fixed = 0;
  const reserve = (bytes: number): number => {
    const place = fixed;
    fixed += aligned(bytes);
    return place;
  };
  const specBytes = (position: number): number => {
    const { shape, dtype } = required(program.inputs[position], 'an input');
    return sizeOf(shape) * bytesOf[dtype];
  };
  const statePlaces = carried.map(({ position }) => reserve(specBytes(position)));
  const places = new Map<ValueId, number>();
  for (const { position, old } of carried)
    if (old !== undefined) places.set(old, need(statePlaces[position]));
  const constants: { readonly place: number; readonly data: Data }[] = [];
  for (const value of lives.keys()) {
    const instruction = instructionAt(program, value);
    if (instruction.kind !== 'constant') continue;
    const place = reserve(byteLength(program, value));
    places.set(value, place);
    constants.push({ place, data: instruction.data });
  }

  // Outputs that can be computed right in the place of the state that they replace.
  for (const { position, old, next } of carried) {
    const life = lives.get(next);
    if (places.has(next) || life === undefined || instructionAt(program, next).kind !== 'operation') continue;
    const oldEnd = old === undefined ? -1 : (lives.get(old)?.end ?? -1);
    const kernel = kernels[life.start];
    const over =
      oldEnd < life.start ||
      (oldEnd === life.start &&
        kernel !== undefined &&
        old !== undefined &&
        mayOverwrite(program, kernel, next, old, readsAt(reads, life.start)));
    if (over) places.set(next, need(statePlaces[position]));
  }

  // All others share an arena; a value may take over the place of one that ends where it begins.
  const holders: Holder[] = [];
  const holderOf = new Map<ValueId, Holder>();
  const hold = (bytes: number, start: number, end: number): Holder => {
    const holder = { bytes, start, end, taken: start };
    holders.push(holder);
    return holder;
  };
  const inputHolders = program.inputs.map((_, position) => {
    if (position < program.carried) return undefined;
    const value = given.get(position) ?? -1;
    const holder = hold(specBytes(position), -1, lives.get(value)?.end ?? -1);
    if (value >= 0) holderOf.set(value, holder);
    return holder;
  });
  for (const life of [...lives.values()].toSorted((a, b) => a.start - b.start)) {
    const { value, start, end } = life;
    if (places.has(value) || holderOf.has(value)) continue;
    const host = hostOf(fused, { reads, lives, holderOf }, life);
    if (host !== undefined) {
      host.end = Math.max(host.end, end);
      host.taken = start;
    }
    holderOf.set(value, host ?? hold(byteLength(program, value), start, end));
  }
  const scratchHolders = kernels.map((kernel, position) => hold(scratch(kernel), position, position));

  // Outputs that are state which this run replaces are taken out of the way before it is replaced.
  const replaced = new Set(carried.filter(({ old, next }) => old !== next).map(({ old }) => old));
  const isInState = (value: ValueId): boolean => isCarried(value) && replaced.has(value);
  const asideHolders = new Map<ValueId, Holder>();
  for (const value of program.outputs.filter(
    (id, position) => isInState(id) && carried[position]?.old !== id,
  ))
    if (!asideHolders.has(value)) asideHolders.set(value, hold(byteLength(program, value), after, after));

  const arena = placeBlocks(holders);
  const numbers = new Map(holders.map((holder, i) => [holder, i]));
  const placeOfHolder = (holder: Holder): number =>
    fixed + need(arena.offsets[required(numbers.get(holder), 'a holder')]);
  for (const [value, holder] of holderOf) places.set(value, placeOfHolder(holder));
  const asides = new Map([...asideHolders].map(([value, holder]) => [value, placeOfHolder(holder)]));

  const sourceOf = (value: ValueId): number => asides.get(value) ?? need(places.get(value));
  const bytesFor = (value: ValueId): number => byteLength(program, value);
  const copies = [
    ...[...asides].map(([value, to]) => ({ from: need(places.get(value)), to, bytes: bytesFor(value) })),
    ...carried
      .filter(({ position, old, next }) => old !== next && places.get(next) !== statePlaces[position])
      .map(({ position, next }) => ({
        from: sourceOf(next),
        to: need(statePlaces[position]),
        bytes: bytesFor(next),
      })),
  ].filter(({ bytes }) => bytes > 0);

  const state = [{ bytes: fixed, start: -1, end: after }];
  return {
    places,
    inputs: inputHolders.map((holder, position) =>
      holder === undefined ? need(statePlaces[position]) : placeOfHolder(holder),
    ),
    outputs: program.outputs.map((value, position) =>
      position < program.carried ? need(statePlaces[position]) : sourceOf(value),
    ),
    scratch: scratchHolders.map(placeOfHolder),
    constants,
    copies,
    bytes: fixed + arena.bytes,
    bound: largestLiveSet([...state, ...(holders satisfies readonly Block[])]),
  };
};

const readsAt = (reads: Reads, position: number): Reads[number] => {
  const found = reads[position];
  if (found === undefined) throw new RangeError(`plan: no kernel ${position}`);
  return found;
};

/** The place of an operand that a value may be computed in: its last reader is the value's only writer. */
const hostOf = (
  { program, kernels }: KernelProgram,
  {
    reads,
    lives,
    holderOf,
  }: {
    readonly reads: Reads;
    readonly lives: ReadonlyMap<ValueId, Life>;
    readonly holderOf: ReadonlyMap<ValueId, Holder>;
  },
  { value, start }: Life,
): Holder | undefined => {
  const kernel = kernels[start];
  if (kernel === undefined) return undefined;
  const own = readsAt(reads, start);
  for (const read of own.keys()) {
    const holder = holderOf.get(read);
    // A holder that has been taken over already ends later than this.
    if (holder === undefined || holder.end !== start || lives.get(read)?.end !== start) continue;
    if (holder.taken !== start && mayOverwrite(program, kernel, value, read, own)) return holder;
  }
  return undefined;
};
