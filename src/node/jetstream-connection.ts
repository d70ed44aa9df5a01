/** Connects to a broker, and waits for one that is down. */
import { pause } from '../stream/timer.js';
import { type Connection, transportPackage } from './nats.js';

/** Milliseconds between two attempts to reach a broker. */
const AGAIN = 250;

export interface Broker {
  readonly servers: string | readonly string[];
  readonly report?: (reason: string) => void;
  readonly connection?: Readonly<Record<string, unknown>>;
}

/** Whether a later attempt may succeed: not after a refused login or an unknown host. */
export const isPassing = (error: unknown): boolean => {
  const texts: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause)
    texts.push(each.name, each.message, 'code' in each ? String(each.code) : '');
  return !/authori[sz]ation|authentication|permission|ENOTFOUND|TLS|certificate|invalid/i.test(
    texts.join(' '),
  );
};

/** Tries until it succeeds, unless the error is permanent or waiting is not wanted. */
export const eventually = async <T>(
  { servers, report = () => undefined }: Broker,
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
      if (!isTold) report(`${String(servers)} does not answer (${String(error)}): waiting for it`);
    }
    await pause(AGAIN, signal);
  }
};

/** Makes a connection for a single use. */
export const connectOnce = async ({ servers, connection = {} }: Broker): Promise<Connection> => {
  const { connect } = await transportPackage();
  return connect({ ...connection, servers: typeof servers === 'string' ? servers : [...servers] });
};

/** Makes a connection that reconnects whenever it is lost. */
export const connectForLong = (broker: Broker): Promise<Connection> => {
  const { connection = {} } = broker;
  const forLong = { maxReconnectAttempts: -1, reconnectTimeWait: AGAIN };
  return connectOnce({ ...broker, connection: { ...connection, ...forLong } });
};

/** Calls `act` when a lost connection is restored. */
export const onReconnect = async (connection: Connection, act: () => void): Promise<void> => {
  try {
    for await (const { type } of connection.status()) if (type === 'reconnect') act();
  } catch {
    // The reader gets the same error from its own request.
  }
};
