/** A piece of code under suspicion: with a planted bug, which a law must find, or sound, which none may blame. */
export interface Suspect {
  /** What it is and what is wrong with it: `dense: the kernel’s change is transposed`. */
  readonly name: string;
  /** Laws that must be among those that it breaks; none of a control, which must break none at all. */
  readonly killedBy: readonly string[];
  /** The names of all laws that it breaks. */
  readonly breaks: () => readonly string[] | Promise<readonly string[]>;
}
