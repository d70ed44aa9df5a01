/** A stream of NATS JetStream, from a sequence number on. */
import * as t from 'io-ts';
import { ParalensError } from '../error.js';
import { requireBoolean, requireCount, requireFunction } from '../require.js';
import { count } from '../online/count.js';
import { textOf as readable } from '../online/raw-record.js';
import type { Received, Source } from '../online/source.js';
import { abortable } from '../stream/pulling.js';
import { later, pause } from '../stream/timer.js';
import type { RawRecord } from '../online/raw-record.js';
import { textOf } from './lines.js';
import {
  type Connection,
  type Incoming,
  type JetStreamClient,
  type Message,
  jetStreamPackage,
  type StreamInfo,
  transportPackage,
} from './nats.js';

export interface JetStreamOptions {
  /** Addresses of the broker. */
  readonly servers: string | readonly string[];
  /** The name of the stream; it has to be there. */
  readonly stream: string;
  /** Only messages of this subject, which may have wildcards. */
  readonly subject?: string;
  /** Waits for more, also while the broker is away; without it, the source ends with what is there. */
  readonly follow?: boolean;
  /** Called with the reason whenever it waits for a broker that is away. */
  readonly report?: (reason: string) => void;
  /** Messages fetched ahead; 512 unless told otherwise. */
  readonly buffer?: number;
  /** Further options of the package's `connect`: user, password, TLS. */
  readonly connection?: Readonly<Record<string, unknown>>;
}

const byStream = t.readonly(
  t.type({ created: t.string, seq: count }, 'JetStreamPosition'),
  'JetStreamPosition',
);

/**
 * A sequence number, and when its stream was made: another stream of the name counts anew. A number alone was written
 * by earlier versions.
 */
const streamPosition = t.union([byStream, count], 'JetStreamPosition');

export type JetStreamPosition = t.TypeOf<typeof streamPosition>;

const seqOf = (position: JetStreamPosition): number =>
  typeof position === 'number' ? position : position.seq;

type Messages = Received<RawRecord, JetStreamPosition>[];

/** Milliseconds before a broker that is away is asked again. */
const AGAIN = 250;
/** How long a request for messages stands, in milliseconds: half of it without a sign, and the consumer is made anew. */
const EXPIRES = 4000;
/** Milliseconds without a message before it is asked whether there will be one; messages at hand wait less. */
const [IDLE, AT_HAND] = [500, 5];

/** Whether a broker may accept later what it refuses now: not who is not allowed in, nor a host that nobody knows. */
const isPassing = (error: unknown): boolean => {
  const texts: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause)
    texts.push(each.name, each.message, 'code' in each ? String(each.code) : '');
  return !/authori[sz]ation|authentication|permission|ENOTFOUND|TLS|certificate|invalid/i.test(
    texts.join(' '),
  );
};

/** Tries until it succeeds, unless it is refused for a reason that stays or is not to be waited for. */
const eventually = async <T>(
  { servers, report = () => undefined }: JetStreamOptions,
  signal: AbortSignal,
  stays: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> => {
  for (let isTold = false; ; isTold = true) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || stays(error)) throw error;
      if (!isTold) report(`${String(servers)} does not answer (${String(error)}): it is waited for`);
    }
    await pause(AGAIN, signal);
  }
};

/** Calls back when a lost connection is there again. */
const onReconnect = async (connection: Connection, act: () => void): Promise<void> => {
  for await (const { type } of connection.status()) if (type === 'reconnect') act();
};

/** Where reading stands: in which stream, behind which message, and what was known to be missing from the start. */
interface Place {
  readonly created: string;
  readonly seq: number;
  readonly missing: ReadonlySet<number>;
}

