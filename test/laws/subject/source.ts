/** Every source of the library that needs no broker, with places where its records lie. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { checkSource, type Medium, type PlacedRecord, type SourceSubject } from 'paralens/laws';
import { lineStream, standardInput } from 'paralens/node';
import {
  type Broken,
  iterableSource,
  type Json,
  type Message,
  observableSource,
  type RawRecord,
  type ServerEvent,
  type Source,
  sse,
  webSocket,
} from 'paralens/online';
import { concatMap, delay, from, Observable, of } from 'rxjs';
import { vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { bytesOf, fileSources, inPieces, oneByOne, valueOf } from './file-source.js';

type Records = readonly PlacedRecord[];

const textsOf = (records: Records): readonly string[] => records.map(({ text }) => text);

/** Values that are counted as they are taken, now or later. */
const iterables = (later: boolean): SourceSubject<string, number> => {
  const medium = (records: Records): Medium<string, number> => {
    const values = textsOf(records);
    let taken = 0;
    function* now() {
      for (const value of values) {
        taken += 1;
        yield value;
      }
    }
    async function* soon() {
      for (const value of now()) {
        await Promise.resolve();
        yield value;
      }
    }
    const iterable = later ? { [Symbol.asyncIterator]: soon } : { [Symbol.iterator]: now };
    return { source: iterableSource('values', iterable), values, taken: () => taken };
  };
  return { name: 'iterableSource', ahead: 0, medium: (records) => Promise.resolve(medium(records)) };
};

const observables: SourceSubject<string, number> = {
  name: 'observableSource',
  medium: (records) => Promise.resolve(pushed(records, (values) => from(values))),
  arriving: (records, pieces) =>
    Promise.resolve(
      pushed(records, (values) =>
        from(values).pipe(
          concatMap((value, i) => of(value).pipe(delay((pieces[i % pieces.length] ?? 0) % 3))),
        ),
      ),
    ),
};

const pushed = (
  records: Records,
  observable: (values: readonly string[]) => Observable<string>,
): Medium<string, number> => {
  const values = textsOf(records);
  let held = 0;
  const counted = new Observable<string>((subscriber) => {
    held += 1;
    subscriber.add(() => (held -= 1));
    return observable(values).subscribe(subscriber);
  });
  return { source: observableSource('pushed', counted, { buffer: 9 }), values, held: () => held };
};

/** Bytes in pieces, from the beginning each time. */
const streams = (
  name: string,
  source: (stream: () => Readable) => { readonly source: Source<RawRecord, number> },
): SourceSubject<RawRecord, number> => {
  const medium = (records: Records, sizes: readonly number[]): Medium<RawRecord, number> => {
    const bytes = Buffer.concat(records.flatMap((record) => [bytesOf(record), Buffer.from('\n')]));
    const open = new Set<Readable>();
    const stream = (): Readable => {
      const readable = Readable.from(inPieces(bytes, sizes));
      open.add(readable);
      return readable.once('close', () => open.delete(readable));
    };
    return { values: records.map(valueOf), held: () => open.size, ...source(stream) };
  };
  return {
    name,
    medium: (records) => Promise.resolve(medium(records, [1000])),
    arriving: (records, pieces) => Promise.resolve(medium(records, pieces)),
  };
};

const ofStandardInput = (stream: () => Readable) => {
  const source = standardInput();
  // A process has one and a test many: what is opened last is read.
  const stdin = (): typeof process.stdin => stream() as typeof process.stdin;
  return {
    source: {
      ...source,
      open: (after?: number) => {
        vi.spyOn(process, 'stdin', 'get').mockImplementation(stdin);
        return source.open(after);
      },
    },
  };
};

const serving = async (listener: RequestListener) => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
};

const LONGEST = 20;

