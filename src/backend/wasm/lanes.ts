/** What the loops of a kernel are written over: four lanes of 32 bits at once, or one number at a time. */
import type { DType } from '../../tensor/dtype.js';
import type { PointwiseName, Reduction } from '../../kernel/kernel.js';
import type { Expr, Scope, Statement, ValueType } from './emitter.js';
import type { Address } from './instructions.js';
import type { ModuleBuilder } from './module.js';

/** How the elements of a reduction become one. */
export type Combine = Reduction['combine'];

/** A sum, or another reduction, under way. */
export interface Accumulator<T extends ValueType> {
  /** Takes one more element in; `count` lanes of it, or all. `index` is its place along the axis. */
  readonly take: (scope: Scope, value: Expr<T>, count: number, index: Expr<'i32'> | undefined) => void;
  /** The result in each lane, of that lane's elements. */
  readonly each: (scope: Scope) => Expr<T>;
  /** The result over all lanes, in every lane. */
  readonly across: (scope: Scope) => Expr<T>;
}

export interface Lanes<T extends ValueType> {
  /** How many elements one value holds. */
  readonly width: number;
  readonly literal: (dtype: DType, value: number) => Expr<T>;
  /** Loads `count` elements that lie `step` bytes apart; the same everywhere for a step of 0. */
  readonly load: (scope: Scope, dtype: DType, address: Address, step: number, count: number) => Expr<T>;
  readonly store: (
    dtype: DType,
    address: Address,
    step: number,
    count: number,
    value: Expr<T>,
  ) => readonly Statement[];
  /** `start`, `start + step`, … in lanes of int32. */
  readonly index: (start: Expr<'i32'>, step: number) => Expr<T>;
  /** The first lane of an integer. */
  readonly first: (value: Expr<T>) => Expr<'i32'>;
  /** A primitive; `from` is the dtype of its (last) operands. */
  readonly apply: (
    scope: Scope,
    name: PointwiseName,
    from: DType,
    to: DType,
    inputs: readonly Expr<T>[],
  ) => Expr<T>;
  /** Element `index` of those at the addresses that it leads to, lane by lane; 0 where it is not below `size`. */
  readonly gather: (scope: Scope, gather: Gather<T>) => Expr<T>;
  readonly random: (scope: Scope, key: readonly [Expr<T>, Expr<T>], counter: Expr<T>) => Expr<T>;
  readonly accumulator: (scope: Scope, combine: Combine, dtype: DType) => Accumulator<T>;
}

export interface Gather<T extends ValueType> {
  readonly dtype: DType;
  readonly address: Address;
  /** Bytes from lane to lane, and from index to index. */
  readonly step: number;
  readonly stride: number;
  readonly index: Expr<T>;
  /** Whether the index is the same in all lanes. */
  readonly uniform: boolean;
  readonly size: number;
  readonly count: number;
}

/** What code may ask of the module that it becomes part of. */
export type Library = Pick<ModuleBuilder, 'imported' | 'shared'>;
