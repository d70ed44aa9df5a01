/** Parses the text of server-sent events in chunks. */
import { required } from '../../require.js';
import type { Broken } from './raw-record.js';

/** An event: its type (default `message`) and its data. */
export interface ServerEvent {
  readonly type: string;
  readonly data: string;
}

/** An event, or a `Broken` for one that is too long, with the last event id. */
export interface Dispatched {
  readonly value: ServerEvent | Broken;
  readonly id: string;
}

export interface EventParser {
  readonly push: (text: string) => readonly Dispatched[];
  /** The reconnection time that the server has set, in milliseconds, if any. */
  readonly retry: () => number | undefined;
}

/** The number of shown characters of an event that is too long. */
const SHOWN = 1024;
/** The limits of a reconnection time set by a server, in milliseconds. */
const [SHORTEST, LONGEST] = [100, 3_600_000];
/** The length of the longest field name with a colon and a space. */
const FIELD = 8;

/**
 * Makes a parser for a response. It stores at most `maxLength` characters and a little more of an unfinished event.
 *
 * Source: WHATWG HTML, "Server-sent events", its section on interpreting an event stream.
 */
export const eventParser = (lastId: string, maxLength: number): EventParser => {
  let id = lastId;
  let retry: number | undefined;
  let type = '';
  /** The data lines, joined when the event is complete, and their total length. */
  let data: string[] = [];
  let length = -1;
  let isLong = false;
  /** The unfinished line, in chunks. */
  let rest: string[] = [];
  let restLength = 0;
  /** Whether the last chunk ended with a carriage return: a newline at the start of the next one belongs to it. */
  let returned = false;
  let atStart = true;

  const field = (name: string, value: string): void => {
    if (name === 'event') type = value;
    else if (name === 'data') {
      if (isLong) return;
      length += 1 + value.length;
      isLong = length > maxLength;
      data.push(isLong ? value.slice(0, Math.max(0, value.length - length + maxLength)) : value);
    } else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d+$/.test(value))
      retry = Math.min(LONGEST, Math.max(SHORTEST, Number(value)));
  };

  const dispatch = (out: Dispatched[]): void => {
    if (data.length > 0) {
      const text = data.join('\n');
      out.push({
        id,
        value: isLong
          ? { broken: 'too long', text: text.slice(0, Math.min(SHOWN, maxLength)) }
          : { type: type === '' ? 'message' : type, data: text },
      });
    }
    type = '';
    data = [];
    length = -1;
    isLong = false;
  };

  const line = (out: Dispatched[], text: string): void => {
    if (text === '') {
      dispatch(out);
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const [name, value] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
    field(name, value.startsWith(' ') ? value.slice(1) : value);
  };

  /** Stores an unfinished line only up to the limit: more would only show that it is too long. */
  const hold = (text: string): void => {
    const kept = text.slice(0, Math.max(0, maxLength + FIELD - restLength));
    if (kept !== '') rest.push(kept);
    restLength += kept.length;
  };

  return {
    retry: () => retry,
    push: (piece) => {
      if (piece === '') return [];
      const out: Dispatched[] = [];
      const marked = atStart && piece.startsWith('\uFEFF') ? 1 : 0;
      const from = returned && piece.startsWith('\n') ? 1 : marked;
      atStart = false;
      returned = piece.endsWith('\r');
      const lines = piece.slice(from).split(/\r\n|\n|\r/);
      const unfinished = required(lines.pop(), 'the last line');
      for (const each of lines) {
        hold(each);
        line(out, rest.join(''));
        rest = [];
        restLength = 0;
      }
      hold(unfinished);
      return out;
    },
  };
};