/** A server that keeps its events, and hangs up after some of them. */
const eventMedium = async (
  records: Records,
  write: (bytes: Buffer, to: (piece: Buffer) => void) => () => void,
): Promise<Medium<ServerEvent | Broken, string>> => {
  const long = (text: string): string => text.repeat(LONGEST + 1);
  const open = new Set<unknown>();
  const { server, url } = await serving(({ headers }, response) => {
    const last = Number(headers['last-event-id'] ?? 0);
    if (last >= records.length) {
      response.writeHead(204).end();
      return;
    }
    open.add(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = records
      .slice(last, last + 3)
      .map(({ text, sound }, i) => `id: ${last + i + 1}\ndata: ${sound ? text : long(text)}\n\n`);
    // Without `retry`, of which no less than 100 ms is heeded.
    const stop = write(Buffer.from(`: hello\n\n${events.join('')}data: cut`), (piece) => {
      if (piece.length === 0) response.end();
      else response.write(piece);
    });
    response.once('close', () => {
      stop();
      open.delete(response);
    });
  });
  return {
    source: sse(url, { retry: 1, maxLength: LONGEST }),
    values: records.map(({ text, sound }) =>
      sound ? { type: 'message', data: text } : { broken: 'too long', text: long(text).slice(0, LONGEST) },
    ),
    held: () => open.size,
    dispose: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const events: SourceSubject<ServerEvent | Broken, string> = {
  name: 'sse',
  medium: (records) =>
    eventMedium(records, (bytes, to) => {
      to(bytes);
      to(Buffer.alloc(0));
      return () => {};
    }),
  arriving: (records, pieces) =>
    eventMedium(records, (bytes, to) =>
      oneByOne(
        [...inPieces(bytes, pieces), Buffer.alloc(0)].map((piece) => () => {
          to(piece);
        }),
      ),
    ),
};

/** A server that sends all it has to whoever comes. */
const messageMedium = async (
  records: Records,
  gap: (i: number) => number,
): Promise<Medium<Message, number>> => {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(sockets, 'listening');
  sockets.on('connection', (socket) => {
    const values = [...textsOf(records).entries()];
    from(values)
      .pipe(concatMap(([i, value]) => (gap(i) === 0 ? of(value) : of(value).pipe(delay(gap(i))))))
      .subscribe({
        next: (value) => {
          socket.send(value);
        },
        complete: () => {
          socket.close(1000);
        },
      });
  });
  return {
    source: webSocket(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`, {
      policy: { buffer: 100 },
      constructor: WebSocket,
    }),
    values: textsOf(records),
    held: () => sockets.clients.size,
    dispose: () => {
      for (const each of sockets.clients) each.terminate();
      sockets.close();
    },
  };
};

const messages: SourceSubject<Message, number> = {
  name: 'webSocket',
  goesBack: false,
  medium: (records) => messageMedium(records, () => 0),
  arriving: (records, pieces) => messageMedium(records, (i) => (pieces[i % pieces.length] ?? 0) % 3),
};

/** Sources by name; `check` holds one to the laws of all, on so many examples. */
const row = <A, P extends Json>(subject: SourceSubject<A, P>, runs = 12) => ({
  check: (): Promise<void> => checkSource(subject, { runs }),
});

export const sourceRows: { readonly [name: string]: ReturnType<typeof row> } = {
  ndjson: row(fileSources.ndjson),
  csv: row(fileSources.csv),
  directory: row(fileSources.directory),
  parquet: row(fileSources.parquet),
  // Of one source the two formats have half of the examples each: every reading starts a thread that loads a package.
  arrow: row(fileSources.arrow, 6),
  'arrow (of its format for streams)': row(fileSources['arrow, of its format for streams'], 6),
  lineStream: row(streams('lineStream', (stream) => ({ source: lineStream('bytes', stream) }))),
  standardInput: row(streams('standardInput', ofStandardInput)),
  iterableSource: row(iterables(false)),
  'iterableSource (asynchronous)': row(iterables(true)),
  observableSource: row(observables),
  sse: row(events),
  webSocket: row(messages),
};
