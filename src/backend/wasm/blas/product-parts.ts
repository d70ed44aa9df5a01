/** A product by a library, what must stand somewhere before it, and its epilogue over all rows behind it. */
import type { ProductKernel, Walk } from '../../../program/kernel.js';
import { nanosecondsOf, packingNanoseconds } from '../cost.js';
import { call, defineFunction, i32 as constant } from '../emitter.js';
import { copyBytes, i32 } from '../instructions.js';
import { loopFunction } from '../loop-code.js';
import type { ModuleBuilder } from '../module.js';
import type { Layout, RangeFunction } from '../range-function.js';
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

/** Copying `count` lines of so many elements from line `first` on. */
const linesPart = (
  lines: Lines,
  { first, count, length }: { readonly first: number; readonly count: number; readonly length: number },
  { from, to }: { readonly from: number; readonly to: number },
  { module, tableOf }: LibrarySetting,
): LibraryPart => {
  const copy = module.add(copyLines(lines, tableOf));
  const body = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end) => {
    const target = i32.add(constant(to), i32.mul(begin, constant(length * 4)));
    const [start, behind] = [begin, end].map((line) => i32.add(line, constant(first)));
    if (start !== undefined && behind !== undefined)
      scope.run(call(copy, start, behind, constant(from), target));
    return undefined;
  });
  return { body, extent: count, grain: 1, nanoseconds: packingNanoseconds(count * length) };
};

/** Block after block of the windows, copied and multiplied; before them the right factor, if it is copied. */
const blockParts = (
  product: LibraryProduct,
  windows: WindowBlocks,
  place: number,
  setting: LibrarySetting,
): readonly LibraryPart[] => {
  const { kernel, target } = product;
  const { left, right, columns, inner } = kernel;
  const sourceOf = ({ value, offset }: typeof left): number => setting.layout.placeOf(value) + offset * 4;
  const places = libraryScratch(product);
  const [block, copy] = [setting.scratch + places.block, setting.scratch + places.right];
  const { lines, length } = windows;
  const isCopied = 'copied' in windows.right;
  const calls = windowCalls(windows, kernel, {
    block,
    right: isCopied ? copy : sourceOf(right),
    result: { place, pitch: target?.pitch ?? columns },
    onto: target?.onto,
  });
  const inFront =
    'copied' in windows.right
      ? [
          linesPart(
            windows.right.copied,
            { first: 0, count: inner, length: columns },
            { from: sourceOf(right), to: copy },
            setting,
          ),
        ]
      : [];
  return [
    ...inFront,
    ...calls.flatMap(({ first, count, product: each }): readonly LibraryPart[] => [
      linesPart(lines, { first, count, length }, { from: sourceOf(left), to: block }, setting),
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
