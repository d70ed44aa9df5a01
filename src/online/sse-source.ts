/** Server-sent events as a source that goes on after the last event it had. */
import * as t from 'io-ts';
import { fail, ParalensError } from '../error.js';
import { abortable } from '../stream/pulling.js';
import type { Broken } from './broken.js';
import { eventParser, type ServerEvent } from './event-stream.js';
import { pause } from '../stream/timer.js';
import type { Received, Source } from './source.js';

export interface SseOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds before it calls again after a connection has ended, until the server says otherwise; 3000. */
  readonly retry?: number;
  /** The longest data of an event, in characters; 1 Mi unless told otherwise. Longer ones are broken. */
  readonly maxLength?: number;
  /** What fetches, if not the platform's own. */
  readonly fetch?: typeof globalThis.fetch;
}

type Events = readonly Received<ServerEvent | Broken, string>[];

const MEBI = 1024 * 1024;

/** Refuses what calling again does not mend; what may pass is left to the next try. */
const isStream = (url: string, response: Response): boolean => {
  const type = response.headers.get('content-type') ?? 'no content type';
  const isRefused = response.status >= 400 && response.status < 500;
  if (isRefused || (response.ok && !type.startsWith('text/event-stream')))
    fail({
      operation: 'sse',
      what: `an answer of ${url} that is no event stream`,
      got: `${response.status} and ${type}`,
      needed: '200 and text/event-stream',
    });
  return response.ok;
};

async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  push: (text: string) => ReturnType<ReturnType<typeof eventParser>['push']>,
): AsyncGenerator<Events, void, undefined> {
  const reader = body.getReader();
  // The standard has bytes that are no text replaced, not refused.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const events = push(decoder.decode(next.value, { stream: true }));
      if (events.length > 0) yield events.map(({ value, id }) => ({ value, position: id }));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * The events of a server, in browsers and in Node. The position is the id of the last event: with it the source calls
 * again when a connection has ended, and when it is opened after a position, and the server goes on from there. Events
 * without ids keep the id before them, so the server repeats what followed that one; without any ids, what passes
 * while nobody listens is missed. It ends when the server answers 204.
 *
 * While running, throws where the answer is a refusal (a status of 400 to 499) or no event stream; other failures are
 * tried again.
 *
 * Source: WHATWG HTML, "Server-sent events". Laws: F-1, F-3 to F-9, F-13, F-19, F-23, where each event has an id and the
 * server keeps them.
 *
 * @example
 * const source = sse('https://example.org/events', { headers: { authorization: 'Bearer …' } });
 */
export const sse = (
  url: string,
  { headers = {}, retry = 3000, maxLength = MEBI, fetch = globalThis.fetch }: SseOptions = {},
): Source<ServerEvent | Broken, string> => ({
  name: url,
  position: t.string,
  open: (after = '') =>
    abortable(async function* (signal) {
      let id = after;
      let wait = retry;
      for (;;) {
        try {
          const known: Record<string, string> = id === '' ? {} : { 'last-event-id': id };
          const accept = 'text/event-stream';
          const response = await fetch(url, {
            headers: { ...headers, ...known, accept },
            signal,
            cache: 'no-store',
          });
          if (response.status === 204) return;
          if (isStream(url, response) && response.body !== null) {
            const parser = eventParser(id, maxLength);
            for await (const events of eventsOf(response.body, parser.push)) {
              id = events.at(-1)?.position ?? id;
              yield events;
            }
            wait = parser.retry() ?? wait;
          } else await response.body?.cancel();
        } catch (error) {
          if (signal.aborted || error instanceof ParalensError) throw error;
          // The connection was lost or never came about: it is tried again.
        }
        await pause(wait, signal);
      }
    }),
});
