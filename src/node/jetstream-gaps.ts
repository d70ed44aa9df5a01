/** Messages as records, and what is missing between them: a stream drops messages at its limits, and people purge it. */
import type { RawRecord } from '../online/source/raw-record.js';
import type { Received } from '../online/source/source.js';
import { TIMED_OUT, withTimeout } from '../stream/timer.js';
import type { JetStreamPosition, Place } from './jetstream-position.js';
import { textOf } from './lines.js';
import type { Incoming, Message } from './nats.js';

export type Messages = readonly Received<RawRecord, JetStreamPosition>[];

/** Where reading stands, and how many messages there were behind the last one that this consumer had, if it had one. */
export interface Progress {
  readonly place: Place;
  readonly behind: number | undefined;
}

interface RecordsAndProgress {
  readonly records: Messages;
  readonly progress: Progress;
}

/** A `Broken` that says what is lost before a place. */
export const lostAt = (text: string, { created, seq }: Place): Messages => [
  { value: { broken: 'lost', text }, position: { created, seq } },
];

/** How many of the messages between two are missing that were there when reading began. */
const missingBetween = ({ seq, missing }: Place, next: number): number => {
  const between = next - seq - 1;
  let known = 0;
  // Over the fewer: a stream may go on many millions of messages later.
  if (between < missing.size)
    for (let each = seq + 1; each < next; each++) known += Number(missing.has(each));
  else for (const each of missing) known += Number(each > seq && each < next);
  return between - known;
};

/** Whether messages are missing before one of these, or their consumer was made anew: then the stream is to be asked. */
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

/** The records of messages that have come, with a `Broken` wherever the stream has let go of some before one. */
export const recordsOf = (
  { stream, subject }: { readonly stream: string; readonly subject?: string },
  messages: readonly Message[],
  progress: Progress,
): RecordsAndProgress => {
  const records: Received<RawRecord, JetStreamPosition>[] = [];
  let { place, behind } = progress;
  for (const { seq, data, info } of messages) {
    // What is delivered again, after a consumer was made anew, has been seen.
    if (seq <= place.seq) continue;
    // Of a subject, the first message of a consumer says nothing of those before it.
    const ofSubject = behind === undefined ? 0 : Math.max(0, behind - 1 - info.pending);
    const missing = subject === undefined ? missingBetween(place, seq) : ofSubject;
    if (missing > 0) {
      const text =
        subject === undefined
          ? `${stream} has let go of ${missing} of its messages ${place.seq + 1} to ${seq - 1}`
          : `${stream} has let go of at least ${missing} messages of ${subject} behind ${place.seq}`;
      records.push(...lostAt(text, { ...place, seq: seq - 1 }));
    }
    behind = info.pending;
    place = { ...place, seq };
    records.push({ value: textOf(data), position: { created: place.created, seq } });
  }
  return { records, progress: { place, behind } };
};

/** Of a stream that has nothing to deliver: what it has let go of since the last message, up to its first. */
export const recordsBefore = (stream: string, first: number, progress: Progress): RecordsAndProgress => {
  const { place } = progress;
  if (first <= place.seq + 1) return { records: [], progress };
  const next = { ...place, seq: first - 1 };
  const text = `${stream} has let go of its messages ${place.seq + 1} to ${first - 1}`;
  return {
    records: missingBetween(place, first) > 0 ? lostAt(text, next) : [],
    progress: { ...progress, place: next },
  };
};

/** Milliseconds without a message before it is asked whether there will be one; messages at hand wait less. */
const [IDLE, AT_HAND] = [500, 5];

/** What has come in, together, or nothing after a while without any; ends where the consumer is stopped. */
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
