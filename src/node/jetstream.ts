/** A stream of NATS JetStream, from a sequence number on. */
import { ParalensError } from '../error.js';
import { type RawRecord, textOf } from '../online/source/raw-record.js';
import type { Source } from '../online/source/source.js';
import { requireBoolean, requireCount, requireFunction } from '../require.js';
import { abortable } from '../stream/async-iterator.js';
import {
  arrivals,
  isInDoubt,
  lostAt,
  type Messages,
  type Progress,
  recordsBefore,
  recordsOf,
} from './jetstream-gaps.js';
import { connectForLong, connectOnce, eventually, isPassing, onReconnect } from './jetstream-connection.js';
import { type JetStreamPosition, seqOf, startOf, streamPosition } from './jetstream-position.js';
import {
  type Connection,
  type Incoming,
  type JetStreamClient,
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

/** How long a request for messages stands, in milliseconds: half of it without a sign, and the consumer is made anew. */
const EXPIRES = 4000;

const consumerOf = (client: JetStreamClient, { stream, subject }: JetStreamOptions, after: number) =>
  client.consumers.get(stream, {
    ...(subject !== undefined && { filter_subjects: subject }),
    ...(after > 0 && { opt_start_seq: after + 1 }),
  });

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
    let progress: Progress = { place, behind: undefined };
    let isAnother = false;
    try {
      for await (const messages of arrivals(incoming, buffer)) {
        const isIdle = messages.length === 0;
        // Is it still this stream, and what has it?
        const info = isIdle || isInDoubt(messages, place, subject) ? await infoOf() : undefined;
        if (info !== undefined && info.created !== place.created) {
          const again = startOf(options, place, info);
          ({ place } = again);
          isAnother = true;
          if (again.lost !== undefined) yield lostAt(again.lost, place);
          break;
        }
        const next =
          isIdle && info !== undefined && subject === undefined
            ? recordsBefore(stream, info.state.first_seq, progress)
            : recordsOf(options, messages, progress);
        ({ progress } = next);
        ({ place } = progress);
        if (next.records.length > 0) yield next.records;
        if (follow) continue;
        if (progress.behind === 0 && !isIdle) return;
        if (isIdle && (await trying(() => consumer.info())).num_pending === 0) return;
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
 * number in the stream, which the broker keeps, and when the stream was made. Messages are fetched as they are asked
 * for, up to `buffer` ahead, and nothing is acknowledged: any number of readers read on their own. While it follows, it
 * outlives a broker that goes away and comes back. What the broker has let go of behind the position or ahead of the
 * reader is said once by a `Broken` that is `lost`; of one `subject` only as far as the broker's count of waiting messages shows it. Needs the packages
 * @nats-io/transport-node and @nats-io/jetstream.
 *
 * Throws if an option is invalid; while running, if there is no such stream, if the broker refuses the reader or its
 * host is not known, and without `follow` if there is no broker.
 *
 * Source: https://docs.nats.io/nats-concepts/jetstream/consumers, "Ordered consumers".
 * Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const source = jetStream({ servers: '127.0.0.1:4222', stream: 'events', follow: true });
 */
export const jetStream = (options: JetStreamOptions): Source<RawRecord, JetStreamPosition> => {
  const { stream, buffer = 512, follow = false, report = () => undefined } = options;
  requireCount('jetStream', 'buffer', buffer);
  requireBoolean('jetStream', 'follow', follow);
  requireFunction('jetStream', 'report', report);
  return {
    name: stream,
    position: streamPosition,
    open: (after = 0) =>
      abortable(async function* (signal) {
        // A package that is not installed is not waited for.
        await transportPackage();
        const stays = (error: unknown): boolean => !follow || !isPassing(error);
        const connection = await eventually(options, signal, stays, () => connectForLong(options));
        // Closed again below, where what goes wrong is told.
        const close = (): void => void connection.close().catch(() => undefined);
        signal.addEventListener('abort', close, { once: true });
        try {
          // It may have been let go of while it was connecting.
          signal.throwIfAborted();
          yield* read(options, after, connection, signal);
        } finally {
          signal.removeEventListener('abort', close);
          await connection.close();
        }
      }),
    bytesOf: (line) => Buffer.byteLength(textOf(line)),
    behind: async (position) => {
      const { jetstreamManager } = await jetStreamPackage();
      const connection = await connectOnce(options);
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
