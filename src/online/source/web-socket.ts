/** Messages of a WebSocket as a source; it can neither wait nor go back, so what is lost is named. */
import { Observable } from 'rxjs';
import { fail, ParalensError } from '../../error.js';
import { requireFunction, showGiven } from '../../require.js';
import { thrown } from '../decode/decoder.js';
import { mapPulled } from '../../stream/map-pulled.js';
import { backoff, later, requireMilliseconds } from '../../stream/timer.js';
import { type HoldPolicy, requirePolicy, toPull } from '../../stream/to-pull.js';
import type { Broken } from './raw-record.js';
import { countCodec, type Source } from './source.js';

/** What is needed of a WebSocket: the platform's, or that of the package ws. */
export interface Socket {
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
  /**
   * Milliseconds before it connects again when a connection is lost, 1000 unless told otherwise; twice as long after
   * each try in vain, up to half a minute.
   */
  readonly retry?: number;
  /** Called with the reason whenever it waits before it connects again. */
  readonly report?: (reason: string) => void;
}

export type Message = string | ArrayBuffer | Broken;

/** Reasons for closing that a further connection does not mend: of the protocol, of the message, of who asks. */
const LASTING = [1002, 1003, 1007, 1008, 1009, 1010, 1015, 3000, 3003];

/** Closed as agreed. */
const NORMAL = 1000;

const messages = (
  url: string,
  { constructor: Constructor, retry = 1000, report = () => undefined }: WebSocketOptions,
): Observable<Message> =>
  new Observable((subscriber) => {
    let socket: Socket | undefined;
    let cancel = (): void => {};
    let hasBeenOpen = false;
    /** An outage is told once, however many tries it takes until a message comes again. */
    let isTold = false;
    let failures = 0;
    const opened = (): Socket | undefined => {
      try {
        return new Constructor(url);
      } catch (error) {
        subscriber.error(
          new ParalensError(
            {
              operation: 'webSocket',
              what: 'cannot connect',
              got: thrown(error),
              needed: `a server at ${url}`,
            },
            { cause: error },
          ),
        );
        return undefined;
      }
    };
    const connect = (): void => {
      const own = opened();
      if (own === undefined) return;
      socket = own;
      own.binaryType = 'arraybuffer';
      own.addEventListener('open', () => {
        hasBeenOpen = true;
      });
      own.addEventListener('message', ({ data }) => {
        [isTold, failures] = [false, 0];
        // Text, or bytes as it was asked for above.
        subscriber.next(data as string | ArrayBuffer);
      });
      // What matters of it, the closing event tells; without a listener, ws throws.
      own.addEventListener('error', () => undefined);
      own.addEventListener('close', ({ code }) => {
        if (subscriber.closed) return;
        if (code === NORMAL) subscriber.complete();
        else if (hasBeenOpen && !LASTING.includes(code)) {
          if (!isTold)
            subscriber.next({
              broken: 'lost',
              text: `the connection to ${url} was lost (code ${code}): what it sent until the next one is missing`,
            });
          isTold = true;
          const wait = backoff(retry, failures);
          failures += 1;
          report(`the connection ended (code ${code}): ${url} is called again in ${Math.round(wait)} ms`);
          cancel = later(wait, connect);
        } else
          subscriber.error(
            new ParalensError({
              operation: 'webSocket',
              what: hasBeenOpen ? 'the server refused to continue' : 'cannot connect',
              got: `code ${code} from ${url}`,
              needed: hasBeenOpen ? 'a server that accepts this reader' : 'a server that answers',
            }),
          );
      });
    };
    connect();
    return () => {
      cancel();
      socket?.close();
    };
  });

/**
 * The messages of a server: text, bytes, or a `Broken` that is `lost` where a connection was lost and is made anew.
 * It ends when the server closes as agreed (code 1000). A server cannot be held back, so a policy has to be named. The
 * position only counts: opened after it, the source counts on with the messages that come then, and what came in
 * between is missing. For a stream that has to survive, let a broker or a file stand in between.
 *
 * Throws if an option is invalid; while running, if there is no connection to begin with, if the server closes for a
 * reason that lasts (a policy, a protocol, a message that it refuses), and what `toPull` throws.
 *
 * Source: RFC 6455. Laws: F-3 to F-9, F-19, F-23; not F-1 and F-13, as what has passed by is gone.
 *
 * @example
 * const source = webSocket('wss://example.org/ticks', { policy: { buffer: 10_000 }, constructor: WebSocket });
 */
export const webSocket = (url: string, options: WebSocketOptions): Source<Message, number> => {
  const { policy, retry = 1000, report = () => undefined } = options;
  requirePolicy(policy);
  requireMilliseconds('webSocket', 'retry', retry);
  // Its own: every object inherits something of this name.
  if (!Object.hasOwn(options, 'constructor') || typeof options.constructor !== 'function')
    fail({
      operation: 'webSocket',
      what: '`constructor` must be a WebSocket class',
      got: Object.hasOwn(options, 'constructor') ? showGiven(options.constructor) : 'undefined',
      hint: 'Node has one since version 22; for older versions pass the class of the package ws',
    });
  requireFunction('webSocket', 'report', report);
  return {
    name: url,
    position: countCodec,
    open: (after = 0) =>
      mapPulled(toPull(messages(url, options), policy), (value, index) => [
        { value, position: after + index + 1 },
      ]),
  };
};
