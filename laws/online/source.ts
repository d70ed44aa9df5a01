/** F-1, F-3 to F-9, F-13, F-19 and F-23 of sources, each said of what was seen of one. */
import type { Json } from '../../src/tree/tree.js';
import type { Received } from '../../src/online/source/source.js';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { broken, every, holds, type Law, law, type Verdict } from '../base/verdict.js';
import type { SourceSubject } from './source-subject.js';
import type { SourceReading } from './source-readings.js';
import type { SourceTrail } from './source-trail.js';

/** What a law is given: a source, and what was seen of it. */
type Seen<A, P extends Json> = (subject: SourceSubject<A, P>, trail: SourceTrail<A, P>) => Verdict;

const valuesOf = <A, P>({
  records,
  end,
}: SourceReading<A, P>): { readonly values: readonly A[]; readonly end: string } => ({
  values: records.map(({ value }) => value),
  end,
});

/** F-23. What lies there comes in its order, each once and at a place of its own, what is unsound as `Broken` */
const comesOnce = <A, P extends Json>({ name }: SourceSubject<A, P>, trail: SourceTrail<A, P>): Verdict => {
  const { whole, values } = trail;
  const claim = { law: 'F-23', subject: name } as const;
  const places = new Set(whole.records.map(({ position }) => JSON.stringify(position)));
  return every([
    () =>
      same(
        bitwise,
        valuesOf(whole),
        { values, end: 'end' },
        {
          ...claim,
          what: 'what comes is not what lies there',
          hint: 'a record that cannot be read is a Broken, in its place',
        },
      ),
    () =>
      places.size === whole.records.length
        ? holds
        : broken({
            ...claim,
            what: 'two records at one position',
            got: places.size,
            expected: values.length,
          }),
  ]);
};

/** F-19. Records that were handed out stay as they are */
const recordsStay = <A, P extends Json>({ name }: SourceSubject<A, P>, trail: SourceTrail<A, P>): Verdict =>
  same(bitwise, trail.whole.records, trail.atOnce, {
    law: 'F-19',
    subject: name,
    what: 'a record that was handed out has changed',
    hint: 'a buffer that is used again',
  });

/** F-13. Opened behind a record whose position was written down and read again, it goes on with exactly the rest */
const sourceResumes = <A, P extends Json>(
  { name }: SourceSubject<A, P>,
  { whole, resumed }: SourceTrail<A, P>,
): Verdict =>
  every(
    resumed.map((rest, i) => () => {
      const claim = { law: 'F-13', subject: name, path: `record ${i}` } as const;
      if (rest === undefined)
        return broken({ ...claim, what: 'a position that was written down is not read' });
      const expected: SourceReading<A, P> = { records: whole.records.slice(i + 1), end: whole.end };
      return same(bitwise, rest, expected, {
        ...claim,
        what: `opened behind record ${i}, it is not the rest`,
      });
    }),
  );

/** F-1. Stopped anywhere, also within a chunk or before the first record, and gone on with, it is as if it had not been */
const partsAreWhole = <A, P extends Json>(
  { name }: SourceSubject<A, P>,
  { whole, inParts = whole, example }: SourceTrail<A, P>,
): Verdict =>
  same(bitwise, inParts, whole, {
    law: 'F-1',
    subject: name,
    what: `stopped behind ${example.cuts.join(' and ')} records, it is not the whole`,
  });

/** F-3. The first records do not depend on what comes after them; nothing is held or taken before it is asked for */
const nothingAhead = <A, P extends Json>(
  { name, ahead }: SourceSubject<A, P>,
  { decided, whole, otherwise, letGo }: SourceTrail<A, P>,
): Verdict => {
  const first = (reading: SourceReading<A, P>): readonly A[] => valuesOf(reading).values.slice(0, decided);
  const claim = { law: 'F-3', subject: name } as const;
  const { takenBefore, before } = letGo;
  if (before + takenBefore > 0)
    return broken({ ...claim, what: 'it begins before it is asked', got: before + takenBefore, expected: 0 });
  if (ahead !== undefined && letGo.ahead > ahead)
    return broken({
      ...claim,
      what: 'it takes more than it is asked for',
      got: letGo.ahead,
      expected: ahead,
    });
  return same(bitwise, first(otherwise), first(whole), {
    ...claim,
    what: `the first ${decided} records depend on what comes after them`,
  });
};

/** F-4. Opened again it is the same again; F-9. two readers by turns are each by itself */
const opensAlike =
  <A, P extends Json>(
    id: 'F-4' | 'F-9',
    readings: (trail: SourceTrail<A, P>) => readonly SourceReading<A, P>[],
  ): Seen<A, P> =>
  ({ name }, trail) =>
    every(
      readings(trail).map(
        (reading) => () =>
          same(bitwise, reading, trail.whole, {
            law: id,
            subject: name,
            what:
              id === 'F-4'
                ? 'opened again it is another'
                : 'of two readers by turns, one reads something else',
            hint: 'something is kept outside of what is opened',
          }),
      ),
    );

