/** Where a stream of NATS JetStream has been read up to, and what it still has of what follows. */
import * as t from 'io-ts';
import { countCodec } from '../online/source/source.js';
import type { StreamInfo } from './nats.js';

const byStream = t.readonly(
  t.type({ created: t.string, seq: countCodec }, 'JetStreamPosition'),
  'JetStreamPosition',
);

/**
 * A sequence number, and when its stream was made: another stream of the name counts anew. A number alone was written
 * by earlier versions.
 */
export const streamPosition = t.union([byStream, countCodec], 'JetStreamPosition');

export type JetStreamPosition = t.TypeOf<typeof streamPosition>;

export const seqOf = (position: JetStreamPosition): number =>
  typeof position === 'number' ? position : position.seq;

/** Where reading stands: in which stream, behind which message, and what was known to be missing from the start. */
export interface Place {
  readonly created: string;
  readonly seq: number;
  readonly missing: ReadonlySet<number>;
}

/** The place to resume at, and what the stream has lost since the position; for a new reader nothing is lost. */
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
      lost: `${stream} was made anew at ${created}: what followed message ${seq} of the one of ${after.created} is lost`,
    };
  if (seq > last)
    return {
      place: at(0),
      lost: `${stream} ends at ${last}, before ${seq}: it is another stream of that name`,
    };
  if (seq === 0) return { place: at(Math.max(0, first - 1), deleted) };
  // Of a subject alone nobody knows whether any of them was its.
  if (seq + 1 < first && subject === undefined)
    return { place: at(first - 1), lost: `${stream} has let go of its messages ${seq + 1} to ${first - 1}` };
  return { place: at(seq) };
};
