/**
 * What a source does, written down. A law has no promise to wait for: so a source is first read in every way that some
 * law speaks of, and the laws then look at what came.
 */
import { fastCheck } from '../fast-check.js';
import { assertHolds } from '../base/runner.js';
import { broken, type Verdict } from '../base/verdict.js';
import type { Json } from '../../src/tree/tree.js';
import type { Received } from '../../src/online/source/source.js';
import {
  type Lags,
  type LetGo,
  letGoEarly,
  letGoOf,
  openedAt,
  read,
  readAfter,
  readByTurns,
  readEagerly,
  readInParts,
  readWatched,
  type SourceReading,
} from './source-readings.js';
import type { Medium, SourceExample, SourceSubject } from './source-subject.js';

/** What was seen of one source with one example. */
export interface SourceTrail<A, P> {
  readonly [fastCheck.toStringMethod]?: () => string;
  readonly example: SourceExample;
  readonly values: readonly A[];
  readonly whole: SourceReading<A, P>;
  /** The same records as they were when they were handed out. */
  readonly atOnce: readonly Received<A, P & Json>[];
  readonly again: SourceReading<A, P>;
  /** Two readers by turns. */
  readonly byTurns: readonly SourceReading<A, P>[];
  /** Asked several times on end. */
  readonly eagerly: SourceReading<A, P>;
  /** Opened behind each record, its position written down and read again; `undefined` where that failed. */
  readonly resumed: readonly (SourceReading<A, P> | undefined)[];
  /** Stopped at both cuts, and gone on with each time. */
  readonly inParts: SourceReading<A, P> | undefined;
  /** Of a medium with other records behind the first cut. */
  readonly otherwise: SourceReading<A, P>;
  /** How many values the records before it decide. */
  readonly decided: number;
  /** Records as they come little by little. */
  readonly arriving: SourceReading<A, P> | undefined;
  readonly letGo: LetGo;
  /** Stopped while it opens, or a little later. */
  readonly letGoEarly: Pick<LetGo, 'before' | 'after'>;
  readonly lags: Lags<A, P> | undefined;
  readonly bytes: readonly number[] | undefined;
}

/** F-23 of a source that hangs where its records end. */
const neverEnds = (name: string, records: number): Verdict =>
  broken({
    law: 'F-23',
    subject: name,
    what: `it does not end: asked again after ${records} records, it answers nothing`,
    hint: 'the source of `medium` has all records to begin with; one that waits for more belongs into `arriving`',
  });

/** Reads a source in all these ways. Throws a `LawError` if it does not end. */
export const trailOf = async <A, P extends Json>(
  subject: SourceSubject<A, P>,
  example: SourceExample,
): Promise<SourceTrail<A, P>> => {
  const { records, others, cuts, pieces, asks, turns } = example;
  const [cut] = cuts;
  const media: Medium<A, P>[] = [];
  const made = async (medium: Promise<Medium<A, P>>): Promise<Medium<A, P>> => {
    media.push(await medium);
    return medium;
  };
  try {
    const arriving = () => subject.arriving && made(subject.arriving(records, pieces));
    const { source, values, decided = (count) => count } = await made(subject.medium(records));
    const atOnce: Received<A, P>[] = [];
    const whole = await read(openedAt(source), {
      seen: (chunk) => {
        atOnce.push(...structuredClone(chunk));
      },
    });
    // All other readings would hang as well, each for its seconds: a test runner would end first.
    if (whole.end === 'hangs') assertHolds(neverEnds(subject.name, whole.records.length));
    // Of what nobody has read yet.
    const letGo = await letGoOf((await arriving()) ?? (await made(subject.medium(records))), asks);
    const early = await letGoEarly((await arriving()) ?? (await made(subject.medium(records))), turns);
    const coming = await arriving();
    const goesBack = subject.goesBack !== false;
    const resumed: (SourceReading<A, P> | undefined)[] = [];
    if (goesBack) for (const { position } of whole.records) resumed.push(await readAfter(source, position));
    const other = await made(subject.medium([...records.slice(0, cut), ...others]));
    return {
      example,
      // A failure shows what lay there, not all that came of it.
      [fastCheck.toStringMethod]: () => JSON.stringify(example),
      values,
      whole,
      atOnce,
      again: await read(openedAt(source)),
      byTurns: await readByTurns(source),
      eagerly: await readEagerly(source, asks),
      resumed,
      inParts: goesBack ? await readInParts(source, cuts) : undefined,
      otherwise: await read(openedAt(other.source)),
      decided: decided(cut),
      arriving: coming && (await read(openedAt(coming.source), { most: coming.values.length })),
      letGo,
      letGoEarly: early,
      lags: await readWatched(source),
      bytes: source.bytesOf && whole.records.map(({ value }) => source.bytesOf?.(value) ?? 0),
    };
  } finally {
    for (const { dispose } of media) await dispose?.();
  }
};
