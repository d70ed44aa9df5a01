/**
 * What is used of the packages of NATS. Written down here and not imported: their own types do not hold under
 * `exactOptionalPropertyTypes`, and would then not hold for whoever uses this library either.
 */
import { peer } from './optional-package.js';

export interface Message {
  readonly seq: number;
  readonly data: Uint8Array;
  /** How many there are behind it for its consumer, and which message of that consumer it is, from 1 on. */
  readonly info: { readonly pending: number; readonly deliverySequence: number };
}

export interface Incoming extends AsyncIterable<Message> {
  /** Messages that are here and have not been asked for yet. */
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
  /** When the stream was made: another one of its name has another time. */
  readonly created: string;
  readonly state: {
    readonly first_seq: number;
    readonly last_seq: number;
    /** Those in between that are not there any more. */
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

/** Not written where they are imported, so that nobody's compiler looks for their types. */
const JETSTREAM: string = '@nats-io/jetstream';
const TRANSPORT: string = '@nats-io/transport-node';

export const jetStreamPackage = (): Promise<JetStreamPackage> =>
  peer('jetStream', JETSTREAM, () => import(JETSTREAM) as Promise<JetStreamPackage>);

export const transportPackage = (): Promise<TransportPackage> =>
  peer('jetStream', TRANSPORT, () => import(TRANSPORT) as Promise<TransportPackage>);