/** What a stream still has, against the position that is to be gone on with; for a new reader nothing is lost. */
const startOf = (
  { stream, subject }: JetStreamOptions,
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

const consumerOf = (client: JetStreamClient, { stream, subject }: JetStreamOptions, after: number) =>
  client.consumers.get(stream, {
    ...(subject !== undefined && { filter_subjects: subject }),
    ...(after > 0 && { opt_start_seq: after + 1 }),
  });

const LATE = Symbol('late');

const within = async <T>(promise: Promise<T>, milliseconds: number): Promise<T | typeof LATE> => {
  let cancel = (): void => {};
  const late = new Promise<typeof LATE>((resolve) => {
    cancel = later(milliseconds, () => {
      resolve(LATE);
    });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
};

/** What has come in, together, or nothing after a while without any; ends where the consumer is stopped. */
async function* arrivals(incoming: Incoming, atMost: number): AsyncGenerator<readonly Message[]> {
  const iterator = incoming[Symbol.asyncIterator]();
  let asked: Promise<IteratorResult<Message, unknown>> | undefined;
  let messages: Message[] = [];
  for (;;) {
    asked ??= iterator.next();
    const result = await within(asked, messages.length > 0 ? AT_HAND : IDLE);
    if (result !== LATE) {
      asked = undefined;
      if (result.done !== true) messages.push(result.value);
      if (result.done !== true && messages.length < atMost && incoming.getPending() > 0) continue;
    }
    if (messages.length > 0 || result === LATE) yield messages;
    if (result !== LATE && result.done === true) return;
    messages = [];
  }
}

/** How many of the messages between two are missing that were there when reading began. */
const missingBetween = ({ seq, missing }: Place, next: number): number => {
  let known = 0;
  if (missing.size > 0) for (let each = seq + 1; each < next; each++) if (missing.has(each)) known += 1;
  return next - seq - 1 - known;
};

async function* read(
  options: JetStreamOptions,
  position: JetStreamPosition,
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<Messages, void, undefined> {
  const { stream, subject, follow = false, buffer = 512 } = options;
  const { jetstream, JetStreamApiError, jetstreamManager } = await jetStreamPackage();
  // An answer of the broker, such as that there is no such stream, will be the same the next time.
  const stays = (error: unknown): boolean =>
    !follow || error instanceof JetStreamApiError || connection.isClosed() || !isPassing(error);
  const trying = <T>(attempt: () => Promise<T>): Promise<T> => eventually(options, signal, stays, attempt);
  const infoOf = (): Promise<StreamInfo> =>
    trying(async () => (await jetstreamManager(connection)).streams.info(stream, { deleted_details: true }));
  const lostAt = (text: string, { created, seq }: Place): Messages => [
    { value: { broken: 'lost', text }, position: { created, seq } },
  ];
  const begun = startOf(options, position, await infoOf());
  let { place } = begun;
  if (begun.lost !== undefined) yield lostAt(begun.lost, place);
  const client = jetstream(connection);
  let incoming: Incoming | undefined;
  // A consumer of this kind lives in the broker's memory: after a restart it is made anew, and at once.
  void onReconnect(connection, () => incoming?.stop());
  for (;;) {
    const consumer = await trying(() => consumerOf(client, options, place.seq));
    if (!follow && (await consumer.info()).num_pending === 0) return;
    incoming = await trying(() => consumer.consume({ max_messages: buffer, expires: EXPIRES }));
    /** How many messages there were behind the last one, for this consumer. */
    let behind: number | undefined;
    let isAnother = false;
    try {
      for await (const messages of arrivals(incoming, buffer)) {
        // The consumer was made anew, messages are missing, or none comes: is it still this stream, and what has it?
        const isToAsk = messages.some(({ seq, info }, i) => {
          const before = i === 0 ? place.seq : (messages[i - 1]?.seq ?? 0);
          return info.deliverySequence === 1 || (subject === undefined && seq > before + 1);
        });
        const info = isToAsk || messages.length === 0 ? await infoOf() : undefined;
        if (info !== undefined && info.created !== place.created) {
          const again = startOf(options, place, info);
          ({ place } = again);
          isAnother = true;
          if (again.lost !== undefined) yield lostAt(again.lost, place);
          break;
        }
        const records: Messages = [];
        const gap = (count: number, text: string, seq: number): void => {
          place = { ...place, seq };
          if (count > 0) records.push(...lostAt(text, place));
        };
        const { created } = place;
        for (const { seq, data, info: of } of messages) {
          // What is delivered again, after a consumer was made anew, has been seen.
          if (seq <= place.seq) continue;
          const missing =
            subject === undefined ? missingBetween(place, seq) : Math.max(0, (behind ?? 0) - 1 - of.pending);
          if (missing > 0)
            gap(
              missing,
              subject === undefined
                ? `${stream} has let go of ${missing} of its messages ${place.seq + 1} to ${seq - 1}`
                : `${stream} has let go of at least ${missing} messages of ${subject} behind ${place.seq}`,
              seq - 1,
            );
          behind = of.pending;
          place = { ...place, seq };
          records.push({ value: textOf(data), position: { created, seq } });
        }
        if (messages.length === 0 && info !== undefined && subject === undefined) {
          const { first_seq: first } = info.state;
          if (first > place.seq + 1)
            gap(
              missingBetween(place, first),
              `${stream} has let go of its messages ${place.seq + 1} to ${first - 1}`,
              first - 1,
            );
        }
        if (records.length > 0) yield records;
        if (follow) continue;
        if (behind === 0 && messages.length > 0) return;
        if (messages.length === 0 && (await trying(() => consumer.info())).num_pending === 0) return;
      }
    } finally {
      incoming.stop();
    }
    if (connection.isClosed() && !isAnother) {
      const cause = await connection.closed();
      throw new ParalensError(
        {
          operation: 'jetStream',
          what: `the connection to ${String(options.servers)} was closed`,
          ...(cause instanceof Error && { got: cause.message }),
        },
        { cause },
      );
    }
  }
}

/**
 * The messages of a stream, UTF-8 text each (or `Broken`), in their order and each once. The position is the sequence
 * number in the stream, which the broker keeps, and when the stream was made. Messages are fetched as they are asked for, up to `buffer` ahead, and
 * nothing is acknowledged: any number of readers read on their own. While it follows, it outlives a broker that goes
 * away and comes back. What the broker has let go of behind the position or ahead of the reader is said once by a `Broken`
 * that is `lost`; of one `subject` only as far as the broker's count of waiting messages shows it. Needs the packages
 * @nats-io/transport-node and @nats-io/jetstream.
 *
 * Throws if an option is invalid; while running, if there is no such stream, if the broker refuses the reader or its host is not known, and
 * without `follow` if there is no broker.
 *
 * Source: https://docs.nats.io/nats-concepts/jetstream/consumers, "Ordered consumers".
 * Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const source = jetStream({ servers: '127.0.0.1:4222', stream: 'events', follow: true });
 */
export const jetStream = (options: JetStreamOptions): Source<RawRecord, JetStreamPosition> => {
  const { buffer = 512, follow: isFollowed = false, report = () => undefined } = options;
  requireCount('jetStream', 'buffer', buffer);
  requireBoolean('jetStream', 'follow', isFollowed);
  requireFunction('jetStream', 'report', report);
  return {
    name: options.stream,
    position: streamPosition,
    open: (after = 0) =>
      abortable(async function* (signal) {
        const { connect } = await transportPackage();
        const { servers, follow = false, connection: further = {} } = options;
        const connection = await eventually(
          options,
          signal,
          (error) => !follow || !isPassing(error),
          () =>
            connect({
              ...further,
              servers: typeof servers === 'string' ? servers : [...servers],
              maxReconnectAttempts: -1,
              reconnectTimeWait: AGAIN,
            }),
        );
        const close = (): void => void connection.close();
        signal.addEventListener('abort', close, { once: true });
        try {
          yield* read(options, after, connection, signal);
        } finally {
          signal.removeEventListener('abort', close);
          await connection.close();
        }
      }),
    bytesOf: (line) => Buffer.byteLength(readable(line)),
    behind: async (position) => {
      const { connect } = await transportPackage();
      const { jetstreamManager } = await jetStreamPackage();
      const { servers, stream, connection: further = {} } = options;
      const connection = await connect({
        ...further,
        servers: typeof servers === 'string' ? servers : [...servers],
      });
      try {
        const { state } = await (await jetstreamManager(connection)).streams.info(stream);
        // Of all subjects: of one alone there are at most so many.
        return {
          amount: Math.max(0, state.last_seq - (position === null ? 0 : seqOf(position))),
          unit: 'records',
        };
      } finally {
        await connection.close();
      }
    },
  };
};
