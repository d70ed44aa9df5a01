/** What a kernel reads from memory, and where. */
import type { Affine } from './index-map.js';
import { expressionsBelow, type Kernel, loopsOf, rootsOf } from './kernel.js';
import type { ValueId } from '../graph/program.js';

/** How a kernel reads a value. */
export interface Read {
  /** The places, other than its own point, are anywhere: a factor of a product, what is gathered, an input of a scan. */
  readonly anywhere: boolean;
  /** Whether a reduction reads it. */
  readonly reduced: boolean;
  /** The places of its loads. */
  readonly at: readonly Affine[];
}

export const readsIn = (kernel: Kernel): ReadonlyMap<ValueId, Read> => {
  const reads = new Map<ValueId, { anywhere: boolean; reduced: boolean; readonly at: Affine[] }>();
  const note = (value: ValueId): { anywhere: boolean; reduced: boolean; readonly at: Affine[] } => {
    const read = reads.get(value) ?? { anywhere: false, reduced: false, at: [] };
    reads.set(value, read);
    return read;
  };
  if (kernel.kind === 'scan') for (const { value } of kernel.inputs) note(value).anywhere = true;
  if (kernel.kind === 'product')
    for (const { value } of [kernel.left, kernel.right]) note(value).anywhere = true;
  if (kernel.kind === 'scan') return reads;
  const loops = loopsOf(kernel);
  const bodies = loops.reductions.map(({ body }) => body);
  for (const each of bodies.length === 0 ? [] : expressionsBelow(bodies))
    if (each.kind === 'load' || each.kind === 'gather') note(each.value).reduced = true;
  for (const each of expressionsBelow(rootsOf(loops))) {
    if (each.kind === 'load') note(each.value).at.push(each.at);
    if (each.kind === 'gather') note(each.value).anywhere = true;
  }
  return reads;
};
