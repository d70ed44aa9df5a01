/** F-23: whatever comes in comes out once, or waits: no record, prediction or label is dropped in silence. */
import type { DeadLetter } from '../../src/online/decode/dead-letter.js';
import type { decoder } from '../../src/online/decode/decoder.js';
import type { Fold } from '../../src/stream/fold.js';
import { runFold } from '../../src/online/fold/fold.js';
import {
  type DelayedEvent,
  type DelayedState,
  type JoinResult,
  pendingPredictions,
} from '../../src/online/fold/monitor/delayed-labels.js';
import type { PendingBatch } from '../../src/online/fold/monitor/batching.js';
import { type RawRecord, textOf } from '../../src/online/source/raw-record.js';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { broken, every, holds, type Verdict } from '../base/verdict.js';

const LAW = 'F-23';

/** What reads a record that stands at a place. */
export type Reads<A> = ReturnType<typeof decoder<A>>;

/** A dead letter says where it stood, why in one line, and how its text begins. */
const isAddressed = ({ reason, raw, position }: DeadLetter<number>, record: RawRecord, at: number): boolean =>
  position === at && reason !== '' && !/[\n\r]/.test(reason) && textOf(record).startsWith(raw);

/**
 * F-23. Of records and their places each gives a value where it is sound, and else a dead letter with its own place, a
 * reason in one line and the beginning of its text; whatever the others are
 */
export const decodesEach = <A>(
  read: Reads<A>,
  records: readonly { readonly record: RawRecord; readonly sound: A | undefined }[],
): Verdict =>
  every(
    records.map(({ record, sound }, at) => () => {
      const claim = { law: LAW, subject: 'decoder', path: `record ${at}` } as const;
      let result: ReturnType<Reads<A>>;
      try {
        result = read({ value: record, position: at });
      } catch (error) {
        return broken({ ...claim, what: `a record stops the run: ${String(error)}` });
      }
      if (result._tag === 'Right')
        return sound === undefined
          ? broken({ ...claim, what: 'what is unsound goes through', got: textOf(record).slice(0, 60) })
          : same(bitwise, result.right, sound, { ...claim, what: 'a record is read as another' });
      if (sound !== undefined)
        return broken({ ...claim, what: 'a sound record is a dead letter', got: result.left.reason });
      if (isAddressed(result.left as DeadLetter<number>, record, at)) return holds;
      return broken({
        ...claim,
        what: 'a dead letter without its place, reason or text',
        got: result.left.reason,
      });
    }),
  );

/** F-23. Each prediction is joined, expired or waits, once, each label is joined or unmatched, as is counted */
export const joinsEach = (
  join: Fold<DelayedState<number>, DelayedEvent<number, number>, JoinResult<number, number>>,
  events: readonly DelayedEvent<number, number>[],
  bound: number,
): Verdict => {
  const [state, told] = runFold(join, events);
  const joined = told.flatMap((each) => each.joined ?? []);
  const expired = told.flatMap((each) => each.expired);
  const unmatched = told.flatMap((each) => each.unmatched ?? []);
  const waiting = pendingPredictions(state);
  const sorted = (pairs: readonly string[]): readonly string[] => pairs.toSorted();
  const of = (kind: 'prediction' | 'label'): readonly string[] =>
    sorted(events.flatMap((event) => (event.kind === kind ? `${event.key}: ${event.value}` : [])));
  const claim = (what: string): Parameters<typeof same>[3] => ({ law: LAW, subject: 'delayed labels', what });
  return every([
    () =>
      same(
        bitwise,
        sorted([
          ...[...joined, ...expired].map(({ key, prediction }) => `${key}: ${prediction}`),
          ...waiting.map(([key, prediction]) => `${key}: ${prediction}`),
        ]),
        of('prediction'),
        claim('a prediction is lost or comes twice'),
      ),
    () =>
      same(
        bitwise,
        sorted([...joined, ...unmatched].map(({ key, label }) => `${key}: ${label}`)),
        of('label'),
        claim('a label is lost or comes twice'),
      ),
    () =>
      same(
        bitwise,
        [state.joined, state.expired, state.unmatched, state.waiting],
        [joined.length, expired.length, unmatched.length, waiting.length],
        claim('what is counted is not what was told'),
      ),
    () =>
      waiting.length <= bound
        ? holds
        : broken({ law: LAW, subject: 'delayed labels', what: 'more wait than may', got: waiting.length }),
  ]);
};

/** F-23. The batches and what is held at the end are the records, in their order */
export const batchesEach = (
  batching: Fold<PendingBatch<number>, number, readonly number[] | undefined>,
  records: readonly number[],
): Verdict => {
  const [held, made] = runFold(batching, records);
  const all = [...made.flatMap((batch) => batch ?? []), ...held];
  return same(bitwise, all, records, {
    law: LAW,
    subject: 'batches',
    what: 'a record is lost or comes twice',
  });
};
