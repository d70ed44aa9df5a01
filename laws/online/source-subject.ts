/** A source under its laws: a place where records lie, and what is read from it. */
import { fastCheck } from '../fast-check.js';
import type { Json } from '../../src/tree/tree.js';
import type { Source } from '../../src/online/source/source.js';
import { range } from '../../src/tensor/shape.js';
import type { Sampler } from '../arbitrary/draw.js';

/** A record to be put somewhere. Where the place knows no other, it is put there as if it were sound. */
export interface PlacedRecord {
  readonly text: string;
  /** Otherwise one that comes as `Broken`: bytes that are no text, a row that is none. */
  readonly sound: boolean;
}

/** Where records lie. */
export interface Medium<A, P extends Json> {
  readonly source: Source<A, P>;
  /** What has to come, in this order. */
  readonly values: readonly A[];
  /** How many of them the first so many records decide; as many, unless something else is made of records. */
  readonly decided?: (records: number) => number;
  /** How much the source holds open at the moment: files, connections, subscriptions. */
  readonly held?: () => number;
  /** How many records the source has taken so far. */
  readonly taken?: () => number;
  readonly dispose?: () => Promise<void> | void;
}

export interface SourceSubject<A, P extends Json> {
  readonly name: string;
  readonly medium: (records: readonly PlacedRecord[]) => Promise<Medium<A, P>>;
  /** The same records as they come little by little, in pieces of such sizes; their source need not end. */
  readonly arriving?: (records: readonly PlacedRecord[], pieces: readonly number[]) => Promise<Medium<A, P>>;
  /** Records that may be taken before they are asked for; those of a chunk. Nothing is said without it. */
  readonly ahead?: number;
  /** Whether what was before can be gone back to; `false` of what passes by. */
  readonly goesBack?: boolean;
}

/** Records, and how they are read. */
export interface SourceExample {
  readonly records: readonly PlacedRecord[];
  /** What comes in place of those after the first `cuts[0]`. */
  readonly others: readonly PlacedRecord[];
  /** Two places at which reading is stopped and gone on with, in order. */
  readonly cuts: readonly [number, number];
  readonly pieces: readonly number[];
  /** How often a source is asked on end. */
  readonly asks: number;
  /** After how many turns of the event loop a reader that has asked for its first record stops. */
  readonly turns: number;
}

const drawRecord = ({ value, integer }: Sampler): PlacedRecord => ({
  text: value(fastCheck.stringMatching(/^[aé€😀",; ]{1,8}$/u)),
  sound: integer(0, 4) > 0,
});

/** Some records, few of them unsound, some alike. */
export const drawSourceExample = (sampler: Sampler): SourceExample => {
  const { integer, integers } = sampler;
  const several = (): readonly PlacedRecord[] => {
    const records: PlacedRecord[] = [];
    // Some like the one before: records are told apart by their places.
    for (const _ of range(integer(0, 7))) {
      const before = integer(0, 3) === 0 ? records.at(-1) : undefined;
      records.push(before ?? drawRecord(sampler));
    }
    return records;
  };
  const records = several();
  const second = integer(0, records.length);
  return {
    records,
    others: several(),
    cuts: [integer(0, second), second],
    pieces: integers(integer(1, 4), 1, 9),
    asks: integer(1, 4),
    // Mostly few: that is when a source opens.
    turns: integer(0, 1) === 0 ? integer(0, 12) : integer(0, 200),
  };
};
