/**
 * What a kernel costs, roughly, so that only what is worth it is shared out. Nanoseconds of a usual core: a
 * few times too many or too few only moves the point from which on threads help.
 */
import {
  type Expression,
  expressionsBelow,
  type LoopKernel,
  type ProductKernel,
  rootsOf,
} from '../../kernel/kernel.js';
import { sizeOf } from '../../tensor/shape.js';
import { ruleOf } from './pointwise-rules.js';

const ACCESS = 0.15;
const ARITHMETIC = 0.1;
const GATHER = 1;
const RANDOM = 5;
const MULTIPLY_ADD = 0.05;
/** One by one, by a function of the engine, where there is float64. */
const FLOAT64_FUNCTION = 20;

const costOf = (expression: Expression): number => {
  switch (expression.kind) {
    case 'apply': {
      const { nanoseconds } = ruleOf(expression.name);
      if (nanoseconds === undefined) return ARITHMETIC;
      return expression.dtype === 'float64' ? FLOAT64_FUNCTION : nanoseconds;
    }
    case 'load':
    case 'tile':
      return ACCESS;
    case 'gather':
      return GATHER;
    case 'random':
      return RANDOM;
    case 'literal':
    case 'index':
    case 'reduced':
      return 0;
  }
};

const loopCost = (kernel: LoopKernel): number => {
  const { axes, domain, reductions, stores } = kernel;
  const sum = (roots: readonly Expression[]): number =>
    expressionsBelow(roots).reduce((total, each) => total + costOf(each), 0);
  const inner = sum(reductions.map(({ body }) => body)) + ARITHMETIC * reductions.length;
  const outer = sum(rootsOf({ ...kernel, reductions: [] })) + ACCESS * stores.length;
  return sizeOf(axes) * inner + sizeOf(axes.slice(0, domain)) * outer;
};

/** Nanoseconds that one thread takes, about, for each function of a kernel. */
export const nanosecondsOf = (kernel: LoopKernel | ProductKernel): number => {
  if (kernel.kind === 'loop') return loopCost(kernel);
  const { batch, rows, columns, inner, epilogue } = kernel;
  return batch * rows * columns * inner * MULTIPLY_ADD + loopCost(epilogue);
};

/** Nanoseconds of packing a factor of so many elements. */
export const packingNanoseconds = (elements: number): number => elements * 2 * ACCESS;
