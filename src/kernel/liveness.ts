/** When values live: the kernels that write and read each, and where a kernel may write over what it reads. */
import { required } from '../require.js';
import { bytesOf } from '../tensor/dtype.js';
import { sizeOf } from '../tensor/shape.js';
import { sameAffine } from './index-map.js';
import { type Kernel, loopsOf } from './kernel.js';
import { instructionAt, isGiven, type Program, type ValueId } from '../graph/program.js';
import { type Read, readsIn } from './loads.js';
import type { KernelProgram } from './fuse.js';

/** From the first kernel that writes a value to the last that reads it; −1 is before, the count of kernels after all. */
export interface Life {
  readonly value: ValueId;
  readonly start: number;
  readonly end: number;
}

export const byteLength = (program: Program, id: ValueId): number => {
  const { shape, dtype } = instructionAt(program, id);
  return sizeOf(shape) * bytesOf[dtype];
};

export const writesOf = (kernel: Kernel): ReadonlySet<ValueId> =>
  new Set(kernel.kind === 'scan' ? [kernel.value] : loopsOf(kernel).stores.map(({ value }) => value));

/**
 * Whether a kernel may store `written` in the place of `read`: it reads each element of the one only at the
 * point where it stores that of the other.
 */
export const mayOverwrite = (
  program: Program,
  kernel: Kernel,
  written: ValueId,
  read: ValueId,
  reads = readsIn(kernel),
): boolean => {
  if (kernel.kind === 'scan') return false;
  if (byteLength(program, written) !== byteLength(program, read)) return false;
  const loops = loopsOf(kernel);
  const stores = loops.stores.filter(({ value }) => value === written);
  const [store] = stores;
  if (store === undefined || stores.length > 1 || store.mode !== 'set' || loops.ordered > 0) return false;
  if (bytesOf[store.dtype] !== bytesOf[instructionAt(program, read).dtype]) return false;
  const how = reads.get(read);
  if (how === undefined) return true;
  return !how.anywhere && !how.reduced && how.at.every((at) => sameAffine(at, store.at));
};

/** The reads of each kernel, in the order of the kernels. */
export type Reads = readonly ReadonlyMap<ValueId, Read>[];

/** The life of every value that the kernels touch, or that an output is. */
export const livesOf = (
  { program, kernels }: KernelProgram,
  reads: Reads = kernels.map(readsIn),
): ReadonlyMap<ValueId, Life> => {
  const lives = new Map<ValueId, Life>();
  const note = (value: ValueId, start: number, end: number): void => {
    const known = lives.get(value);
    lives.set(value, {
      value,
      start: Math.min(start, known?.start ?? start),
      end: Math.max(end, known?.end ?? end),
    });
  };
  const given = (value: ValueId): boolean => isGiven(instructionAt(program, value));
  for (const [position, kernel] of kernels.entries()) {
    for (const value of writesOf(kernel)) note(value, position, position);
    for (const value of required(reads[position], 'the reads of a kernel').keys())
      note(value, given(value) ? -1 : position, position);
  }
  // An output of no elements has no kernel: it begins and ends at the end.
  for (const value of program.outputs) note(value, given(value) ? -1 : kernels.length, kernels.length);
  return lives;
};
