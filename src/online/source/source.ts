/** Sources: resumable streams of records. */
import * as t from 'io-ts';
import { fail } from '../../error.js';
import type { Json } from '../../tree/tree.js';

/** A record, and the position after it: a source opened at this position continues with the next record. */
export interface Received<A, P extends Json> {
  readonly value: A;
  readonly position: P;
}

/**
 * A pull source: it reads at most a bounded number of records ahead. `checkSource` of `paralens/laws` checks everything
 * that runs rely on.
 */
export interface Source<A, P extends Json> {
  readonly name: string;
  /** The codec of positions, for checkpoints. */
  readonly position: t.Type<P, Json>;
  /**
   * The records after a position, or from the start, in arrays of the records that have arrived. Ends when the source
   * ends; `return()` releases everything.
   */
  readonly open: (after?: P) => AsyncIterable<readonly Received<A, P>[]>;
  /** The bytes of a record in the source, for monitoring. */
  readonly bytesOf?: (value: A) => number;
  /** The amount of data after a position (`null` before the first record), for monitoring. */
  readonly behind?: (position: P | null) => Promise<Lag>;
}

/** The lag of a run behind its source. */
export interface Lag {
  readonly amount: number;
  readonly unit: 'bytes' | 'records';
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** The codec of positions that are a number of records: integers ≥ 0. */
export const countCodec: t.Type<number, Json> = new t.Type<number, Json>(
  'count',
  isCount,
  (value, context) => (isCount(value) ? t.success(value) : t.failure(value, context)),
  (value) => value,
);

const isReceived = (record: unknown): boolean =>
  typeof record === 'object' && record !== null && 'value' in record && 'position' in record;

/** Throws unless a source gives arrays of records with their positions. */
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
