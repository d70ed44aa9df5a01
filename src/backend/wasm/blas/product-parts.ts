/** A product by a library, then its epilogue over all rows. */
import type { LoopKernel } from '../../../program/kernel.js';
import { call, defineFunction, i32 as constant } from '../emitter.js';
import { i32 } from '../instructions.js';
import { loopFunction } from '../loop-code.js';
import type { ModuleBuilder } from '../module.js';
import type { Layout, RangeFunction } from '../range-function.js';
import type { Sgemm } from './library.js';
import { type LibraryProduct, sgemmCalls } from './product-calls.js';

export interface LibraryParts {
  readonly products: readonly Sgemm[];
  /** What is left to do with the product when it is there, over its rows. */
  readonly rest: (RangeFunction & { readonly kernel: LoopKernel }) | undefined;
}

export const libraryParts = (
  product: LibraryProduct,
  scratch: number,
  layout: Layout,
  module: ModuleBuilder,
): LibraryParts => {
  const { kernel, target, epilogue } = product;
  const place = target === undefined ? scratch : layout.placeOf(target.value) + target.offset;
  const products = sgemmCalls(product, place, layout.placeOf);
  if (epilogue === undefined) return { products, rest: undefined };
  const tilePitch = (target?.pitch ?? kernel.columns) * 4;
  const loops = loopFunction(epilogue, { ...layout, tilePitch }, module);
  const rows = module.add(loops.body);
  const body = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end) => {
    const first = i32.add(constant(place), i32.mul(begin, constant(tilePitch)));
    scope.run(call(rows, begin, end, first));
    return undefined;
  });
  return { products, rest: { ...loops, body, kernel: epilogue } };
};
