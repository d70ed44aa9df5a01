/**
 * Contractions as matrix products: the letters in four groups, batch, row, column and inner, each group
 * walked as one flat index.
 */
import { required } from '../require.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { Affine } from './index-map.js';
import type { Factor, Walk } from './kernel.js';
import type { Operation, ValueId } from '../graph/program.js';

/** The letters of a word of a contraction, an axis each. */
export const lettersOf = (word: string): readonly string[] => word.split('');

/** How a contraction is read as a product. */
export interface ProductShape {
  /** Whether the second factor gives the rows, so that neighbours in the result are neighbours of columns. */
  readonly swapped: boolean;
  /** The letters of each group; batch, row and column together are the result's, in the order of the loops. */
  readonly batch: readonly string[];
  readonly row: readonly string[];
  readonly column: readonly string[];
  readonly inner: readonly string[];
  readonly sizeOf: (letter: string) => number;
}

export const countOf = (shape: ProductShape, letters: readonly string[]): number =>
  sizeOf(letters.map(shape.sizeOf));

/** The groups of a contraction's letters. The columns are the last letters of the result of one factor alone. */
export const productShape = (operation: Operation<'contract'>, left: Shape, right: Shape): ProductShape => {
  const words = operation.attributes;
  const sizes = new Map<string, number>();
  for (const [i, letter] of lettersOf(words.left).entries()) sizes.set(letter, required(left[i], 'a size'));
  for (const [i, letter] of lettersOf(words.right).entries()) sizes.set(letter, required(right[i], 'a size'));
  const out = lettersOf(words.out);
  const last = out.at(-1) ?? '';
  const swapped = words.left.includes(last) && !words.right.includes(last);
  const [rows, columns] = swapped ? [words.right, words.left] : [words.left, words.right];
  const isColumn = (letter: string): boolean => columns.includes(letter) && !rows.includes(letter);
  const firstColumn = out.findLastIndex((letter) => !isColumn(letter)) + 1;
  const before = out.slice(0, firstColumn);
  return {
    swapped,
    batch: before.filter((letter) => columns.includes(letter)),
    row: before.filter((letter) => !columns.includes(letter)),
    column: out.slice(firstColumn),
    inner: lettersOf(words.left).filter((letter) => !words.out.includes(letter)),
    sizeOf: (letter) => required(sizes.get(letter), 'a size'),
  };
};

/** Below this many multiplications packing costs more than it gains. */
const SMALLEST = 8192;

/** Whether a product is worth its packed panels; small, thin and integer ones are plain loops. */
export const isWorthPacking = (operation: Operation<'contract'>, shape: ProductShape): boolean => {
  const [rows, columns, inner] = [shape.row, shape.column, shape.inner].map((letters) =>
    countOf(shape, letters),
  );
  if (operation.dtype !== 'float32' || rows === undefined || columns === undefined || inner === undefined)
    return false;
  return rows >= 4 && columns >= 4 && inner >= 4 && rows * columns * inner >= SMALLEST;
};

/** Neighbouring axes that step evenly are one. */
export const walk = (sizes: readonly number[], strides: readonly number[]): Walk => {
  const merged: { size: number; stride: number }[] = [];
  for (const [i, size] of sizes.entries()) {
    const stride = required(strides[i], 'a stride');
    const outer = merged.at(-1);
    if (size === 1) continue;
    if (outer !== undefined && outer.stride === stride * size) {
      outer.size *= size;
      outer.stride = stride;
    } else merged.push({ size, stride });
  }
  return { sizes: merged.map(({ size }) => size), strides: merged.map(({ stride }) => stride) };
};

/** A factor, given where the element at each combination of the letters stands. */
export const factor = (
  shape: ProductShape,
  line: readonly string[],
  value: ValueId,
  { offset, strides }: Affine,
  letters: readonly string[],
): Factor => {
  const along = (group: readonly string[]): Walk =>
    walk(
      group.map(shape.sizeOf),
      group.map((letter) => required(strides[letters.indexOf(letter)], 'a stride')),
    );
  return { value, offset, batch: along(shape.batch), line: along(line), inner: along(shape.inner) };
};

/** How many places a walk has. */
export const countOfWalk = ({ sizes }: Walk): number => sizeOf(sizes);

/** The places of a walk, in order. */
export const placesOf = ({ sizes, strides }: Walk): readonly number[] =>
  sizes.reduce<readonly number[]>(
    (places, size, axis) =>
      places.flatMap((place) =>
        Array.from({ length: size }, (_, i) => place + i * required(strides[axis], 'a stride')),
      ),
    [0],
  );
