/** A suspect of examples and laws. */
import { type CheckOptions, type Law, type Sampler } from 'paralens/laws';
import { brokenLaws, drawing } from 'paralens/laws/kit';
import { lawsToAsk, type Suspect } from './suspect.js';

/** What a list of laws finds in drawn examples; the laws are made when it is asked. */
export const plant = <T>(
  name: string,
  killedBy: readonly string[],
  draw: (sampler: Sampler) => T,
  laws: readonly Law<T>[] | (() => readonly Law<T>[]),
  options: CheckOptions = {},
): Suspect => ({
  name,
  killedBy,
  breaks: () =>
    brokenLaws(drawing(draw), lawsToAsk(killedBy, typeof laws === 'function' ? laws() : laws), options),
});
