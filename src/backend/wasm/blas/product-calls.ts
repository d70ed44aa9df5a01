/** Matrix products as calls of sgemm: which can be, and what then remains of their epilogue. */
import { affine, sameAffine } from '../../../program/index-map.js';
import type { Expression, Factor, LoopKernel, ProductKernel, Store } from '../../../program/kernel.js';
import { byteLength, mayOverwrite } from '../../../program/liveness.js';
import { placesOf } from '../../../program/product.js';
import type { Program, ValueId } from '../../../program/program.js';
import { readsOf } from '../../../program/reads.js';
import { stridesOf } from '../../../tensor/shape.js';
import type { Sgemm } from './library.js';

/** Multiplications below which calling a library gains nothing. */
const SMALLEST = 65_536;

interface Lines {
  readonly pitch: number;
  readonly transposed: boolean;
}

/**
 * How a factor of so many lines lies in memory, if sgemm can read it: along k or along the lines its elements
 * are neighbours, and what follows does not overlap. `transposed` where they are neighbours along the lines.
 */
const linesOf = ({ line, inner }: Factor, lines: number, length: number): Lines | undefined => {
  if (line.sizes.length > 1 || inner.sizes.length > 1) return undefined;
  const [across = 0, along = 0] = [line.strides[0], inner.strides[0]];
  if (along === 1 && across >= length) return { pitch: across, transposed: false };
  if (across === 1 && along >= lines) return { pitch: along, transposed: true };
  return undefined;
};

const fitsSgemm = ({ rows, columns, inner, left, right }: ProductKernel): boolean =>
  rows * columns * inner >= SMALLEST &&
  linesOf(left, rows, inner) !== undefined &&
  linesOf(right, columns, inner) !== undefined;

/** A product for sgemm, and the pass over its rows that is left to do behind it. */
export interface LibraryProduct {
  readonly kernel: ProductKernel;
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
  const reads = [...readsOf(kernel)];
  return stores.find(
    ({ value, expression, mode, at }) =>
      expression.kind === 'tile' &&
      mode === 'set' &&
      at.strides.at(-1) === 1 &&
      (axes.length === 1 || (axes.length === 2 && (at.strides[0] ?? 0) >= columns)) &&
      reads.every((read) => !mayOverwrite(program, kernel, value, read)),
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
  if (!fitsSgemm(kernel)) return undefined;
  const { epilogue } = kernel;
  const added = addedTo(program, kernel);
  if (added !== undefined) return { kernel, target: added, epilogue: undefined };
  const store = targetOf(program, kernel);
  if (store === undefined) return { kernel, target: undefined, epilogue };
  const stores = epilogue.stores.filter((each) => each !== store);
  const [pitch = kernel.columns] = epilogue.axes.length === 2 ? store.at.strides : [];
  return {
    kernel,
    target: { value: store.value, offset: store.at.offset * 4, pitch },
    epilogue: stores.length === 0 ? undefined : { ...epilogue, stores },
  };
};

/** Bytes of scratch: the product, where it has no place of its own. */
export const libraryScratch = ({ kernel: { batch, rows, columns }, target }: LibraryProduct): number =>
  target === undefined ? batch * rows * columns * 4 : 0;

/** The calls of a product whose first row goes to `result`, one for each of the batch. */
export const sgemmCalls = (
  { kernel, target }: LibraryProduct,
  result: number,
  placeOf: (value: ValueId) => number,
): readonly Sgemm[] => {
  const { batch, rows, columns, inner, left, right } = kernel;
  const [leftLines, rightLines] = [linesOf(left, rows, inner), linesOf(right, columns, inner)];
  if (leftLines === undefined || rightLines === undefined) return [];
  const placesIn = ({ value, offset, batch: walk }: Factor): readonly number[] => {
    const places = placesOf(walk);
    return Array.from({ length: batch }, (_, i) => placeOf(value) + (offset + (places[i] ?? 0)) * 4);
  };
  const [leftPlaces, rightPlaces] = [placesIn(left), placesIn(right)];
  const pitch = target?.pitch ?? columns;
  return leftPlaces.map((place, i) => ({
    rows,
    columns,
    inner,
    left: { place, ...leftLines },
    // Its lines are columns: along k they are neighbours where the matrix is transposed.
    right: { place: rightPlaces[i] ?? 0, pitch: rightLines.pitch, transposed: !rightLines.transposed },
    result: { place: result + i * rows * pitch * 4, pitch },
    scale: target?.onto?.scale ?? 1,
    adds: target?.onto !== undefined,
  }));
};
