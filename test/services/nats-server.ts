/** A broker of one's own: Debian's `nats-server`, with JetStream on a folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyValueBucket } from 'paralens/online';

/** A port of this machine that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** A bucket, and what removes it. */
export type Bucket = KeyValueBucket & { readonly destroy: () => Promise<boolean> };

export interface Broker {
  readonly port: number;
  /** Its address. */
  readonly servers: string;
  /** Makes a stream of these texts. */
  readonly stream: (name: string, texts: readonly string[]) => Promise<void>;
  readonly bucket: (name: string, options?: { readonly max_bytes?: number }) => Promise<Bucket>;
  readonly stop: () => Promise<void>;
}

/** By names that TypeScript does not follow: the types of these packages do not pass `exactOptionalPropertyTypes`. */
const [TRANSPORT, KEY_VALUE, JETSTREAM]: readonly string[] = [
  '@nats-io/transport-node',
  '@nats-io/kv',
  '@nats-io/jetstream',
];

interface Connection {
  readonly close: () => Promise<void>;
}
interface Transport {
  readonly connect: (options: object) => Promise<Connection>;
}
interface KeyValue {
  readonly Kvm: new (connection: Connection) => {
    readonly create: (name: string, options: object) => Promise<Bucket>;
  };
}

interface JetStream {
  readonly jetstream: (connection: Connection) => {
    readonly publish: (subject: string, text: string) => Promise<unknown>;
  };
  readonly jetstreamManager: (connection: Connection) => Promise<{
    readonly streams: { readonly add: (config: object) => Promise<unknown> };
  }>;
}

/** How many publications are under way at once. */
const TOGETHER = 500;

/** Starts a broker and connects to it; `apt-get install nats-server` brings the program. */
export const startBroker = async (): Promise<Broker> => {
  const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'paralens-nats-'))];
  const server = spawn('nats-server', ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', `${port}`], {
    stdio: 'ignore',
  });
  const ended = once(server, 'close');
  const { connect } = (await import(TRANSPORT ?? '')) as Transport;
  const { Kvm } = (await import(KEY_VALUE ?? '')) as KeyValue;
  const connection = await connect({ port, waitOnFirstConnect: true, reconnectTimeWait: 100 });
  const stream = async (name: string, texts: readonly string[]): Promise<void> => {
    const { jetstream, jetstreamManager } = (await import(JETSTREAM ?? '')) as JetStream;
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name, subjects: [`${name}.*`] });
    const client = jetstream(connection);
    for (let i = 0; i < texts.length; i += TOGETHER)
      await Promise.all(texts.slice(i, i + TOGETHER).map((text) => client.publish(`${name}.x`, text)));
  };
  const stop = async (): Promise<void> => {
    await connection.close();
    server.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return {
    port,
    servers: `127.0.0.1:${port}`,
    stream,
    bucket: (name, options = {}) => new Kvm(connection).create(name, options),
    stop,
  };
};
