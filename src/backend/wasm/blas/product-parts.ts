/** A product by a library, what must stand somewhere before it, and its epilogue over all rows behind it. */
import type { Factor, ProductKernel, Walk } from '../../../kernel/kernel.js';
import { nanosecondsOf, packingNanoseconds } from '../cost.js';
import { call, type Callable, defineFunction, i32 as constant } from '../emitter.js';
import { copyBytes, i32 } from '../instructions.js';
import { loopFunction, type Layout, type RangeFunction } from '../loop-code.js';
import type { ModuleBuilder } from '../module.js';
import { copyLines, type Lines } from './copy-lines.js';
import type { Sgemm } from './library.js';
import { type LibraryProduct, libraryScratch, sgemmCalls } from './product-calls.js';
import { type WindowBlocks, windowCalls } from './windows.js';

/** Calls of the library, or a range of our own. */
export type LibraryPart =
  { readonly products: readonly Sgemm[] } | (RangeFunction & { readonly nanoseconds: number });

export interface LibrarySetting {
  readonly layout: Layout;
  readonly module: ModuleBuilder;
  readonly tableOf: (walk: Walk) => number;
  readonly scratch: number;
}

/** A copy of as much as the product is, where there is one to make. */
const copied = (
  from: number,
  to: number,
  { batch, rows, columns }: ProductKernel,
): readonly LibraryPart[] => {
  if (from === to) return [];
  const body = defineFunction(['i32', 'i32', 'i32'], (scope) => {
    scope.run(copyBytes(constant(to), constant(from), constant(batch * rows * columns * 4)));
    return undefined;
  });
  return [{ body, extent: 1, grain: 1, nanoseconds: 0 }];
};

/** Lines to copy: from `first` on so many, of so many elements. */
interface Copied {
  readonly first: number;
  readonly count: number;
  readonly length: number;
}

const linesPart = (
  copy: Callable,
  { first, count, length }: Copied,
  { from, to }: { readonly from: number; readonly to: number },
): LibraryPart => {
  const body = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end) => {
    const target = i32.add(constant(to), i32.mul(begin, constant(length * 4)));
    const behind = i32.add(end, constant(first));
    scope.run(call(copy, i32.add(begin, constant(first)), behind, constant(from), target));
    return undefined;
  });
  return { body, extent: count, grain: 1, nanoseconds: packingNanoseconds(count * length) };
};

/** Block after block of the windows, copied and multiplied; before them the right factor, if it is copied. */
const blockParts = (
  product: LibraryProduct,
  windows: WindowBlocks,
  place: number,
  { layout, module, tableOf, scratch }: LibrarySetting,
): readonly LibraryPart[] => {
  const { kernel, target } = product;
  const { left, right, columns, inner } = kernel;
  const placeOf = ({ value, offset }: Factor): number => layout.placeOf(value) + offset * 4;
  const places = libraryScratch(product);
  const [block, copy] = [scratch + places.block, scratch + places.right];
  const copyOf = (lines: Lines): Callable => module.add(copyLines(lines, tableOf));
  const calls = windowCalls(windows, kernel, {
    block,
    right: 'copied' in windows.right ? copy : placeOf(right),
    result: { place, pitch: target?.pitch ?? columns },
    onto: target?.onto,
  });
  const whole = { first: 0, count: inner, length: columns };
  const inFront =
    'copied' in windows.right
      ? [linesPart(copyOf(windows.right.copied), whole, { from: placeOf(right), to: copy })]
      : [];
  const copyBlock = copyOf(windows.lines);
  return [
    ...inFront,
    ...calls.flatMap(({ first, count, product: each }): readonly LibraryPart[] => [
      linesPart(copyBlock, { first, count, length: windows.length }, { from: placeOf(left), to: block }),
      { products: [each] },
    ]),
  ];
};

/** All that becomes of a product, in order. */
export const libraryParts = (product: LibraryProduct, setting: LibrarySetting): readonly LibraryPart[] => {
  const { kernel, windows, target, epilogue } = product;
  const { layout, module, scratch } = setting;
  const place = target === undefined ? scratch : layout.placeOf(target.value) + target.offset;
  const parts = [
    ...(target?.onto === undefined ? [] : copied(layout.placeOf(target.onto.value), place, kernel)),
    ...(windows === undefined
      ? [{ products: sgemmCalls(product, place, layout.placeOf) }]
      : blockParts(product, windows, place, setting)),
  ];
  if (epilogue === undefined) return parts;
  const tilePitch = (target?.pitch ?? kernel.columns) * 4;
  const loops = loopFunction(epilogue, { ...layout, tilePitch }, module);
  const rows = module.add(loops.body);
  const body = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end) => {
    const first = i32.add(constant(place), i32.mul(begin, constant(tilePitch)));
    scope.run(call(rows, begin, end, first));
    return undefined;
  });
  return [...parts, { ...loops, body, nanoseconds: nanosecondsOf(epilogue) }];
};
