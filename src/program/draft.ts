/** Drafts: the passes of a schedule while it is made, found by what they are over and by what they make and read. */
import type { Group } from './group.js';
import type { Kernel } from './kernel.js';
import type { Program, ValueId } from './program.js';

/** A pass that would touch more arrays than this is split. */
const MOST_ARRAYS = 24;

/** A pass that computes more than this at each point is split too: engines are slow at long functions. */
const MOST_EXPRESSIONS = 1000;

/** A value looks for a pass to join among the last ones over its domain, no more than this many. */
const MOST_CANDIDATES = 64;

/** A pass, in which values are still taken up. */
export interface Draft {
  readonly group: Group;
  /** Whether float64 is in it: then its loops are scalar, and what is float32 is better off in a pass of its own. */
  readonly wide: boolean;
  /** Of a scatter or a scan, which is ready as it is. */
  readonly kernels?: readonly Kernel[];
}

/** Whether a pass may take up something that reads so many arrays. */
export const hasRoomFor = ({ group }: Draft, arrays: number): boolean =>
  group.reads.size + group.values.size + arrays <= MOST_ARRAYS && group.noted.size <= MOST_EXPRESSIONS;

/** The drafts so far, in order. */
export interface Drafts {
  /** Puts a value into a draft, behind all others if it is new. `waits` must be there before it. */
  readonly place: (id: ValueId, draft: Draft, waits: readonly ValueId[]) => void;
  readonly makerOf: (value: ValueId) => Draft | undefined;
  /** The last draft that makes one of these values. */
  readonly latestOf: (values: Iterable<ValueId>) => Draft | undefined;
  /** Drafts over this domain, and these reduced axes if any, behind another one: the last first. */
  readonly openAfter: (before: Draft | undefined, over: Over) => Iterable<Draft>;
  /** Whether another draft reads what this one makes, or waits for it. */
  readonly isRead: (draft: Draft) => boolean;
  /** Puts a draft behind all others. */
  readonly putLast: (draft: Draft) => void;
  readonly inOrder: () => readonly Draft[];
}

/** What a draft must be over for a value to join it. */
interface Over {
  readonly domain: readonly number[];
  readonly wide: boolean;
  /** Of a reduction: its axes. */
  readonly reduced?: readonly number[];
}

const keyOf = ({ domain, wide, reduced }: Over): string =>
  `${domain.join()} ${wide}${reduced === undefined ? '' : ` over ${reduced.join()}`}`;

/** What a draft is found under: its domain, and of reductions also the axes. */
const keysOf = ({ group: { domain, reduced, reductions }, wide }: Draft): readonly string[] => {
  const isReduction = reductions.length > 0 && reductions.every(({ combine }) => combine !== 'dot');
  return [keyOf({ domain, wide }), ...(isReduction ? [keyOf({ domain, wide, reduced })] : [])];
};

/** What a value's place among the passes depends on. */
export interface State {
  readonly program: Program;
  readonly inMemory: ReadonlySet<ValueId>;
  readonly drafts: Drafts;
  /** What in memory must be there before a value, beside what it reads. */
  readonly waitsOf: (id: ValueId) => readonly ValueId[];
}

/** No drafts yet. */
export const noDrafts = (): Drafts => {
  let placed = 0;
  /** The turn at which each draft was put last: the order of the drafts. */
  const turns = new Map<Draft, number>();
  const makers = new Map<ValueId, Draft>();
  /** The draft that reads a value, or waits for it; `undefined` where there are several. */
  const readers = new Map<ValueId, Draft | undefined>();
  const open = new Map<string, { readonly draft: Draft; readonly turn: number }[]>();
  const turnOf = (draft: Draft | undefined): number => (draft && turns.get(draft)) ?? -1;

  const putLast = (draft: Draft): void => {
    const turn = placed++;
    turns.set(draft, turn);
    if (draft.group.sealed) return;
    for (const key of keysOf(draft)) {
      const found = open.get(key);
      if (found === undefined) open.set(key, [{ draft, turn }]);
      else found.push({ draft, turn });
    }
  };

  return {
    putLast,
    place: (id, draft, waits) => {
      makers.set(id, draft);
      for (const values of [draft.group.reads, waits])
        for (const value of values)
          if (!readers.has(value)) readers.set(value, draft);
          else if (readers.get(value) !== draft) readers.set(value, undefined);
      if (!turns.has(draft)) putLast(draft);
    },
    makerOf: (value) => makers.get(value),
    latestOf: (values) => {
      let latest: Draft | undefined;
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
        const isOpen = entry.turn === turnOf(entry.draft) && hasRoomFor(entry.draft, 1);
        if (isOpen) {
          looked++;
          yield entry.draft;
        } else list.splice(i, 1);
      }
    },
    isRead: (draft) => {
      for (const value of draft.group.values.keys())
        if (readers.has(value) && readers.get(value) !== draft) return true;
      return false;
    },
    inOrder: () => [...turns].toSorted(([, a], [, b]) => a - b).map(([draft]) => draft),
  };
};
