/** WebSocket messages as a source. It can neither wait nor go back, so losses are reported. */
import { Observable } from 'rxjs';
import { fail, ParalensError } from '../../error.js';
import { requireFunction, showGiven } from '../../require.js';
import { thrown } from '../decode/decoder.js';
import { mapPulled } from '../../stream/map-pulled.js';
import { backoff, later, requireMilliseconds } from '../../stream/timer.js';
import { type HoldPolicy, requirePolicy, toPull } from '../../stream/to-pull.js';
import type { Broken } from './raw-record.js';
import { countCodec, type Source } from './source.js';

/** The used part of a WebSocket, of the platform or of the package ws. */
export interface Socket {
  binaryType: string;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
  close(): void;
}

export interface WebSocketOptions {
  /** The overflow policy, for messages that arrive faster than they are read. */
  readonly policy: HoldPolicy;
  /** The WebSocket class. Node has one since version 22; for older versions use the package ws. */
  readonly constructor: new (url: string) => Socket;
  /**
   * Milliseconds before it reconnects after a lost connection; default: 1000. The time doubles after each failed
   * attempt, up to 30 s.
   */
  readonly retry?: number;
  /** Called with the reason whenever it waits before it reconnects. */
  readonly report?: (reason: string) => void;
}

export type Message = string | ArrayBuffer | Broken;

/** Close codes that are permanent: protocol, message and permission errors. */
const LASTING = [1002, 1003, 1007, 1008, 1009, 1010, 1015, 3000, 3003];

/** The code of a normal closure. */
const NORMAL = 1000;

const messages = (
  url: string,
  { constructor: Constructor, retry = 1000, report = () => undefined }: WebSocketOptions,
): Observable<Message> =>
  new Observable((subscriber) => {
    let socket: Socket | undefined;
    let cancel = (): void => {};
    let hasBeenOpen = false;
    /** An outage is reported once, for any number of attempts until the next message. */
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
        // Text, or bytes as requested above.
        subscriber.next(data as string | ArrayBuffer);
      });
      // The close event has the details; without a listener, ws throws.
      own.addEventListener('error', () => undefined);
      own.addEventListener('close', ({ code }) => {
        if (subscriber.closed) return;
        if (code === NORMAL) subscriber.complete();
        else if (hasBeenOpen && !LASTING.includes(code)) {
          if (!isTold)
            subscriber.next({
              broken: 'lost',
              text: `the connection to ${url} was lost (code ${code}): the messages until the next connection are missing`,
            });
          isTold = true;
          const wait = backoff(retry, failures);
          failures += 1;
          report(`the connection ended (code ${code}): reconnecting to ${url} in ${Math.round(wait)} ms`);
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
 * A source of WebSocket messages: text, bytes, or a `Broken` of kind `lost` after a lost connection, which is restored.
 * It ends when the server closes normally (code 1000). A server cannot be slowed down, so an overflow policy is
 * required. The position is only a count: a resumed source continues with new messages, and those in between are lost.
 * If no message may be lost, use a broker or a file in between.
 *
 * Throws if an option is invalid; while running, if the first connection fails, if the server closes with a permanent
 * error (policy, protocol, refused message), and in the cases of `toPull`.
 *
 * Source: RFC 6455. Laws: F-3 to F-9, F-19, F-23; not F-1 and F-13, since past messages are gone.
 *
 * @example
 * const source = webSocket('wss://example.org/ticks', { policy: { buffer: 10_000 }, constructor: WebSocket });
 */
export const webSocket = (url: string, options: WebSocketOptions): Source<Message, number> => {
  const { policy, retry = 1000, report = () => undefined } = options;
  requirePolicy(policy);
  requireMilliseconds('webSocket', 'retry', retry);
  // Only an own property, since every object inherits one of this name.
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
