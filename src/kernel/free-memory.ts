/**
 * Memory that is taken and released in pieces, at a cost that does not depend on how many there are: what is free is
 * kept by the power of two of its size, and neighbors that are free are one.
 *
 * Source: M. Masmano, I. Ripoll, A. Crespo, J. Real, "TLSF: a new dynamic memory allocator for real-time systems"
 * (2004), with one level of classes.
 */

interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface FreeMemory {
  /** Where so many bytes are free; from then on they are not. */
  readonly take: (bytes: number) => number;
  readonly release: (from: number, bytes: number) => void;
  /** How much has been in use at most. */
  readonly bytes: () => number;
}

/** Gaps of the wanted size's own class that are compared. */
const COMPARED = 32;

const sizeOf = ({ from, to }: Gap): number => to - from;

const classOf = (bytes: number): number => Math.floor(Math.log2(bytes));

/** Memory of which nothing is used yet. */
export const freeMemory = (): FreeMemory => {
  const byClass: Set<Gap>[] = [];
  const byFrom = new Map<number, Gap>();
  const byTo = new Map<number, Gap>();
  let bytes = 0;

  const insert = (gap: Gap): void => {
    if (sizeOf(gap) === 0) return;
    (byClass[classOf(sizeOf(gap))] ??= new Set()).add(gap);
    byFrom.set(gap.from, gap);
    byTo.set(gap.to, gap);
  };
  const remove = (gap: Gap): void => {
    byClass[classOf(sizeOf(gap))]?.delete(gap);
    byFrom.delete(gap.from);
    byTo.delete(gap.to);
  };
  /** The tightest of the first gaps of the own class, or one of a greater class. */
  const gapFor = (size: number): Gap | undefined => {
    const own = classOf(size);
    let best: Gap | undefined;
    let compared = 0;
    for (const gap of byClass[own] ?? []) {
      if (sizeOf(gap) === size) return gap;
      if (sizeOf(gap) > size && (best === undefined || sizeOf(gap) < sizeOf(best))) best = gap;
      if (++compared === COMPARED) break;
    }
    for (let each = own + 1; best === undefined && each < byClass.length; each++)
      [best] = byClass[each] ?? [];
    return best;
  };

  return {
    take: (size) => {
      const gap = gapFor(size);
      // Where nothing is free that is large enough, memory grows, from the gap at its end on if there is one.
      const found = gap ?? byTo.get(bytes) ?? { from: bytes, to: bytes };
      if (sizeOf(found) > 0) remove(found);
      const end = found.from + size;
      bytes = Math.max(bytes, end);
      insert({ from: end, to: Math.max(end, found.to) });
      return found.from;
    },
    release: (from, size) => {
      const before = byTo.get(from);
      const behind = byFrom.get(from + size);
      for (const gap of [before, behind]) if (gap !== undefined) remove(gap);
      insert({ from: before?.from ?? from, to: behind?.to ?? from + size });
    },
    bytes: () => bytes,
  };
};
