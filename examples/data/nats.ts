/** What the examples use of a broker. By names that TypeScript does not follow: the packages' types are too loose. */

export interface Broker {
  /** A stream of one subject, both of this name. */
  readonly addStream: (name: string) => Promise<unknown>;
  /** Resolves when the broker has it in its stream; what has the id of another has been there before. */
  readonly publish: (subject: string, text: string, id: string) => Promise<unknown>;
  /** Sends to whoever listens now. */
  readonly send: (subject: string, bytes: Uint8Array) => void;
  readonly listen: (subject: string, heard: (bytes: Uint8Array) => void) => void;
  /** Once all that was sent is on its way. */
  readonly close: () => Promise<void>;
}

interface Connection {
  readonly publish: (subject: string, bytes: Uint8Array) => void;
  readonly subscribe: (
    subject: string,
    options: { readonly callback: (error: unknown, message: { readonly data: Uint8Array }) => void },
  ) => unknown;
  readonly drain: () => Promise<void>;
}
interface Transport {
  readonly connect: (options: object) => Promise<Connection>;
}
interface JetStream {
  readonly jetstream: (connection: Connection) => {
    readonly publish: (subject: string, text: string, options: object) => Promise<unknown>;
  };
  readonly jetstreamManager: (connection: Connection) => Promise<{
    readonly streams: { readonly add: (config: object) => Promise<unknown> };
  }>;
}

const [TRANSPORT, JETSTREAM]: readonly string[] = ['@nats-io/transport-node', '@nats-io/jetstream'];

/** Connects to the broker of this machine, which may still be starting. */
export const connectTo = async (port: number): Promise<Broker> => {
  const { connect } = (await import(TRANSPORT ?? '')) as Transport;
  const { jetstream, jetstreamManager } = (await import(JETSTREAM ?? '')) as JetStream;
  const connection = await connect({
    servers: `127.0.0.1:${port}`,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  const client = jetstream(connection);
  return {
    addStream: async (name) =>
      (await jetstreamManager(connection)).streams.add({ name, subjects: [name], storage: 'file' }),
    publish: (subject, text, msgID) => client.publish(subject, text, { msgID }),
    send: (subject, bytes) => {
      connection.publish(subject, bytes);
    },
    listen: (subject, heard) => {
      connection.subscribe(subject, {
        callback: (error, { data }) => {
          if (error === null || error === undefined) heard(data);
        },
      });
    },
    close: () => connection.drain(),
  };
};
