/** Positions in a stream of NATS JetStream. */
import * as t from 'io-ts';
import { countCodec } from '../online/source/source.js';
import type { StreamInfo } from './nats.js';

const byStream = t.readonly(
  t.type({ created: t.string, seq: countCodec }, 'JetStreamPosition'),
  'JetStreamPosition',
);

/**
 * A sequence number and the creation time of the stream, since another stream of the same name starts again. Earlier
 * versions wrote only the number.
 */
export const streamPosition = t.union([byStream, countCodec], 'JetStreamPosition');

export type JetStreamPosition = t.TypeOf<typeof streamPosition>;

export const seqOf = (position: JetStreamPosition): number =>
  typeof position === 'number' ? position : position.seq;

/** The place of a reader: the stream, the last message, and the messages known to be missing from the start. */
export interface Place {
  readonly created: string;
  readonly seq: number;
  readonly missing: ReadonlySet<number>;
}

/** The place to resume at, and the messages that were lost since the position; a new reader has lost nothing. */
export const startOf = (
  { stream, subject }: { readonly stream: string; readonly subject?: string },
  after: JetStreamPosition,
  { created, state: { first_seq: first, last_seq: last, deleted = [] } }: StreamInfo,
): { readonly place: Place; readonly lost?: string } => {
  const seq = seqOf(after);
  const at = (place: number, missing: readonly number[] = []): Place => ({
    created,
    seq: place,
    missing: new Set(missing),
  });
  if (typeof after !== 'number' && after.created !== created)
    return {
      place: at(0),
      lost: `${stream} was created again at ${created}: the messages after ${seq} of the stream created at ${after.created} are lost`,
    };
  if (seq > last)
    return {
      place: at(0),
      lost: `${stream} ends at ${last}, before ${seq}: it is another stream of that name`,
    };
  if (seq === 0) return { place: at(Math.max(0, first - 1), deleted) };
  // For a single subject it is unknown whether the removed messages belonged to it.
  if (seq + 1 < first && subject === undefined)
    return { place: at(first - 1), lost: `${stream} has removed its messages ${seq + 1} to ${first - 1}` };
  return { place: at(seq) };
};
