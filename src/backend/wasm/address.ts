/** Arithmetic of addresses. */
import type { Expr } from './emitter.js';
import { type Address, i32 } from './instructions.js';

/** The address this many bytes further on. What an instruction adds to its base is never negative. */
export const displaced = ({ base, offset }: Address, bytes: number): Address =>
  offset + bytes >= 0
    ? { base, offset: offset + bytes }
    : { base: i32.add(base, i32.const(offset + bytes)), offset: 0 };

/** The address of item `index` of those so many bytes apart, perhaps backwards. */
export const indexed = ({ base, offset }: Address, index: Expr<'i32'>, stride: number): Address => {
  const further = i32.add(base, i32.mul(index, i32.const(stride)));
  return stride >= 0 ? { base: further, offset } : { base: i32.add(further, i32.const(offset)), offset: 0 };
};
