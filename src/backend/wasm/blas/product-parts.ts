/** A product by a library, then its epilogue over all rows. */
import type { LoopKernel, ProductKernel } from '../../../program/kernel.js';
import { call, defineFunction, i32 as constant } from '../emitter.js';
import { copyBytes, i32 } from '../instructions.js';
import { loopFunction } from '../loop-code.js';
import type { ModuleBuilder } from '../module.js';
import type { Layout, RangeFunction } from '../range-function.js';
import type { Sgemm } from './library.js';
import { type LibraryProduct, sgemmCalls } from './product-calls.js';

export interface LibraryParts {
  /** What the product is to be added to, brought where it is to stand, unless it is there already. */
  readonly before: RangeFunction | undefined;
  readonly products: readonly Sgemm[];
  /** What is left to do with the product when it is there, over its rows. */
  readonly rest: (RangeFunction & { readonly kernel: LoopKernel }) | undefined;
}

/** A copy of as much as the product is, where there is one to make. */
const copied = (
  from: number,
  to: number,
  { batch, rows, columns }: ProductKernel,
): RangeFunction | undefined => {
  if (from === to) return undefined;
  const body = defineFunction(['i32', 'i32', 'i32'], (scope) => {
    scope.run(copyBytes(constant(to), constant(from), constant(batch * rows * columns * 4)));
    return undefined;
  });
  return { body, extent: 1, grain: 1 };
};

export const libraryParts = (
  product: LibraryProduct,
  scratch: number,
  layout: Layout,
  module: ModuleBuilder,
): LibraryParts => {
  const { kernel, target, epilogue } = product;
  const place = target === undefined ? scratch : layout.placeOf(target.value) + target.offset;
  const products = sgemmCalls(product, place, layout.placeOf);
  const before = target?.onto && copied(layout.placeOf(target.onto.value), place, kernel);
  if (epilogue === undefined) return { before, products, rest: undefined };
  const tilePitch = (target?.pitch ?? kernel.columns) * 4;
  const loops = loopFunction(epilogue, { ...layout, tilePitch }, module);
  const rows = module.add(loops.body);
  const body = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end) => {
    const first = i32.add(constant(place), i32.mul(begin, constant(tilePitch)));
    scope.run(call(rows, begin, end, first));
    return undefined;
  });
  return { before, products, rest: { ...loops, body, kernel: epilogue } };
};
