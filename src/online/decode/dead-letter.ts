/** Dead letters: records that could not be decoded, kept and counted. */
import { either as E } from 'fp-ts';
import { requireCount, requireDouble } from '../../require.js';
import type { Fold } from '../../stream/fold.js';

/** The kinds of dead letters. There are few, so that they can be counted. */
export const deadLetterKinds = [
  /** The bytes are not UTF-8. */
  'not UTF-8',
  /** Longer than the limit. */
  'too long',
  /** Mismatched quotes or fields of CSV. */
  'not CSV',
  /** The data do not exist any more. */
  'lost',
  /** Not JSON. */
  'json',
  /** Nested deeper than the limit. */
  'too deep',
  /** A key that could change the prototype of objects. */
  'key',
  /** A number that a double cannot represent, or a number that is not finite. */
  'number',
  /** The codec refused the value. */
  'codec',
  /** Making the example threw an error. */
  'features',
  /** The example has another form than those of the run, or than the model takes. */
  'shape',
  /** A check of the model failed, such as a label out of range. */
  'check',
] as const;

export type DeadLetterKind = (typeof deadLetterKinds)[number];

/** A record that could not be decoded: its position, the reason, and its text, cut to a limit. */
export interface DeadLetter<P> {
  readonly position: P;
  readonly kind: DeadLetterKind;
  /** One line for people, with what to do. */
  readonly reason: string;
  readonly raw: string;
}

/** The numbers of decoded records and of dead letters, these also by kind. */
export type DecodeCounts = {
  readonly good: number;
  readonly bad: number;
  readonly byKind: { readonly [K in DeadLetterKind]: number };
};

/** The counts before the first record. */
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
 * A fold that counts decoded records and dead letters by kind, and returns the counts with each record. The sum of good
 * and bad is the number of all records.
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
  /** The largest allowed share of bad records, in [0, 1]. */
  readonly most: number;
  /** The number of records before the limit applies. */
  readonly after?: number;
  /** The number of recent records that determine the share; default: all records. */
  readonly over?: number;
}

export interface BadShare {
  readonly share: number;
  /** Whether the run should stop. */
  readonly stop: boolean;
}

/** Fading sums of the bad records and of all records. */
type Sums = { readonly bad: number; readonly all: number; readonly seen: number };

/**
 * A fold that detects when the share of bad records is too large. With `over` the share is a fading mean, in which each
 * record has 1 − 1/over of the weight of the next, so that a source that fails after a million good records is noticed.
 * Throws if an option is invalid.
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
