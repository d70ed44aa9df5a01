/** Places in memory for blocks of known lives: blocks that live at once lie apart. */
import { required } from '../require.js';
import { freeMemory } from './free-memory.js';

/** Everything begins at a multiple of this: the line of a cache, and of any vector. */
const ALIGNMENT = 64;

export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

export interface Block {
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
}

/** An offset for each block, and the size of the whole. */
export interface Placement {
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Up to here blocks are placed by size, each compared with all before it; more of them by time, which is as a line. */
const MOST_BY_SIZE = 2048;

export const placeBlocks = (blocks: readonly Block[]): Placement =>
  blocks.length <= MOST_BY_SIZE ? placeBySize(blocks) : placeByTime(blocks);

/**
 * Largest first, each in the tightest gap that it fits
 * between the blocks placed before it that live at the same time.
 *
 * Source: Y. Pisarchyk, J. Lee, "Efficient memory management for deep neural net inference" (2020), greedy by size.
 */
const placeBySize = (blocks: readonly Block[]): Placement => {
  const offsets = blocks.map(() => 0);
  const placed: { readonly from: number; readonly to: number; readonly block: Block }[] = [];
  let bytes = 0;
  const order = blocks.map((block, i) => ({ block, i })).toSorted((a, b) => b.block.bytes - a.block.bytes);
  for (const { block, i } of order) {
    const size = aligned(block.bytes);
    if (size === 0) continue;
    let best: { readonly offset: number; readonly gap: number } | undefined;
    let end = 0;
    for (const { from, to, block: other } of placed) {
      if (other.start > block.end || other.end < block.start) continue;
      const gap = from - end;
      if (gap >= size && (best === undefined || gap < best.gap)) best = { offset: end, gap };
      end = Math.max(end, to);
    }
    const offset = best?.offset ?? end;
    offsets[i] = offset;
    bytes = Math.max(bytes, offset + size);
    const next = placed.findIndex(({ from }) => from > offset);
    placed.splice(next < 0 ? placed.length : next, 0, { from: offset, to: offset + size, block });
  }
  return { offsets, bytes };
};

/** In the order in which they begin to live, each in what those that have ended leave free. */
const placeByTime = (blocks: readonly Block[]): Placement => {
  const offsets = blocks.map(() => 0);
  const memory = freeMemory();
  const order = blocks
    .map((block, i) => ({ ...block, bytes: aligned(block.bytes), i }))
    .filter(({ bytes }) => bytes > 0)
    .toSorted((a, b) => a.start - b.start || b.bytes - a.bytes);
  const ending = order.toSorted((a, b) => a.end - b.end);
  let ended = 0;
  for (const { i, bytes, start } of order) {
    for (let next = ending[ended]; next !== undefined && next.end < start; next = ending[++ended])
      memory.release(required(offsets[next.i], 'an offset'), next.bytes);
    offsets[i] = memory.take(bytes);
  }
  return { offsets, bytes: memory.bytes() };
};

/** The most bytes alive at once: less than this no placing needs. */
export const largestLiveSet = (blocks: readonly Block[]): number => {
  const last = blocks.reduce((latest, { end }) => Math.max(latest, end), -1);
  const changes = Array.from({ length: last + 4 }, () => 0);
  for (const { bytes, start, end } of blocks) {
    changes[start + 1] = required(changes[start + 1], 'a change') + aligned(bytes);
    changes[end + 2] = required(changes[end + 2], 'a change') - aligned(bytes);
  }
  let [alive, most] = [0, 0];
  for (const change of changes) {
    alive += change;
    most = Math.max(most, alive);
  }
  return most;
};
