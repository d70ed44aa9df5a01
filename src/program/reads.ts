/** What a kernel reads from memory. */
import { expressionsBelow, type Kernel, loopsOf, rootsOf } from './kernel.js';
import type { ValueId } from './program.js';

export const readsOf = (kernel: Kernel): ReadonlySet<ValueId> => {
  if (kernel.kind === 'scan') return new Set(kernel.inputs.map(({ value }) => value));
  const reads = new Set<ValueId>(kernel.kind === 'product' ? [kernel.left.value, kernel.right.value] : []);
  for (const each of expressionsBelow(rootsOf(loopsOf(kernel))))
    if (each.kind === 'load' || each.kind === 'gather') reads.add(each.value);
  return reads;
};
