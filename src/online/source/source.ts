/** Sources: where records come from, and from where on. */
import * as t from 'io-ts';
import { fail } from '../../error.js';
import type { Json } from '../json.js';

/** A record as it came in, and where its source stands after it: opened there, it goes on with the next. */
export interface Received<A, P extends Json> {
  readonly value: A;
  readonly position: P;
}

/**
 * A source that is pulled: nothing is read before it is asked for, but for a bounded number of records. `checkSource` of
 * `paralens/laws` holds one to all that runs rely on.
 */
export interface Source<A, P extends Json> {
  readonly name: string;
  /** Reads a position that was written down. */
  readonly position: t.Type<P, Json>;
  /**
   * The records after a position, from the first on without one, in arrays of what has come in: one array may be large
   * where reading is fast and single where it is slow. Ends where the source ends; `return()` lets go of everything.
   */
  readonly open: (after?: P) => AsyncIterable<readonly Received<A, P>[]>;
  /** Bytes of a record where it came from, for whoever watches. */
  readonly bytesOf?: (value: A) => number;
  /** What there is behind a position by now, `null` before the first record; for whoever watches. */
  readonly behind?: (position: P | null) => Promise<Lag>;
}

/** How far a run is behind its source. */
export interface Lag {
  readonly amount: number;
  readonly unit: 'bytes' | 'records';
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Positions of sources that only count how many records there were: integers ≥ 0. */
export const countCodec: t.Type<number, Json> = new t.Type<number, Json>(
  'count',
  isCount,
  (value, context) => (isCount(value) ? t.success(value) : t.failure(value, context)),
  (value) => value,
);

const isReceived = (record: unknown): boolean =>
  typeof record === 'object' && record !== null && 'value' in record && 'position' in record;

/** Throws if a source gives something else than arrays of records with their positions. */
export const requireChunk = <A, P extends Json>(
  name: string,
  chunk: readonly Received<A, P>[],
): readonly Received<A, P>[] => {
  const value: unknown = chunk;
  if (Array.isArray(value) && value.every(isReceived)) return chunk;
  return fail({
    operation: 'online',
    what: `the source '${name}' did not give an array of records`,
    got: Array.isArray(value)
      ? `an array with ${typeof value.find((each) => !isReceived(each))}`
      : typeof value,
    needed: '[{ value, position }, …]',
  });
};
