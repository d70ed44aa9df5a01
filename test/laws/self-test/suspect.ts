import type { Law } from 'paralens/laws';

/** A piece of code under suspicion: with a planted bug, which a law must find, or sound, which none may blame. */
export interface Suspect {
  /** What it is and what is wrong with it: `dense: the kernel’s change is transposed`. */
  readonly name: string;
  /** Laws that must be among those that it breaks; none of a control, which must break none at all. */
  readonly killedBy: readonly string[];
  /** The names of all laws that it breaks. */
  readonly breaks: () => readonly string[] | Promise<readonly string[]>;
}

/** Whether each suspect is held to all laws, for the whole matrix, or a bug to those alone that should find it. */
export const wholeMatrix = process.env['PARALENS_LAWS_MATRIX'] === 'all';

/** The laws to ask of a suspect; laws without a name of their own are always asked. */
export const lawsToAsk = <T>(killedBy: readonly string[], laws: readonly Law<T>[]): readonly Law<T>[] =>
  wholeMatrix || killedBy.length === 0
    ? laws
    : laws.filter(({ id }) => id === undefined || killedBy.includes(id));
