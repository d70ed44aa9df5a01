/** Dead letters: records that could not be read, kept and counted instead of lost. */
import { either as E } from 'fp-ts';
import { requireCount, requireDouble } from '../../require.js';
import type { Fold } from '../../stream/fold.js';

/** Why a record is none. There are few kinds, so that they can be counted for ever. */
export const deadLetterKinds = [
  /** The bytes are no UTF-8. */
  'not UTF-8',
  /** Longer than the bound. */
  'too long',
  /** Quotes or fields of CSV that do not match. */
  'not CSV',
  /** It was to be read, and is not there any more. */
  'lost',
  /** No JSON. */
  'json',
  /** Deeper than the bound. */
  'too deep',
  /** A key that reaches for the prototype of objects. */
  'key',
  /** A number that no double holds, or none. */
  'number',
  /** The codec wants something else. */
  'codec',
  /** Making its example threw, or reading it did. */
  'features',
  /** Its example has another form than those of the run, or than the model takes. */
  'shape',
  /** A check of the model refuses its numbers, such as a label out of range. */
  'check',
] as const;

export type DeadLetterKind = (typeof deadLetterKinds)[number];

/** What could not be read: where it stood, why, and its text as it came, cut to a bound. */
export interface DeadLetter<P> {
  readonly position: P;
  readonly kind: DeadLetterKind;
  /** One line that a person can act on. */
  readonly reason: string;
  readonly raw: string;
}

/** Records that could be read, and those that could not, these also by kind. */
export type DecodeCounts = {
  readonly good: number;
  readonly bad: number;
  readonly byKind: { readonly [K in DeadLetterKind]: number };
};

/** What is counted before the first record. */
const none: DecodeCounts = {
  good: 0,
  bad: 0,
  byKind: {
    'not UTF-8': 0,
    'too long': 0,
    'not CSV': 0,
    lost: 0,
    json: 0,
    'too deep': 0,
    key: 0,
    number: 0,
    codec: 0,
    features: 0,
    shape: 0,
    check: 0,
  },
};

/**
 * Counts what was decoded and what was not, by kind; tells the counts with each record. Good and bad together are all
 * records that came.
 *
 * @example
 * const { good, bad } = runFold(decodeCounts(), [either.right(1), either.right(2)])[0];
 * [good, bad]; // [2, 0]
 */
export const decodeCounts = (): Fold<
  DecodeCounts,
  E.Either<Pick<DeadLetter<unknown>, 'kind'>, unknown>,
  DecodeCounts
> => ({
  initial: none,
  step: ({ good, bad, byKind }, record) => {
    if (E.isRight(record)) {
      const more = { good: good + 1, bad, byKind };
      return [more, more];
    }
    const { kind } = record.left;
    const next = { good, bad: bad + 1, byKind: { ...byKind, [kind]: byKind[kind] + 1 } };
    return [next, next];
  },
});

export interface BadShareLimitOptions {
  /** The largest share of bad records that is borne, from 0 to 1. */
  readonly most: number;
  /** Nothing is said before so many records have come. */
  readonly after?: number;
  /** Of how many records the share is told, the last ones weighing most; of all of them unless given. */
  readonly over?: number;
}

export interface BadShare {
  readonly share: number;
  /** Whether the run should stop. */
  readonly stop: boolean;
}

/** Sums that fade: of the bad records, and of all. */
type Sums = { readonly bad: number; readonly all: number; readonly seen: number };

/**
 * Says when too large a share of the records is bad. With `over` the share is one that fades, each record weighing
 * 1 − 1/over of the one after it, so that a source that goes bad after a million good records is noticed. Throws if
 * an option is invalid.
 *
 * @example
 * const limit = badShareLimit({ most: 0.25, after: 2 });
 * const told = runFold(limit, [either.left('bad'), either.right(1), either.right(2), either.right(3)])[1];
 * told.map(({ stop }) => stop); // [false, true, true, false]
 */
export const badShareLimit = ({
  most,
  after = 100,
  over = Number.POSITIVE_INFINITY,
}: BadShareLimitOptions): Fold<Sums, E.Either<unknown, unknown>, BadShare> => {
  requireDouble('badShareLimit', 'most', most, '[0, 1]');
  requireCount('badShareLimit', 'after', after);
  requireDouble('badShareLimit', 'over', over, '[1, ∞]');
  const kept = 1 - 1 / over;
  return {
    initial: { bad: 0, all: 0, seen: 0 },
    step: (sums, record) => {
      const next = {
        bad: kept * sums.bad + (E.isLeft(record) ? 1 : 0),
        all: kept * sums.all + 1,
        seen: sums.seen + 1,
      };
      const share = next.bad / next.all;
      return [next, { share, stop: next.seen >= after && share > most }];
    },
  };
};
