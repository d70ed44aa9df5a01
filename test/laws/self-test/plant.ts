/** A suspect of examples and laws. */
import { brokenLaws, drawing, type Law, type Sampler } from 'paralens/laws';
import type { Suspect } from './suspect.js';

/** What a list of laws finds in drawn examples. */
export const plant = <T>(
  name: string,
  killedBy: readonly string[],
  draw: (sampler: Sampler) => T,
  laws: readonly Law<T>[],
): Suspect => ({ name, killedBy, breaks: () => brokenLaws(drawing(draw), laws) });
