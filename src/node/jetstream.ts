/** A stream of NATS JetStream, from a sequence number on. */
import { count } from '../online/count.js';
import { textOf as readable } from '../online/raw-record.js';
import { pause } from '../stream/timer.js';
import type { Received, Source } from '../online/source.js';
import { abortable } from '../stream/pulling.js';
import type { RawRecord } from '../online/raw-record.js';
import { textOf } from './lines.js';
import {
  type Connection,
  type Incoming,
  type JetStreamClient,
  jetStreamPackage,
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
  /** Messages fetched ahead; 512 unless told otherwise. */
  readonly buffer?: number;
  /** Further options of the package's `connect`: user, password, TLS. */
  readonly connection?: Readonly<Record<string, unknown>>;
}

type Messages = readonly Received<RawRecord, number>[];

/** How many there are in the stream behind these, as far as was known when the last of them came. */
interface Pending {
  readonly pending?: number;
}

/** Milliseconds before a broker that is away is asked again. */
const AGAIN = 250;
/** How long a request for messages stands, in milliseconds: half of it without a sign, and the consumer is made anew. */
const EXPIRES = 4000;

/** Tries until it succeeds, unless it is refused for a reason that stays or is not to be waited for. */
const eventually = async <T>(
  signal: AbortSignal,
  stays: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> => {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || stays(error)) throw error;
    }
    await pause(AGAIN, signal);
  }
};

/** Calls back when a lost connection is there again. */
const onReconnect = async (connection: Connection, act: () => void): Promise<void> => {
  for await (const { type } of connection.status()) if (type === 'reconnect') act();
};

/** What a stream still has, against the position that is to be gone on with: after which sequence, and what is missing. */
const startOf = (
  stream: string,
  after: number,
  { first_seq: first, last_seq: last }: { readonly first_seq: number; readonly last_seq: number },
): { readonly after: number; readonly lost?: string } => {
  if (after > last)
    return {
      after: 0,
      lost: `${stream} ends at ${last}, before ${after}: it is another stream of that name`,
    };
  if (after > 0 && after + 1 < first)
    return { after: first - 1, lost: `${stream} has let go of its messages ${after + 1} to ${first - 1}` };
  return { after };
};

const consumerOf = (client: JetStreamClient, { stream, subject }: JetStreamOptions, after: number) =>
  client.consumers.get(stream, {
    ...(subject !== undefined && { filter_subjects: subject }),
    ...(after > 0 && { opt_start_seq: after + 1 }),
  });

/** What has come in after a sequence, together; ends where the consumer is stopped. */
async function* arrivals(
  incoming: Incoming,
  after: number,
  atMost: number,
): AsyncGenerator<Messages & Pending> {
  let last = after;
  let records: Received<RawRecord, number>[] = [];
  for await (const message of incoming) {
    // What is delivered again, after a consumer was made anew, has been seen.
    if (message.seq > last) {
      last = message.seq;
      records.push({ value: textOf(message.data), position: last });
    }
    const { pending } = message.info;
    if (records.length < atMost && incoming.getPending() > 0 && pending > 0) continue;
    yield Object.assign(records, { pending });
    records = [];
  }
  if (records.length > 0) yield records;
}

async function* read(
  options: JetStreamOptions,
  position: number,
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<readonly Received<RawRecord, number>[], void, undefined> {
  const { stream, follow = false, buffer = 512 } = options;
  const { jetstream, JetStreamApiError, jetstreamManager } = await jetStreamPackage();
  // An answer of the broker, such as that there is no such stream, will be the same the next time.
  const stays = (error: unknown): boolean =>
    !follow || error instanceof JetStreamApiError || connection.isClosed();
  const { state } = await eventually(signal, stays, async () =>
    (await jetstreamManager(connection)).streams.info(stream),
  );
  const start = startOf(stream, position, state);
  if (start.lost !== undefined)
    yield [{ value: { broken: 'lost', text: start.lost }, position: start.after }];
  let last = start.after;
  const client = jetstream(connection);
  let incoming: Incoming | undefined;
  // A consumer of this kind lives in the broker's memory: after a restart it is made anew, and at once.
  void onReconnect(connection, () => incoming?.stop());
  for (;;) {
    const consumer = await eventually(signal, stays, () => consumerOf(client, options, last));
    if (!follow && (await consumer.info()).num_pending === 0) return;
    incoming = await eventually(signal, stays, () =>
      consumer.consume({ max_messages: buffer, expires: EXPIRES }),
    );
    try {
      for await (const records of arrivals(incoming, last, buffer)) {
        last = records.at(-1)?.position ?? last;
        if (records.length > 0) yield records;
        if (!follow && records.pending === 0) return;
      }
    } finally {
      incoming.stop();
    }
  }
}

/**
 * The messages of a stream, UTF-8 text each (or `Broken`), in their order and each once. The position is the sequence
 * number in the stream, which the broker keeps. Messages are fetched as they are asked for, up to `buffer` ahead, and
 * nothing is acknowledged: any number of readers read on their own. While it follows, it outlives a broker that goes
 * away and comes back. What the broker has let go of by its limits is said by a `Broken` that is `lost`. Needs the
 * packages @nats-io/transport-node and @nats-io/jetstream.
 *
 * While running, throws where there is no such stream, and without `follow` where there is no broker.
 *
 * Source: https://docs.nats.io/nats-concepts/jetstream/consumers, "Ordered consumers".
 * Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const source = jetStream({ servers: '127.0.0.1:4222', stream: 'events', follow: true });
 */
export const jetStream = (options: JetStreamOptions): Source<RawRecord, number> => ({
  name: options.stream,
  position: count,
  open: (after = 0) =>
    abortable(async function* (signal) {
      const { connect } = await transportPackage();
      const { servers, follow = false, connection: further = {} } = options;
      const connection = await eventually(
        signal,
        () => !follow,
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
      return { amount: Math.max(0, state.last_seq - (position ?? 0)), unit: 'records' };
    } finally {
      await connection.close();
    }
  },
});
