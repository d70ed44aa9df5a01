/**
 * The used parts of the NATS packages, as own types: the types of the packages do not compile under
 * `exactOptionalPropertyTypes`, and so would break users of this library.
 */
import { peer } from './optional-package.js';

export interface Message {
  readonly seq: number;
  readonly data: Uint8Array;
  /** The number of pending messages of the consumer, and the number of this message for the consumer, from 1 on. */
  readonly info: { readonly pending: number; readonly deliverySequence: number };
}

export interface Incoming extends AsyncIterable<Message> {
  /** The number of received messages that were not read yet. */
  readonly getPending: () => number;
  readonly stop: () => void;
}

export interface Consumer {
  readonly info: () => Promise<{ readonly num_pending: number }>;
  readonly consume: (options: {
    readonly max_messages: number;
    readonly expires: number;
  }) => Promise<Incoming>;
}

export interface ConsumerOptions {
  readonly filter_subjects?: string;
  readonly opt_start_seq?: number;
  readonly deliver_policy?: string;
}

export interface JetStreamClient {
  readonly consumers: {
    readonly get: (stream: string, options: ConsumerOptions) => Promise<Consumer>;
  };
}

export interface StreamInfo {
  /** The creation time of the stream, which distinguishes streams of the same name. */
  readonly created: string;
  readonly state: {
    readonly first_seq: number;
    readonly last_seq: number;
    /** The sequence numbers of deleted messages in between. */
    readonly deleted?: readonly number[];
  };
}

export interface Connection {
  readonly status: () => AsyncIterable<{ readonly type: string }>;
  readonly isClosed: () => boolean;
  readonly closed: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

interface JetStreamPackage {
  readonly jetstream: (connection: Connection) => JetStreamClient;
  readonly jetstreamManager: (connection: Connection) => Promise<{
    readonly streams: {
      readonly info: (
        stream: string,
        options?: { readonly deleted_details?: boolean },
      ) => Promise<StreamInfo>;
    };
  }>;
  readonly JetStreamApiError: new (...parameters: never) => Error;
}

interface TransportPackage {
  readonly connect: (options: Readonly<Record<string, unknown>>) => Promise<Connection>;
}

/** Not literals in the imports, so that compilers do not look for the types of the packages. */
const JETSTREAM: string = '@nats-io/jetstream';
const TRANSPORT: string = '@nats-io/transport-node';

export const jetStreamPackage = (): Promise<JetStreamPackage> =>
  peer('jetStream', JETSTREAM, () => import(JETSTREAM) as Promise<JetStreamPackage>);

export const transportPackage = (): Promise<TransportPackage> =>
  peer('jetStream', TRANSPORT, () => import(TRANSPORT) as Promise<TransportPackage>);
