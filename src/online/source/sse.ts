/** Server-sent events as a source that goes on after the last event it had. */
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
   * Milliseconds before it calls again after a connection has ended, 3000 unless told otherwise, until the server says
   * another time, of which 100 ms to an hour are heeded. After calls in vain it waits twice as long each time, up to
   * half a minute.
   */
  readonly retry?: number;
  /** The longest data of an event, in characters; 1 Mi unless told otherwise. Longer ones are broken. */
  readonly maxLength?: number;
  /** What fetches, if not the platform's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** Called with the reason whenever it waits before it calls again. */
  readonly report?: (reason: string) => void;
}

type Events = readonly Received<ServerEvent | Broken, string>[];

const MEBI = 1024 * 1024;

/** Refusals that pass: a request that came too slowly, too early or too often. */
const PASSING_STATUS = [408, 425, 429];

/** Refuses what calling again does not mend; what may pass is left to the next try. */
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

/** Failures of a network that pass, as systems and undici name them. */
const PASSING = /^(?:ECONN|ETIMEDOUT|EPIPE|EAI_AGAIN|ENET|EHOST|UND_ERR_(?!INVALID|NOT_SUPPORTED))/;

/** Whether a failure may pass: one of the network, and a host that is not known if it has been known before. */
const isPassing = (error: unknown, hasBeenOpen: boolean): boolean => {
  if (!(error instanceof TypeError)) return error instanceof Error && error.name === 'NetworkError';
  // Browsers say no more than that.
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
 * An id as it stands in a header, where a character is a byte: as UTF-8, as the standard has it. Throws if no header
 * can hold it.
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

/** Bytes that are taken apart at once: less than the event loop notices. */
const AT_ONCE = 1 << 16;

async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  push: EventParser['push'],
): AsyncGenerator<Events, void, undefined> {
  const reader = body.getReader();
  // The standard has bytes that are no text replaced, not refused.
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
 * The events of a server, in browsers and in Node. The position is the id of the last event: with it the source calls
 * again when a connection has ended, and when it is opened after a position, and the server goes on from there. Events
 * without ids keep the id before them, so the server repeats what followed that one; without any ids, what passes
 * while nobody listens is missed. It ends when the server answers 204.
 *
 * Throws if an option is invalid; while running, if the answer is a refusal (a status of 400 to 499 but for 408, 425 and
 * 429) or no event stream, if the request cannot be made, and if no header can hold an id; failures of the network and of the server are tried
 * again.
 *
 * Source: WHATWG HTML, "Server-sent events". Laws: F-1, F-3 to F-9, F-13, F-19, F-23, where each event has an id and the
 * server keeps them.
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
          report(`${reason}: ${url} is called again in ${Math.round(pauseFor)} ms`);
          await pause(pauseFor, signal);
        }
      }),
  };
};
