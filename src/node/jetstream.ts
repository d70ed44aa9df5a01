/** A source of a NATS JetStream stream. */
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
  /** The name of an existing stream. */
  readonly stream: string;
  /** Only messages of this subject, which may have wildcards. */
  readonly subject?: string;
  /** Whether to wait for more, also while the broker is down. Otherwise the source ends after the present messages. */
  readonly follow?: boolean;
  /** Called with the reason whenever the source waits for a broker that is down. */
  readonly report?: (reason: string) => void;
  /** The number of messages fetched ahead; default: 512. */
  readonly buffer?: number;
  /** Further options of the package's `connect`: user, password, TLS. */
  readonly connection?: Readonly<Record<string, unknown>>;
}

/**
 * The lifetime of a request for messages, in milliseconds. After half of it without a sign of life the consumer is
 * recreated.
 */
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
  // An answer of the broker, for example that the stream does not exist, is permanent.
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
  // A consumer of this kind is in the broker's memory, so it is recreated at once after a restart.
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
        // Checks whether it is still the same stream, and which messages it has.
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
 * A source of the messages of a stream, in order and each once: UTF-8 text, or `Broken`. The position is the sequence
 * number and the creation time of the stream. Messages are fetched on demand, up to `buffer` ahead, and are not
 * acknowledged, so any number of readers are independent. With `follow` it survives a broker that restarts. Messages
 * that the broker removed before they were read are reported once by a `Broken` of kind `lost`; with `subject` only as
 * far as the broker's count of pending messages shows it. Needs the packages `@nats-io/transport-node` and
 * `@nats-io/jetstream`.
 *
 * Throws if an option is invalid; while running, if the stream does not exist, if the broker refuses the reader or its
 * host is unknown, and without `follow` if the broker cannot be reached.
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
        // If the package is not installed, it throws at once.
        await transportPackage();
        const stays = (error: unknown): boolean => !follow || !isPassing(error);
        const connection = await eventually(options, signal, stays, () => connectForLong(options));
        // It is closed again below, where errors are reported.
        const close = (): void => void connection.close().catch(() => undefined);
        signal.addEventListener('abort', close, { once: true });
        try {
          // The source may have been released while it was connecting.
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
        // This counts all subjects: for one subject it is an upper bound.
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