/** F-5. In which pieces its records come, and when, changes none of them */
const piecesDoNotMatter = <A, P extends Json>(
  { name }: SourceSubject<A, P>,
  { arriving, values, example }: SourceTrail<A, P>,
): Verdict =>
  arriving === undefined
    ? holds
    : same(bitwise, valuesOf(arriving).values, values, {
        law: 'F-5',
        subject: name,
        what: `in pieces of ${example.pieces.join(', ')} other records come`,
      });

/** F-6. Asked several times on end, it answers as if it had been asked once at a time */
const answersInTurn = <A, P extends Json>(
  { name }: SourceSubject<A, P>,
  { eagerly, whole, example }: SourceTrail<A, P>,
): Verdict =>
  same(bitwise, eagerly, whole, {
    law: 'F-6',
    subject: name,
    what: `asked ${example.asks} times on end, it answers otherwise`,
  });

/** F-7. Who stops asking stops it: what waits is settled, nothing more comes, and all is let go of */
const letsGo = <A, P extends Json>(
  { name }: SourceSubject<A, P>,
  { letGo, letGoEarly, example }: SourceTrail<A, P>,
): Verdict => {
  const claim = { law: 'F-7', subject: name } as const;
  if (letGoEarly.after !== letGoEarly.before)
    return broken({
      ...claim,
      what: `stopped ${example.turns} turns after it was asked, it holds on to what it opened`,
      got: letGoEarly.after,
      expected: letGoEarly.before,
      hint: 'what is told to stop while it opens must close what it has opened then',
    });
  const { pending, ended, before, after } = letGo;
  if (pending !== 'settled') return broken({ ...claim, what: 'who waits for it waits for ever' });
  if (!ended) return broken({ ...claim, what: 'it goes on when it has been stopped' });
  return after === before
    ? holds
    : broken({ ...claim, what: 'it holds on to what it opened', got: after, expected: before });
};

/** What is left of the lags, one a place: never more, at the end nothing, and of records as many as there are. */
const countsDown = <A, P>(
  behind: readonly { readonly amount: number; readonly unit: string }[],
  records: readonly Received<A, P & Json>[],
): boolean =>
  behind.every(({ amount, unit }, i) => {
    const next = behind[i + 1]?.amount ?? 0;
    return amount >= next && (unit !== 'records' || amount === records.length - i);
  }) && behind.at(-1)?.amount === 0;

/** F-8. What is told to whoever watches is of the records, and asking for it changes none of them */
const watchingIsFree = <A, P extends Json>(
  { name }: SourceSubject<A, P>,
  { lags, bytes = [], whole }: SourceTrail<A, P>,
): Verdict => {
  const claim = { law: 'F-8', subject: name } as const;
  if (!bytes.every((each) => Number.isInteger(each) && each >= 0))
    return broken({ ...claim, what: 'bytes that are none', got: bytes.join(', ') });
  if (lags === undefined) return holds;
  const { behind, watched } = lags;
  const told = behind.flatMap((lag) => lag ?? []);
  if (whole.records.length > 0 && !countsDown(told, whole.records))
    return broken({
      ...claim,
      what: 'what is said to be behind a record is not',
      got: told.map(({ amount, unit }) => `${amount} ${unit}`).join(', '),
    });
  return same(bitwise, watched, whole, { ...claim, what: 'asking how much there is changes what comes' });
};

/** F-1, F-3 to F-9, F-13, F-19 and F-23 of a source, over what was seen of it. */
export const sourceLaws = <A, P extends Json>(
  subject: SourceSubject<A, P>,
): readonly Law<SourceTrail<A, P>>[] => {
  const said = (id: string, of: Seen<A, P>): Law<SourceTrail<A, P>> => law(id, (trail) => of(subject, trail));
  return [
    said('F-23', comesOnce),
    said('F-19', recordsStay),
    said('F-3', nothingAhead),
    said(
      'F-4',
      opensAlike('F-4', ({ again }) => [again]),
    ),
    said(
      'F-9',
      opensAlike('F-9', ({ byTurns }) => byTurns),
    ),
    said('F-6', answersInTurn),
    ...(subject.goesBack === false ? [] : [said('F-13', sourceResumes), said('F-1', partsAreWhole)]),
    ...(subject.arriving === undefined ? [] : [said('F-5', piecesDoNotMatter)]),
    said('F-7', letsGo),
    said('F-8', watchingIsFree),
  ];
};
