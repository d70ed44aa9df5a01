/**
 * Kernels: what a fused program is made of. A kernel is a nest of loops over a domain, perhaps with axes that are
 * summed or searched over at each point of it, and what is computed and stored at each point. A matrix
 * product is a kernel of its own, with such a nest as its epilogue.
 */
import type { DType } from '../tensor/dtype.js';
import type { NameOfKind } from '../tensor/primitive/table.js';
import type { Affine } from './index-map.js';
import type { ScanInstruction, ValueId } from '../graph/program.js';

/** The primitives that take one element of each input to one of the result. */
export type PointwiseName = NameOfKind<'pointwise'>;

/** What is computed at one point of a kernel's axes. Shared parts are one object. */
export type Expression =
  | { readonly kind: 'literal'; readonly dtype: DType; readonly value: number }
  | { readonly kind: 'load'; readonly dtype: DType; readonly value: ValueId; readonly at: Affine }
  /** The value of the affine function itself. */
  | { readonly kind: 'index'; readonly dtype: 'int32'; readonly at: Affine }
  | {
      readonly kind: 'apply';
      readonly dtype: DType;
      readonly name: PointwiseName;
      readonly inputs: readonly Expression[];
    }
  /** The element `index·stride` further than `at`; 0 where the index is not below `size`. */
  | {
      readonly kind: 'gather';
      readonly dtype: DType;
      readonly value: ValueId;
      readonly at: Affine;
      readonly index: Expression;
      readonly stride: number;
      readonly size: number;
    }
  /** Word `at` of the random bits of a key of two words. */
  | {
      readonly kind: 'random';
      readonly dtype: 'uint32';
      readonly key: readonly [Expression, Expression];
      readonly at: Affine;
    }
  /** The result of the kernel's reduction of this number. */
  | { readonly kind: 'reduced'; readonly dtype: DType; readonly reduction: number }
  /** The element of the matrix product that the kernel is the epilogue of. */
  | { readonly kind: 'tile'; readonly dtype: 'float32' };

/** Over all axes of the kernel that are not of its domain. */
export interface Reduction {
  /** `dot` is a sum that is kept in the precision of its dtype; `sum` of float32 is kept in float64. */
  readonly combine: 'sum' | 'dot' | 'max' | 'argmax';
  readonly body: Expression;
  readonly dtype: DType;
}

export interface Store {
  readonly value: ValueId;
  readonly dtype: DType;
  readonly at: Affine;
  readonly expression: Expression;
  /** Whether to add to what stands there; `scatter` adds `index·stride` further, and not where outside. */
  readonly mode:
    'set' | 'add' | { readonly scatter: Expression; readonly stride: number; readonly size: number };
}

/** The loops of a kernel: `domain` axes, then those that are reduced over. */
export interface LoopKernel {
  readonly kind: 'loop';
  readonly axes: readonly number[];
  readonly domain: number;
  /**
   * How many of the last domain axes must run in order, by one worker, the very last of them in any order:
   * those along which stores meet. 0 where every point of the domain is on its own.
   */
  readonly ordered: number;
  readonly reductions: readonly Reduction[];
  readonly stores: readonly Store[];
}

/** Places one after another, row-major over these axes: what one flat index of a product runs through. */
export interface Walk {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

/** One factor of a matrix product: where its element (batch, line, k) stands. A line is a row or a column. */
export interface Factor {
  readonly value: ValueId;
  readonly offset: number;
  readonly batch: Walk;
  readonly line: Walk;
  readonly inner: Walk;
}

/** `C[b, m, n] = Σₖ A[b, m, k]·B[b, k, n]` in float32, each row of C handed to the epilogue when it is done. */
export interface ProductKernel {
  readonly kind: 'product';
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly left: Factor;
  readonly right: Factor;
  /** Its first axes are (batch, row), flattened in this order; its last is the column. */
  readonly epilogue: LoopKernel;
}

/** A loop over a program of its own; what it reads and writes lies row-major in memory. */
export interface ScanKernel {
  readonly kind: 'scan';
  readonly value: ValueId;
  readonly loop: ScanInstruction;
  /** Where each input begins, in elements of the value that it is part of. */
  readonly inputs: readonly { readonly value: ValueId; readonly offset: number }[];
}

export type Kernel = LoopKernel | ProductKernel | ScanKernel;

const NONE: readonly Expression[] = [];

/** The parts of an expression. */
export const partsOf = (expression: Expression): readonly Expression[] => {
  switch (expression.kind) {
    case 'apply':
      return expression.inputs;
    case 'gather':
      return [expression.index];
    case 'random':
      return expression.key;
    case 'literal':
    case 'load':
    case 'index':
    case 'reduced':
    case 'tile':
      return NONE;
  }
};

/** Every expression that a kernel starts from. */
export const rootsOf = ({ reductions, stores }: LoopKernel): readonly Expression[] => [
  ...reductions.map(({ body }) => body),
  ...stores.flatMap(({ expression, mode }) =>
    typeof mode === 'object' ? [expression, mode.scatter] : [expression],
  ),
];

/** Each distinct expression below these, parts first; nothing of what is `known`, nor what is below that alone. */
export const expressionsBelow = (
  roots: readonly Expression[],
  known: { readonly has: (expression: Expression) => boolean } = NOTHING,
): readonly Expression[] => {
  const found: Expression[] = [];
  const seen = new Set<Expression>();
  // A stack of our own: the values of a pass may stand on each other deeper than the machine's.
  const stack: Expression[] = [];
  const left: boolean[] = [];
  for (const root of roots) {
    stack.push(root);
    left.push(false);
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (left.pop() === true) {
        found.push(top);
        continue;
      }
      if (seen.has(top) || known.has(top)) continue;
      seen.add(top);
      const parts = partsOf(top);
      if (parts.length === 0) {
        found.push(top);
        continue;
      }
      stack.push(top);
      left.push(true);
      for (let i = parts.length - 1; i >= 0; i--) {
        const part = parts[i];
        if (part === undefined || seen.has(part)) continue;
        stack.push(part);
        left.push(false);
      }
    }
  }
  return found;
};

const NOTHING: ReadonlySet<Expression> = new Set();

/** The kernel's loops: of a product, those of its epilogue. */
export const loopsOf = (kernel: LoopKernel | ProductKernel): LoopKernel =>
  kernel.kind === 'loop' ? kernel : kernel.epilogue;
