/** Messages as records, and gaps between them: a stream drops messages at its limits, or when it is purged. */
import type { RawRecord } from '../online/source/raw-record.js';
import type { Received } from '../online/source/source.js';
import { TIMED_OUT, withTimeout } from '../stream/timer.js';
import type { JetStreamPosition, Place } from './jetstream-position.js';
import { textOf } from './lines.js';
import type { Incoming, Message } from './nats.js';

export type Messages = readonly Received<RawRecord, JetStreamPosition>[];

/** The place of the reader, and the number of messages after the consumer's last one, if it had one. */
export interface Progress {
  readonly place: Place;
  readonly behind: number | undefined;
}

interface RecordsAndProgress {
  readonly records: Messages;
  readonly progress: Progress;
}

/** A `Broken` for the data that are lost before a place. */
export const lostAt = (text: string, { created, seq }: Place): Messages => [
  { value: { broken: 'lost', text }, position: { created, seq } },
];

/** The number of messages between two that are missing and existed when reading started. */
const missingBetween = ({ seq, missing }: Place, next: number): number => {
  const between = next - seq - 1;
  let known = 0;
  // Iterates over the smaller set: a gap may be many millions of messages.
  if (between < missing.size)
    for (let each = seq + 1; each < next; each++) known += Number(missing.has(each));
  else for (const each of missing) known += Number(each > seq && each < next);
  return between - known;
};

/**
 * Whether messages are missing before one of these, or the consumer was recreated. Then the stream must be queried.
 */
export const isInDoubt = (
  messages: readonly Message[],
  place: Place,
  subject: string | undefined,
): boolean => {
  let before = place.seq;
  for (const { seq, info } of messages) {
    if (info.deliverySequence === 1 || (subject === undefined && seq > before + 1)) return true;
    before = seq;
  }
  return false;
};

/** The records of the received messages, with a `Broken` wherever the stream has removed messages. */
export const recordsOf = (
  { stream, subject }: { readonly stream: string; readonly subject?: string },
  messages: readonly Message[],
  progress: Progress,
): RecordsAndProgress => {
  const records: Received<RawRecord, JetStreamPosition>[] = [];
  let { place, behind } = progress;
  for (const { seq, data, info } of messages) {
    // Messages that are delivered again after a consumer was recreated are skipped.
    if (seq <= place.seq) continue;
    // For a subject, the first message of a consumer does not tell how many were before it.
    const ofSubject = behind === undefined ? 0 : Math.max(0, behind - 1 - info.pending);
    const missing = subject === undefined ? missingBetween(place, seq) : ofSubject;
    if (missing > 0) {
      const text =
        subject === undefined
          ? `${stream} has removed ${missing} of its messages ${place.seq + 1} to ${seq - 1}`
          : `${stream} has removed at least ${missing} messages of ${subject} after ${place.seq}`;
      records.push(...lostAt(text, { ...place, seq: seq - 1 }));
    }
    behind = info.pending;
    place = { ...place, seq };
    records.push({ value: textOf(data), position: { created: place.created, seq } });
  }
  return { records, progress: { place, behind } };
};

/** For a stream with nothing to deliver: the messages it has removed since the last one, up to its first. */
export const recordsBefore = (stream: string, first: number, progress: Progress): RecordsAndProgress => {
  const { place } = progress;
  if (first <= place.seq + 1) return { records: [], progress };
  const next = { ...place, seq: first - 1 };
  const text = `${stream} has removed its messages ${place.seq + 1} to ${first - 1}`;
  return {
    records: missingBetween(place, first) > 0 ? lostAt(text, next) : [],
    progress: { ...progress, place: next },
  };
};

/** Milliseconds without a message before the stream is queried, and before received messages are delivered. */
const [IDLE, AT_HAND] = [500, 5];

/** The received messages in groups, empty after a while without any; ends when the consumer is stopped. */
export async function* arrivals(incoming: Incoming, atMost: number): AsyncGenerator<readonly Message[]> {
  const iterator = incoming[Symbol.asyncIterator]();
  let asked: Promise<IteratorResult<Message, unknown>> | undefined;
  let messages: Message[] = [];
  for (;;) {
    asked ??= iterator.next();
    const result = await withTimeout(asked, messages.length > 0 ? AT_HAND : IDLE);
    if (result !== TIMED_OUT) {
      asked = undefined;
      if (result.done !== true) messages.push(result.value);
      if (result.done !== true && messages.length < atMost && incoming.getPending() > 0) continue;
    }
    if (messages.length > 0 || result === TIMED_OUT) yield messages;
    if (result !== TIMED_OUT && result.done === true) return;
    messages = [];
  }
}
