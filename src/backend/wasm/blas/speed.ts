/** Whether a library is faster here than our own kernels, which is timed before it is used. */
import { convolve } from '../../../operation/convolution.js';
import { matmul } from '../../../operation/product.js';
import { simplify } from '../../../graph/simplify.js';
import type { Program } from '../../../graph/program.js';
import { trace } from '../../../graph/trace.js';
import { type Shape, sizeOf } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';

/** Which products are left to a library: of matrices as they lie in memory, and over windows, of copies. */
export interface LibraryUse {
  readonly matrices: boolean;
  readonly windows: boolean;
}

type Matrix = Tensor<readonly [number, number]>;

/** A program of one product of tensors of these shapes. */
const programOf = (f: (a: Tensor<Shape>, b: Tensor<Shape>) => Tensor<Shape>, a: Shape, b: Shape): Program =>
  simplify(
    trace(
      // Both are float32, as the specifications say.
      (...pair) => f(...(pair as readonly [Tensor<Shape>, Tensor<Shape>])),
      [a, b].map((shape) => ({ shape, dtype: 'float32' })),
    ),
  );

/** Milliseconds for which each is run: engines make code fast only after a while. */
const LONG_ENOUGH = 50;
const FEWEST_RUNS = 5;

/** Milliseconds of the fastest run. */
const fastest = (run: () => void): number => {
  const begin = performance.now();
  let best = Number.POSITIVE_INFINITY;
  for (let runs = 0; runs < FEWEST_RUNS || performance.now() - begin < LONG_ENOUGH; runs++) {
    const before = performance.now();
    run();
    best = Math.min(best, performance.now() - before);
  }
  return best;
};

/** The milliseconds of one product, by our own kernels and by the library. */
interface Timing {
  readonly own: number;
  readonly library: number;
}

export interface Speed {
  readonly matrices: Timing;
  readonly windows: Timing;
}

/** Makes a program ready to run, with the library or without; on one thread. */
export type Prepare = (program: Program, withLibrary: boolean) => (inputs: readonly Float32Array[]) => void;

/** Times products of both kinds with the library and without. Takes about a fifth of a second. */
export const speedOf = (prepare: Prepare): Speed => {
  const timing = (program: Program): Timing => {
    const inputs = program.inputs.map(({ shape }) => new Float32Array(sizeOf(shape)).fill(1));
    const time = (withLibrary: boolean): number => {
      const run = prepare(program, withLibrary);
      return fastest(() => {
        run(inputs);
      });
    };
    return { own: time(false), library: time(true) };
  };
  return {
    matrices: timing(programOf((a, b) => matmul(a as Matrix, b as Matrix), [256, 256], [256, 256])),
    windows: timing(programOf((x, kernel) => convolve(x, kernel), [16, 28, 28, 8], [5, 5, 8, 16])),
  };
};

const isFaster = ({ own, library }: Timing): boolean => library < own;

/** What a library is faster at. */
export const fasterAt = ({ matrices, windows }: Speed): LibraryUse => ({
  matrices: isFaster(matrices),
  windows: isFaster(windows),
});

const showTiming = (what: string, { own, library }: Timing): string =>
  `${what} ${library.toFixed(2)} ms against ${own.toFixed(2)} ms`;

/** What has been found, for a person: the library's times against ours. */
export const showSpeed = ({ matrices, windows }: Speed): string =>
  `${showTiming('matrices', matrices)}, ${showTiming('windows', windows)}`;
