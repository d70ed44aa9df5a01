/** Messages of a WebSocket as a source; it can neither wait nor go back, so what is lost is named. */
import { Observable } from 'rxjs';
import { ParalensError } from '../error.js';
import { mapPulled } from '../stream/mapped.js';
import { type HoldPolicy, toPull } from '../stream/to-pull.js';
import type { Broken } from './broken.js';
import { count } from './count.js';
import type { Source } from './source.js';

/** What is needed of a WebSocket: the platform's, or that of the package ws. */
interface Socket {
  binaryType: string;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
  close(): void;
}

export interface WebSocketOptions {
  /** For messages that come faster than they are asked for. */
  readonly policy: HoldPolicy;
  /** Node has a WebSocket of its own from version 22 on; before, the package ws has one. */
  readonly constructor: new (url: string) => Socket;
  /** Milliseconds before it connects again when a connection is lost; 1000 unless told otherwise. */
  readonly retry?: number;
}

export type Message = string | ArrayBuffer | Broken;

/** Closed as agreed. */
const NORMAL = 1000;

const messages = (
  url: string,
  { constructor: Constructor, retry = 1000 }: WebSocketOptions,
): Observable<Message> =>
  new Observable((subscriber) => {
    let socket: Socket | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hasBeenOpen = false;
    const connect = (): void => {
      const own = new Constructor(url);
      socket = own;
      own.binaryType = 'arraybuffer';
      own.addEventListener('open', () => {
        hasBeenOpen = true;
      });
      own.addEventListener('message', ({ data }) => {
        // Text, or bytes as it was asked for above.
        subscriber.next(data as string | ArrayBuffer);
      });
      // What matters of it, the closing event tells; without a listener, ws throws.
      own.addEventListener('error', () => undefined);
      own.addEventListener('close', ({ code }) => {
        if (subscriber.closed) return;
        if (code === NORMAL) subscriber.complete();
        else if (hasBeenOpen) {
          subscriber.next({
            broken: 'lost',
            text: `the connection to ${url} was lost (code ${code}): what it sent until the next one is missing`,
          });
          timer = setTimeout(connect, retry);
        } else
          subscriber.error(
            new ParalensError({
              operation: 'webSocket',
              what: 'no connection',
              got: `code ${code} from ${url}`,
              needed: 'a server that answers',
            }),
          );
      });
    };
    connect();
    return () => {
      clearTimeout(timer);
      socket?.close();
    };
  });

/**
 * The messages of a server: text, bytes, or a `Broken` that is `lost` where a connection was lost and is made anew.
 * It ends when the server closes as agreed (code 1000). A server cannot be held back, so a policy has to be named. The
 * position only counts: opened after it, the source counts on with the messages that come then, and what came in
 * between is missing. For a stream that has to survive, let a broker or a file stand in between.
 *
 * While running, throws where there is no connection to begin with, and what `toPull` throws.
 *
 * Source: RFC 6455. Laws: F-3 to F-9, F-19, F-23; not F-1 and F-13, as what has passed by is gone.
 *
 * @example
 * const source = webSocket('wss://example.org/ticks', { policy: { buffer: 10_000 }, constructor: WebSocket });
 */
export const webSocket = (url: string, options: WebSocketOptions): Source<Message, number> => ({
  name: url,
  position: count,
  open: (after = 0) =>
    mapPulled(toPull(messages(url, options), options.policy), (value, index) => [
      { value, position: after + index + 1 },
    ]),
});
