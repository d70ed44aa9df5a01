/** Matrix products as calls of sgemm: which can be, and what then remains of their epilogue. */
import { required } from '../../../require.js';
import { aligned } from '../../../kernel/arena.js';
import { affine, sameAffine } from '../../../kernel/index-map.js';
import type { Expression, Factor, LoopKernel, ProductKernel, Store } from '../../../kernel/kernel.js';
import { byteLength, mayOverwrite } from '../../../kernel/liveness.js';
import { placesOf } from '../../../kernel/product.js';
import type { Program, ValueId } from '../../../graph/program.js';
import { readsIn } from '../../../kernel/loads.js';
import { stridesOf } from '../../../tensor/shape.js';
import type { Sgemm } from './library.js';
import { linesOf } from './matrix-lines.js';
import { type WindowBlocks, windowBlocks } from './windows.js';

/** Multiplications below which calling a library gains nothing. */
const SMALLEST = 65_536;

/** A product for sgemm, and the pass over its rows that is left to do behind it. */
export interface LibraryProduct {
  readonly kernel: ProductKernel;
  /** How its left factor is copied block by block, where the library can't read it as it stands. */
  readonly windows: WindowBlocks | undefined;
  /** The value in whose place the product is made, with bytes in front and floats from row to row; or scratch. */
  readonly target: Target | undefined;
  readonly epilogue: LoopKernel | undefined;
}

interface Target {
  readonly value: ValueId;
  readonly offset: number;
  readonly pitch: number;
  /** Where the product, so many times, is to be added to a value: it is to stand in the target before. */
  readonly onto?: { readonly value: ValueId; readonly scale: number };
}

/** The store of the product itself, if sgemm can do it before the epilogue reads anything. */
const targetOf = (program: Program, kernel: ProductKernel): Store | undefined => {
  const { epilogue, columns } = kernel;
  const { axes, stores } = epilogue;
  const reads = readsIn(kernel);
  return stores.find(
    ({ value, expression, mode, at }) =>
      expression.kind === 'tile' &&
      mode === 'set' &&
      at.strides.at(-1) === 1 &&
      (axes.length === 1 || (axes.length === 2 && required(at.strides[0], 'a stride') >= columns)) &&
      [...reads.keys()].every((read) => !mayOverwrite(program, kernel, value, read, reads)),
  );
};

/** How many times the product an expression is, if it is nothing else. */
const timesProduct = (expression: Expression): number | undefined => {
  if (expression.kind === 'tile') return 1;
  if (expression.kind !== 'apply' || expression.name !== 'multiply') return undefined;
  const [a, b] = expression.inputs;
  if (a?.kind === 'literal' && b?.kind === 'tile') return a.value;
  return a?.kind === 'tile' && b?.kind === 'literal' ? b.value : undefined;
};

/** `w + α·product` or `w − α·product`, stored where w stands in a value of the same size: what gradient descent does. */
const addedTo = (program: Program, kernel: ProductKernel): Target | undefined => {
  const { batch, rows, columns, epilogue } = kernel;
  const [store, another] = epilogue.stores;
  if (store === undefined || another !== undefined || store.mode !== 'set') return undefined;
  const { value, expression, at } = store;
  if (expression.kind !== 'apply') return undefined;
  const [a, b] = expression.inputs;
  const ways =
    expression.name === 'add'
      ? [
          { w: a, product: b, sign: 1 },
          { w: b, product: a, sign: 1 },
        ]
      : expression.name === 'subtract'
        ? [{ w: a, product: b, sign: -1 }]
        : [];
  for (const { w, product, sign } of ways) {
    const times = product && timesProduct(product);
    if (w?.kind !== 'load' || times === undefined) continue;
    const isWhole = byteLength(program, value) === batch * rows * columns * 4;
    const isInOrder = sameAffine(at, affine(0, stridesOf(epilogue.axes)));
    if (isWhole && isInOrder && mayOverwrite(program, kernel, value, w.value))
      return { value, offset: 0, pitch: columns, onto: { value: w.value, scale: sign * times } };
  }
  return undefined;
};

/** The product as the library's, if it can be. */
export const libraryProduct = (program: Program, kernel: ProductKernel): LibraryProduct | undefined => {
  const { rows, columns, inner, left, right, epilogue } = kernel;
  if (rows * columns * inner < SMALLEST) return undefined;
  const isReadable = linesOf(left, rows, inner) !== undefined && linesOf(right, columns, inner) !== undefined;
  const windows = isReadable ? undefined : windowBlocks(kernel);
  if (!isReadable && windows === undefined) return undefined;
  const added = addedTo(program, kernel);
  if (added !== undefined) return { kernel, windows, target: added, epilogue: undefined };
  const store = targetOf(program, kernel);
  if (store === undefined) return { kernel, windows, target: undefined, epilogue };
  const stores = epilogue.stores.filter((each) => each !== store);
  const [pitch = kernel.columns] = epilogue.axes.length === 2 ? store.at.strides : [];
  return {
    kernel,
    windows,
    target: { value: store.value, offset: store.at.offset * 4, pitch },
    epilogue: stores.length === 0 ? undefined : { ...epilogue, stores },
  };
};

/** Bytes of scratch: the product, where it has no place of its own; of windows a block, and the copied kernel. */
export const libraryScratch = ({ kernel, windows, target }: LibraryProduct): LibraryScratch => {
  const { batch, rows, columns, inner } = kernel;
  const product = target === undefined ? aligned(batch * rows * columns * 4) : 0;
  const block = windows === undefined ? 0 : aligned(windows.block * windows.length * 4);
  const copied = windows === undefined || 'matrix' in windows.right ? 0 : inner * columns * 4;
  return { block: product, right: product + block, bytes: product + block + copied };
};

/** Where in the scratch a block of windows goes, and the copied right factor; and all of it. */
interface LibraryScratch {
  readonly block: number;
  readonly right: number;
  readonly bytes: number;
}

/** The calls of a product whose first row goes to `result`, one for each of the batch. */
export const sgemmCalls = (
  { kernel, target }: LibraryProduct,
  result: number,
  placeOf: (value: ValueId) => number,
): readonly Sgemm[] => {
  const { rows, columns, inner, left, right } = kernel;
  const [leftLines, rightLines] = [linesOf(left, rows, inner), linesOf(right, columns, inner)];
  if (leftLines === undefined || rightLines === undefined) return [];
  const placesIn = ({ value, offset, batch: walk }: Factor): readonly number[] => {
    const first = placeOf(value);
    return placesOf(walk).map((place) => first + (offset + place) * 4);
  };
  const [leftPlaces, rightPlaces] = [placesIn(left), placesIn(right)];
  const pitch = target?.pitch ?? columns;
  return leftPlaces.map((place, i) => ({
    rows,
    columns,
    inner,
    left: { place, ...leftLines },
    // Its lines are columns: along k they are neighbours where the matrix is transposed.
    right: { ...rightLines, place: required(rightPlaces[i], 'a place'), transposed: !rightLines.transposed },
    result: { place: result + i * rows * pitch * 4, pitch },
    scale: target?.onto?.scale ?? 1,
    adds: target?.onto !== undefined,
  }));
};
