/** Passes: the loops of a program while they are put together, found by what they are over and by what they make and read. */
import type { Group } from './group.js';
import type { Kernel } from './kernel.js';
import type { Program, ValueId } from '../graph/program.js';

/** A pass that would touch more arrays than this is split. */
const MOST_ARRAYS = 24;

/** A pass that computes more than this at each point is split too: engines are slow at long functions. */
const MOST_EXPRESSIONS = 1000;

/** A value looks for a pass to join among the last ones over its domain, no more than this many. */
const MOST_CANDIDATES = 64;

/** A pass, in which values are still taken up. */
export interface Pass {
  readonly group: Group;
  /** Whether float64 is in it: then its loops are scalar, and what is float32 is better off in a pass of its own. */
  readonly wide: boolean;
  /** Of a scatter or a scan, which is ready as it is. */
  readonly kernels?: readonly Kernel[];
}

/** Whether a pass may take up something that reads so many arrays. */
export const hasRoomFor = ({ group }: Pass, arrays: number): boolean =>
  group.reads.size + group.values.size + arrays <= MOST_ARRAYS && group.noted.size <= MOST_EXPRESSIONS;

/** The passes so far, in order. */
export interface Passes {
  /** Puts a value into a pass, behind all others if it is new. `waits` must be there before it. */
  readonly place: (id: ValueId, pass: Pass, waits: readonly ValueId[]) => void;
  readonly makerOf: (value: ValueId) => Pass | undefined;
  /** The last pass that makes one of these values. */
  readonly latestOf: (values: Iterable<ValueId>) => Pass | undefined;
  /** Passes over this domain, and these reduced axes if any, behind another one: the last first. */
  readonly openAfter: (before: Pass | undefined, over: Over) => Iterable<Pass>;
  /** Whether another pass reads what this one makes, or waits for it. */
  readonly isRead: (pass: Pass) => boolean;
  /** Puts a pass behind all others. */
  readonly putLast: (pass: Pass) => void;
  readonly inOrder: () => readonly Pass[];
}

/** What a pass must be over for a value to join it. */
interface Over {
  readonly domain: readonly number[];
  readonly wide: boolean;
  /** Of a reduction: its axes. */
  readonly reduced?: readonly number[];
}

const keyOf = ({ domain, wide, reduced }: Over): string =>
  `${domain.join()} ${wide}${reduced === undefined ? '' : ` over ${reduced.join()}`}`;

/** What a pass is found under: its domain, and of reductions also the axes. */
const keysOf = ({ group: { domain, reduced, reductions }, wide }: Pass): readonly string[] => {
  const isReduction = reductions.length > 0 && reductions.every(({ combine }) => combine !== 'dot');
  return [keyOf({ domain, wide }), ...(isReduction ? [keyOf({ domain, wide, reduced })] : [])];
};

/** What a value's place among the passes depends on. */
export interface State {
  readonly program: Program;
  readonly inMemory: ReadonlySet<ValueId>;
  readonly passes: Passes;
  /** What in memory must be there before a value, beside what it reads. */
  readonly waitsOf: (id: ValueId) => readonly ValueId[];
}

/** No passes yet. */
export const noPasses = (): Passes => {
  let placed = 0;
  /** The turn at which each pass was put last: the order of the passes. */
  const turns = new Map<Pass, number>();
  const makers = new Map<ValueId, Pass>();
  /** The pass that reads a value, or waits for it; `undefined` where there are several. */
  const readers = new Map<ValueId, Pass | undefined>();
  const open = new Map<string, { readonly pass: Pass; readonly turn: number }[]>();
  const turnOf = (pass: Pass | undefined): number => (pass && turns.get(pass)) ?? -1;

  const putLast = (pass: Pass): void => {
    const turn = placed++;
    turns.set(pass, turn);
    if (pass.group.sealed) return;
    for (const key of keysOf(pass)) {
      const found = open.get(key);
      if (found === undefined) open.set(key, [{ pass, turn }]);
      else found.push({ pass, turn });
    }
  };

  return {
    putLast,
    place: (id, pass, waits) => {
      makers.set(id, pass);
      for (const values of [pass.group.reads, waits])
        for (const value of values)
          if (!readers.has(value)) readers.set(value, pass);
          else if (readers.get(value) !== pass) readers.set(value, undefined);
      if (!turns.has(pass)) putLast(pass);
    },
    makerOf: (value) => makers.get(value),
    latestOf: (values) => {
      let latest: Pass | undefined;
      for (const value of values) {
        const maker = makers.get(value);
        if (turnOf(maker) > turnOf(latest)) latest = maker;
      }
      return latest;
    },
    *openAfter(before, over) {
      const list = open.get(keyOf(over)) ?? [];
      const from = turnOf(before);
      let looked = 0;
      for (let i = list.length - 1; i >= 0 && looked < MOST_CANDIDATES; i--) {
        const entry = list[i];
        if (entry === undefined || entry.turn <= from) return;
        const isOpen = entry.turn === turnOf(entry.pass) && hasRoomFor(entry.pass, 1);
        if (isOpen) {
          looked++;
          yield entry.pass;
        } else list.splice(i, 1);
      }
    },
    isRead: (pass) => {
      for (const value of pass.group.values.keys())
        if (readers.has(value) && readers.get(value) !== pass) return true;
      return false;
    },
    inOrder: () => [...turns].toSorted(([, a], [, b]) => a - b).map(([pass]) => pass),
  };
};
