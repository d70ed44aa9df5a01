/** How a factor lies in memory, as a matrix that sgemm can read. */
import type { Factor } from '../../../kernel/kernel.js';

export interface MatrixLines {
  /** Floats from one line in memory to the next. */
  readonly pitch: number;
  /** Whether the factor's lines are across those in memory. */
  readonly transposed: boolean;
}

/**
 * How a factor of so many lines lies in memory, if sgemm can read it: along k or along the lines its elements
 * are neighbours, and what follows does not overlap. `transposed` where they are neighbours along the lines.
 */
export const linesOf = (
  { line, inner }: Pick<Factor, 'line' | 'inner'>,
  lines: number,
  length: number,
): MatrixLines | undefined => {
  if (line.sizes.length > 1 || inner.sizes.length > 1) return undefined;
  const [across = 0, along = 0] = [line.strides[0], inner.strides[0]];
  if (along === 1 && across >= length) return { pitch: across, transposed: false };
  if (across === 1 && along >= lines) return { pitch: along, transposed: true };
  return undefined;
};
