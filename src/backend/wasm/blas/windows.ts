/**
 * Products over windows for a library, which can't read them where they lie: block after block of their matrix
 * is copied out of the view and multiplied while it is in cache. There is never more than one block of it.
 */
import { required } from '../../../require.js';
import type { Factor, ProductKernel, Walk } from '../../../kernel/kernel.js';
import { walk } from '../../../kernel/product.js';
import type { Lines } from './copy-lines.js';
import type { Sgemm } from './library.js';
import { linesOf, type MatrixLines } from './matrix-lines.js';

/** Columns below which our own product, which reads windows in place, is as fast as a library on copies. */
const FEWEST_COLUMNS = 16;

/** Floats of a block: with what the library makes of them they stay in a usual second-level cache. */
const BLOCK_FLOATS = 64 * 1024;

/** Lines that a block must have room for. */
const FEWEST_LINES = 8;

/** Most blocks of one product: each is a call. */
const MOST_BLOCKS = 512;

/** How a product over windows is cut. */
export interface WindowBlocks {
  /** Whether blocks are of rows of the product, or of terms of its sums. */
  readonly of: 'rows' | 'terms';
  /** Lines of the windows' matrix as they are copied: a row each, or a term each. */
  readonly lines: Lines;
  readonly count: number;
  readonly length: number;
  /** Lines of a block. */
  readonly block: number;
  /** How the right factor lies, or how it is copied, a term a line. */
  readonly right: { readonly matrix: MatrixLines } | { readonly copied: Lines };
}

interface Dimension {
  readonly size: number;
  readonly left: number;
  readonly right: number;
}

/** Two walks through the same index, cut where either is. */
const dimensionsOf = (left: Walk, right: Walk): readonly Dimension[] | undefined => {
  const stack = ({ sizes, strides }: Walk): { size: number; stride: number }[] =>
    sizes.map((size, axis) => ({ size, stride: required(strides[axis], 'a stride') }));
  const [lefts, rights] = [stack(left), stack(right)];
  const found: Dimension[] = [];
  for (;;) {
    const [a, b] = [lefts.at(-1), rights.at(-1)];
    if (a === undefined || b === undefined)
      return lefts.length === rights.length ? found.toReversed() : undefined;
    const size = Math.min(a.size, b.size);
    if (a.size % size > 0 || b.size % size > 0) return undefined;
    found.push({ size, left: a.stride, right: b.stride });
    for (const [dimensions, each] of [
      [lefts, a],
      [rights, b],
    ] as const)
      if (each.size === size) dimensions.pop();
      else [each.size, each.stride] = [each.size / size, each.stride * size];
  }
};

/** Both factors with the terms of their sums in the order in which the left one's stand in memory. */
const inMemoryOrder = (left: Factor, right: Factor): readonly [Walk, Walk] | undefined => {
  const dimensions = dimensionsOf(left.inner, right.inner)?.toSorted((a, b) => b.left - a.left);
  if (dimensions === undefined) return undefined;
  const sizes = dimensions.map(({ size }) => size);
  return [
    walk(
      sizes,
      dimensions.map((each) => each.left),
    ),
    walk(
      sizes,
      dimensions.map((each) => each.right),
    ),
  ];
};

const blockOf = (count: number, length: number): number => {
  const fitting = Math.max(Math.floor(BLOCK_FLOATS / length), Math.ceil(count / MOST_BLOCKS));
  return Math.ceil(count / Math.ceil(count / fitting));
};

/** Blocks of rows: lines are windows, and hold all terms in the order in which they stand in memory. */
const blocksOfRows = ({ rows, columns, inner, left, right }: ProductKernel): WindowBlocks | undefined => {
  const [along, terms] = inMemoryOrder(left, right) ?? [];
  if (along === undefined || terms === undefined || along.strides.at(-1) !== 1) return undefined;
  const matrix = linesOf({ line: right.line, inner: terms }, columns, inner);
  return {
    of: 'rows',
    lines: { begins: left.line, along },
    count: rows,
    length: inner,
    block: blockOf(rows, inner),
    right: matrix === undefined ? { copied: { begins: terms, along: right.line } } : { matrix },
  };
};

/** Blocks of terms: lines go through all windows at one place of each. */
const blocksOfTerms = ({ rows, columns, inner, left, right }: ProductKernel): WindowBlocks | undefined => {
  const matrix = linesOf(right, columns, inner);
  if (matrix === undefined || left.line.strides.at(-1) !== 1) return undefined;
  const lines = { begins: left.inner, along: left.line };
  return { of: 'terms', lines, count: inner, length: rows, block: blockOf(inner, rows), right: { matrix } };
};

/** The blocks of a product whose left factor is a view of windows, if it is worth copying them. */
export const windowBlocks = (kernel: ProductKernel): WindowBlocks | undefined => {
  const { batch, rows, columns, inner } = kernel;
  if (batch > 1 || columns < FEWEST_COLUMNS) return undefined;
  const found =
    rows >= inner
      ? (blocksOfRows(kernel) ?? blocksOfTerms(kernel))
      : (blocksOfTerms(kernel) ?? blocksOfRows(kernel));
  return found === undefined || found.length * FEWEST_LINES > BLOCK_FLOATS ? undefined : found;
};

/** Where blocks, the right factor and the result stand, and whether to add to the latter so many times the product. */
interface WindowPlaces {
  readonly block: number;
  readonly right: number;
  readonly result: Sgemm['result'];
  readonly onto: { readonly scale: number } | undefined;
}

/** The block of `count` lines from line `first` on, and what is done with it. */
interface WindowCall {
  readonly first: number;
  readonly count: number;
  readonly product: Sgemm;
}

/** The calls of all blocks, in order. */
export const windowCalls = (
  windows: WindowBlocks,
  { rows, columns, inner }: ProductKernel,
  { block, right, result, onto }: WindowPlaces,
): readonly WindowCall[] => {
  const { length } = windows;
  const { pitch, transposed } =
    'matrix' in windows.right ? windows.right.matrix : { pitch: columns, transposed: true };
  return Array.from({ length: Math.ceil(windows.count / windows.block) }, (_, i) => {
    const first = i * windows.block;
    const count = Math.min(windows.block, windows.count - first);
    const isOfRows = windows.of === 'rows';
    // A later block of terms adds to what those before it have summed up.
    const adds = onto !== undefined || (!isOfRows && first > 0);
    const rightFirst = isOfRows ? 0 : first * (transposed ? pitch : 1);
    const product: Sgemm = {
      rows: isOfRows ? count : rows,
      columns,
      inner: isOfRows ? inner : count,
      left: { place: block, pitch: length, transposed: !isOfRows },
      right: { place: right + rightFirst * 4, pitch, transposed: !transposed },
      result: { ...result, place: result.place + (isOfRows ? first * result.pitch * 4 : 0) },
      scale: onto?.scale ?? 1,
      adds,
    };
    return { first, count, product };
  });
};
