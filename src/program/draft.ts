/** Drafts: the passes of a schedule while it is made. */
import type { Group } from './group.js';
import type { Kernel } from './kernel.js';
import type { Program, ValueId } from './program.js';

/** A pass, in which values are still taken up. */
export interface Draft {
  readonly group: Group;
  /** Of a scatter or a scan, which is ready as it is. */
  readonly kernels?: readonly Kernel[];
}

/** The drafts so far, in order, and what a value's place among them depends on. */
export interface State {
  readonly program: Program;
  readonly inMemory: ReadonlySet<ValueId>;
  readonly drafts: Draft[];
  readonly makers: ReadonlyMap<ValueId, Draft>;
  /** What in memory must be there before a value, beside what it reads. */
  readonly waitsOf: (id: ValueId) => readonly ValueId[];
}

/** The last pass that makes one of these values; −1 where none does. */
export const latestOf = ({ drafts, makers }: State, values: Iterable<ValueId>): number =>
  [...values].reduce((latest, value) => {
    const maker = makers.get(value);
    return maker === undefined ? latest : Math.max(latest, drafts.indexOf(maker));
  }, -1);
