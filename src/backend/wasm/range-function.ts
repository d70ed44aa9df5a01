/** Functions of a range, of which several workers may each do parts. */
import type { ValueId } from '../../graph/program.js';
import type { FunctionBody } from './emitter.js';

/** Where values are, and how the product lies that a kernel is the epilogue of. */
export interface Layout {
  readonly placeOf: (value: ValueId) => number;
  /** Bytes from row to row of the product. Where the first row of a part is, the function is told. */
  readonly tilePitch?: number;
}

/**
 * A function of a part (begin, end) of `extent`, and of the number of the worker that does it; of an epilogue,
 * of where the product is instead. Parts begin at multiples of `grain`. What it computes for one element is
 * the same however the range is cut, so that results do not depend on who did what.
 */
export interface RangeFunction {
  readonly body: FunctionBody;
  readonly extent: number;
  readonly grain: number;
}
