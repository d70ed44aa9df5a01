/** Server-sent events as a source that resumes after the last event. */
import * as t from 'io-ts';
import { fail, ParalensError } from '../../error.js';
import { requireCount, requireFunction } from '../../require.js';
import { abortable } from '../../stream/async-iterator.js';
import { backoff, pause, requireMilliseconds } from '../../stream/timer.js';
import { turns } from '../../stream/event-loop.js';
import type { Broken } from './raw-record.js';
import { type EventParser, eventParser, type ServerEvent } from './sse-parser.js';
import type { Received, Source } from './source.js';

export interface SseOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Milliseconds before it reconnects after a connection has ended; default: 3000. The server may set another time,
   * limited to 100 ms to one hour. After failed attempts the time doubles, up to 30 s.
   */
  readonly retry?: number;
  /** The longest data of an event, in characters; default: 2²⁰. Longer events become `Broken`. */
  readonly maxLength?: number;
  /** The fetch function; default: that of the platform. */
  readonly fetch?: typeof globalThis.fetch;
  /** Called with the reason whenever it waits before it reconnects. */
  readonly report?: (reason: string) => void;
}

type Events = readonly Received<ServerEvent | Broken, string>[];

const MEBI = 1024 * 1024;

/** Temporary refusals: request timeout, too early, too many requests. */
const PASSING_STATUS = [408, 425, 429];

/** Whether the response is an event stream. Throws for permanent errors; returns `false` for temporary ones. */
const isStream = (url: string, response: Response): boolean => {
  const type = response.headers.get('content-type') ?? 'no content type';
  const { status } = response;
  const isRefused = status >= 400 && status < 500 && !PASSING_STATUS.includes(status);
  if (isRefused || (response.ok && !type.toLowerCase().startsWith('text/event-stream')))
    fail({
      operation: 'sse',
      what: `the answer of ${url} is not an event stream`,
      got: `${status} and ${type}`,
      needed: '200 and text/event-stream',
    });
  return response.ok;
};

/** Temporary network errors, as systems and undici name them. */
const PASSING = /^(?:ECONN|ETIMEDOUT|EPIPE|EAI_AGAIN|ENET|EHOST|UND_ERR_(?!INVALID|NOT_SUPPORTED))/;

/** Whether an error is temporary: a network error, or an unknown host that was reached before. */
const isPassing = (error: unknown, hasBeenOpen: boolean): boolean => {
  if (!(error instanceof TypeError)) return error instanceof Error && error.name === 'NetworkError';
  // Browsers give no further details.
  const { cause } = error;
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return true;
  const code = String(cause.code);
  return PASSING.test(code) || (code === 'ENOTFOUND' && hasBeenOpen);
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};

/**
 * An id as the value of a header: UTF-8 with one character per byte, as in the standard. Throws if a header cannot
 * contain it.
 */
const headerOf = (id: string): string => {
  const bytes = new TextEncoder().encode(id);
  const isHeld = bytes.every((byte) => byte === 9 || (byte >= 32 && byte !== 127));
  if (!isHeld)
    fail({
      operation: 'sse',
      what: 'the id of the last event has control characters, which are not allowed in a header',
      got: JSON.stringify(id.slice(0, 80)),
      needed: 'an id that can be sent back to the server',
      hint: 'change the ids on the server; a source needs them to continue after a lost connection',
    });
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
};

const requestOf = (url: string, headers: Readonly<Record<string, string>>, id: string): RequestInit => {
  const known: Record<string, string> = id === '' ? {} : { 'last-event-id': headerOf(id) };
  const init: RequestInit = {
    headers: { ...headers, ...known, accept: 'text/event-stream' },
    cache: 'no-store',
  };
  try {
    const { protocol } = new URL(new Request(url, init).url);
    if (protocol === 'http:' || protocol === 'https:') return init;
  } catch (error) {
    return fail({ operation: 'sse', what: 'the request cannot be made', got: reasonOf(error) });
  }
  return fail({
    operation: 'sse',
    what: '`url` must be the address of a server',
    got: url,
    needed: 'http: or https:',
  });
};

/** The number of bytes that are parsed without a turn of the event loop. */
const AT_ONCE = 1 << 16;

async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  push: EventParser['push'],
): AsyncGenerator<Events, void, undefined> {
  const reader = body.getReader();
  // The standard replaces invalid bytes and does not refuse them.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const due = turns();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read())
      for (let from = 0; from < next.value.length; from += AT_ONCE) {
        const turn = due();
        if (turn !== undefined) await turn;
        const events = push(decoder.decode(next.value.subarray(from, from + AT_ONCE), { stream: true }));
        if (events.length > 0) yield events.map(({ value, id }) => ({ value, position: id }));
      }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * A source of server-sent events, in browsers and in Node. The position is the id of the last event: the source sends
 * it when it reconnects or resumes, and the server continues from there. Events without an id keep the id before them,
 * so the server repeats them; without any ids, events are missed between two connections. The source ends when the
 * server answers 204.
 *
 * Throws if an option is invalid; while running, if the answer has a status of 400 to 499 except 408, 425 and 429, if
 * it is not an event stream, if the request cannot be made, or if an id is not valid in a header. After network and
 * server errors it tries again.
 *
 * Source: WHATWG HTML, "Server-sent events". Laws: F-1, F-3 to F-9, F-13, F-19, F-23, if each event has an id and the
 * server keeps the events.
 *
 * @example
 * const source = sse('https://example.org/events', { headers: { authorization: 'Bearer …' } });
 */
export const sse = (
  url: string,
  {
    headers = {},
    retry = 3000,
    maxLength = MEBI,
    fetch = globalThis.fetch,
    report = () => undefined,
  }: SseOptions = {},
): Source<ServerEvent | Broken, string> => {
  requireMilliseconds('sse', 'retry', retry);
  requireCount('sse', 'maxLength', maxLength, { most: Number.MAX_SAFE_INTEGER });
  requireFunction('sse', 'fetch', fetch);
  requireFunction('sse', 'report', report);
  return {
    name: url,
    position: t.string,
    open: (after = '') =>
      abortable(async function* (signal) {
        let id = after;
        let wait = retry;
        let failures = 0;
        let hasBeenOpen = false;
        for (;;) {
          const request = requestOf(url, headers, id);
          let reason: string;
          try {
            const response = await fetch(url, { ...request, signal });
            if (response.status === 204) return;
            failures += 1;
            if (isStream(url, response) && response.body !== null) {
              hasBeenOpen = true;
              const parser = eventParser(id, maxLength);
              for await (const events of eventsOf(response.body, parser.push)) {
                failures = 0;
                id = events.at(-1)?.position ?? id;
                yield events;
              }
              wait = parser.retry() ?? wait;
            } else await response.body?.cancel();
            reason = response.ok
              ? 'the server ended the connection'
              : `the server answered ${response.status}`;
          } catch (error) {
            if (signal.aborted || error instanceof ParalensError) throw error;
            reason = reasonOf(error);
            if (!isPassing(error, hasBeenOpen))
              throw new ParalensError(
                { operation: 'sse', what: `${url} cannot be read`, got: reason },
                { cause: error },
              );
            failures += 1;
          }
          const pauseFor = backoff(wait, failures);
          report(`${reason}: reconnecting to ${url} in ${Math.round(pauseFor)} ms`);
          await pause(pauseFor, signal);
        }
      }),
  };
};
