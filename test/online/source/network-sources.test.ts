/** Sources over the network, each with a server of its own: server-sent events and WebSockets. */
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { sse, webSocket } from 'paralens/online';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { eventParser } from '../../../src/online/source/sse-parser.js';
import { collect, listen } from '../../node/collect.js';

const serving = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
};

const piece = fc.oneof(
  fc.constantFrom(
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    ': no\n',
    'data:',
    'data: a',
    'event: e\n',
    'id: 7\n',
    'id\n',
    'b',
  ),
  fc.constantFrom('retry: 9\n', 'retry: x\n', 'data\n', '\uFEFF', 'é'),
);

test('the events of a text do not depend on its chunks', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.constantFrom(3, 1000), (pieces, maxLength) => {
      const text = pieces.join('');
      const all = (parts: readonly string[]) => {
        const parser = eventParser('0', maxLength);
        return [parts.flatMap((part) => [...parser.push(part)]), parser.retry()];
      };
      expect(all(pieces)).toEqual(all([text]));
      expect(all(text.split(''))).toEqual(all([text]));
    }),
    { numRuns: 300 },
  );
});

test('the examples of the standard', () => {
  const events = (text: string) => eventParser('', 1000).push(text);
  const message = (data: string, id = '') => ({ id, value: { type: 'message', data } });
  expect(events('data: YHOO\ndata: +2\ndata: 10\n\n')).toEqual([message('YHOO\n+2\n10')]);
  expect(
    events(': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n'),
  ).toEqual([message('first event', '1'), message('second event'), message(' third event')]);
  expect(events('data\n\ndata\ndata\n\ndata:')).toEqual([message(''), message('\n')]);
  expect(events('event: add\ndata: 73857293\n\n')).toEqual([
    { id: '', value: { type: 'add', data: '73857293' } },
  ]);
});

/** A server that has so many events, gives a few a connection, and then hangs up; 204 when there are no more. */
const server = (count: number, each: number, calls: string[] = []): RequestListener => {
  return ({ headers }, response) => {
    const id = headers['last-event-id'];
    const last = typeof id === 'string' ? Number(id) : 0;
    calls.push(String(last));
    if (last >= count) {
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 1\n\n');
    for (let i = last + 1; i <= Math.min(count, last + each); i++) response.write(`id: ${i}\ndata: ${i}\n\n`);
    // In the middle of an event that will come again.
    response.write('data: cut');
    setTimeout(() => response.destroy(), 5);
  };
};

test('events across connections: each request continues after the last event', async () => {
  const calls: string[] = [];
  const source = sse(await serving(server(7, 3, calls)), { retry: 1 });
  const all = await collect(source);
  expect(all).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((i) => ({ value: { type: 'message', data: String(i) }, position: String(i) })),
  );
  expect(calls).toEqual(['0', '3', '6', '7']);
});

test('a refusal is an error, a failure is retried, and an event that is too long is broken', async () => {
  const refused = await serving((_, response) => response.writeHead(404).end());
  await expect(collect(sse(refused))).rejects.toThrow('the answer of');
  const html = await serving((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end());
  await expect(collect(sse(html))).rejects.toThrow('got 200 and text/html');
  let calls = 0;
  const flaky = await serving((_, response) => {
    calls += 1;
    if (calls < 3) response.writeHead(503).end();
    else if (calls === 3)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${'x'.repeat(50)}\n\n`);
    else response.writeHead(204).end();
  });
  const all = await collect(sse(flaky, { retry: 1, maxLength: 10 }));
  expect(all.map(({ value }) => value)).toEqual([{ broken: 'too long', text: 'x'.repeat(10) }]);
});

test('it can be stopped at once, also while it waits for an event or a retry', async () => {
  const open: ServerResponse[] = [];
  const url = await serving((_, response) => {
    open.push(response.writeHead(200, { 'content-type': 'text/event-stream' }));
    response.write('data: 1\n\n');
  });
  const listening = listen(sse(url));
  await listening.until(1);
  const closed = once(open[0] ?? process, 'close');
  const pending = listening.until(2);
  await listening.stop();
  await expect(pending).rejects.toThrow('ended after 1');
  await closed;
  const waiting = sse('http://127.0.0.1:1/', { retry: 1e6 }).open()[Symbol.asyncIterator]();
  const next = waiting.next();
  await sleep(50);
  await waiting.return?.();
  expect(await next).toEqual({ done: true, value: undefined });
});

const socketServer = async () => {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(sockets, 'listening');
  onTestFinished(() => {
    for (const each of sockets.clients) each.terminate();
    sockets.close();
  });
  const address = sockets.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { sockets, url: `ws://127.0.0.1:${port}` };
};

test('messages of a WebSocket are counted; a lost connection is reported and restored; 1000 is the end', async () => {
  const { sockets, url } = await socketServer();
  let connections = 0;
  sockets.on('connection', (socket) => {
    connections += 1;
    socket.send(`text ${connections}`);
    socket.send(Uint8Array.of(1, 2));
    if (connections === 1) setTimeout(() => socket.terminate(), 20);
    else socket.close(1000);
  });
  const source = webSocket(url, { policy: { buffer: 10 }, constructor: WebSocket, retry: 1 });
  const all = await collect(source, 5);
  expect(all.map(({ position }) => position)).toEqual([6, 7, 8, 9, 10]);
  expect(all.map(({ value }) => value)).toEqual([
    'text 1',
    Uint8Array.of(1, 2).buffer,
    {
      broken: 'lost',
      text: `the connection to ${url} was lost (code 1006): the messages until the next connection are missing`,
    },
    'text 2',
    Uint8Array.of(1, 2).buffer,
  ]);
});

test('a WebSocket without a server is an error', async () => {
  const nobody = webSocket('ws://127.0.0.1:1', { policy: 'drop', constructor: WebSocket });
  await expect(collect(nobody)).rejects.toThrow('webSocket: cannot connect, got code 1006');
});

test.each<readonly [string, (times: number) => string]>([
  [
    'short lines of data behind a long one',
    (n) => `data: ${'x'.repeat(n << 16)}\n${'data: y\n'.repeat(n << 12)}\n`,
  ],
  ['a line without an end', (n) => 'x'.repeat(n << 17)],
  ['lines of no field', (n) => 'x\n'.repeat(n << 16)],
])('the work of a parser is linear in the text: %s', (_, textOf) => {
  /** Processor time, which other processes do not change much; the least of three. */
  const cost = (times: number): number => {
    const text = textOf(times);
    const runs = Array.from({ length: 3 }, () => {
      const parser = eventParser('', 1 << 20);
      const before = process.cpuUsage();
      for (let from = 0; from < text.length; from += 100) parser.push(text.slice(from, from + 100));
      return process.cpuUsage(before).user;
    });
    return Math.min(...runs);
  };
  cost(1);
  // Of a text 16 times as long a square is 256 times as much.
  expect(cost(16)).toBeLessThan(100 * Math.max(1000, cost(1)));
});

test('the reconnection time of a server is kept within limits', () => {
  const retryOf = (value: string): number | undefined => {
    const parser = eventParser('', 100);
    parser.push(`retry: ${value}\n`);
    return parser.retry();
  };
  expect(['0', '5000', '3000000000', '9'.repeat(400), '-1', '1.5'].map(retryOf)).toEqual([
    100,
    5000,
    3_600_000,
    3_600_000,
    undefined,
    undefined,
  ]);
});

test('ids beyond Latin-1 are sent back as UTF-8; an id that is not allowed in a header is an error', async () => {
  const ids: (string | undefined)[] = [];
  const url = await serving(({ headers }, response) => {
    const id = headers['last-event-id'];
    ids.push(typeof id === 'string' ? Buffer.from(id, 'latin1').toString('utf8') : undefined);
    if (ids.length === 3) response.writeHead(204).end();
    else
      response
        .writeHead(200, { 'content-type': 'Text/Event-Stream; charset=utf-8' })
        .end(`id: №${ids.length} 😀\ndata: ${ids.length}\n\n`);
  });
  const all = await collect(sse(url, { retry: 1 }));
  expect(all.map(({ position }) => position)).toEqual(['№1 😀', '№2 😀']);
  expect(ids).toEqual([undefined, '№1 😀', '№2 😀']);
  const control = await serving((_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end('id: \x01\ndata: 1\n\n'),
  );
  await expect(collect(sse(control, { retry: 1 }))).rejects.toThrow('not allowed in a header');
});

test('a permanent error is thrown and not retried', async () => {
  await expect(collect(sse('no address'))).rejects.toThrow('the request cannot be made');
  await expect(collect(sse('ftp://127.0.0.1/'))).rejects.toThrow('needed http: or https:');
  await expect(collect(sse('http://127.0.0.1/', { headers: { 'no name': 'x' } }))).rejects.toThrow(
    'the request cannot be made',
  );
  const throwing = (): Promise<Response> => Promise.reject(new RangeError('of its own'));
  await expect(collect(sse('http://127.0.0.1/', { fetch: throwing }))).rejects.toThrow('of its own');
  let calls = 0;
  const forbidden = await serving((_, response) => {
    calls += 1;
    response.writeHead(401).end();
  });
  await expect(collect(sse(forbidden, { retry: 1 }))).rejects.toThrow('401');
  expect(calls).toBe(1);
  for (const retry of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => sse('http://127.0.0.1/', { retry })).toThrow('must be in [0, ∞)');
    expect(() => webSocket('ws://127.0.0.1', { policy: 'drop', constructor: WebSocket, retry })).toThrow(
      'must be in [0, ∞)',
    );
  }
});

test('a failing server is called less and less often, and the reason is reported', async () => {
  const calls: number[] = [];
  const reasons: string[] = [];
  const url = await serving((_, response) => {
    calls.push(performance.now());
    if (calls.length < 6) response.writeHead(503).end();
    else response.writeHead(204).end();
  });
  await collect(sse(url, { retry: 4, report: (reason) => reasons.push(reason) }));
  expect(reasons).toHaveLength(5);
  expect(reasons[0]).toContain('the server answered 503');
  // At least half of 4·(2 + 4 + 8 + 16 + 32) ms.
  expect((calls.at(-1) ?? 0) - (calls[0] ?? 0)).toBeGreaterThan(120);
});

test('an outage of a WebSocket is reported once, for any number of attempts', async () => {
  const { sockets, url } = await socketServer();
  const reasons: string[] = [];
  let connections = 0;
  sockets.on('connection', (socket) => {
    connections += 1;
    if (connections === 1 || connections === 6) socket.send('text');
    // Accepted and dropped again, four times.
    if (connections < 6) setTimeout(() => socket.terminate(), 5);
    else socket.close(1008);
  });
  const opened = webSocket(url, {
    policy: { buffer: 99 },
    constructor: WebSocket,
    retry: 1,
    report: (reason) => reasons.push(reason),
  }).open();
  const iterator = opened[Symbol.asyncIterator]();
  const kinds: unknown[] = [];
  const all = (async () => {
    for (;;) {
      const result = await iterator.next();
      if (result.done === true) return;
      kinds.push(...result.value.map(({ value }) => (typeof value === 'string' ? value : 'lost')));
    }
  })();
  // A reason that lasts ends it.
  await expect(all).rejects.toThrow('the server refused to continue, got code 1008');
  expect(kinds).toEqual(['text', 'lost', 'text']);
  expect(reasons).toHaveLength(5);
});

test('released at any turn of the event loop, nothing is left open', async () => {
  const sockets = (): number =>
    process.getActiveResourcesInfo().filter((name) => /TCPSocketWrap|Timeout/.test(name)).length;
  const url = await serving((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const { url: ws } = await socketServer();
  for (const source of [sse(url), webSocket(ws, { policy: 'latest', constructor: WebSocket })])
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21, 50, 200]) {
      const iterator = source.open()[Symbol.asyncIterator]();
      const pending = iterator.next();
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      await iterator.return?.();
      await pending;
    }
  // Connections that the platform keeps for the next request time out by themselves; none is of a reader.
  await vi.waitFor(() => {
    expect(sockets()).toBeLessThan(8);
  }, 5000);
});

test('an invalid WebSocket class is refused, and its errors are reported', async () => {
  for (const options of [{}, { constructor: undefined }, { constructor: 5 }])
    expect(() => webSocket('ws://127.0.0.1:1', { policy: 'drop', ...options } as never)).toThrow(
      /^webSocket: `constructor` must be a WebSocket class, got (?:undefined|5); /,
    );
  const nowhere = webSocket('nonsense', { policy: 'drop', constructor: WebSocket });
  await expect(collect(nowhere)).rejects.toThrow(/^webSocket: cannot connect, got Invalid URL/);
});

test('a class that throws on reconnecting ends the source and not the process', async () => {
  let made = 0;
  class Once {
    binaryType = '';
    constructor() {
      made += 1;
      if (made > 1) throw new Error('no more');
    }
    addEventListener(type: string, listener: (event: never) => void): void {
      if (type === 'open') setTimeout(listener, 1, {});
      if (type === 'close') setTimeout(listener, 5, { code: 1006 });
    }
    close(): void {
      this.binaryType = '';
    }
  }
  const source = webSocket('ws://there', { policy: { buffer: 2 }, constructor: Once, retry: 1 });
  await expect(collect(source)).rejects.toThrow(
    'webSocket: cannot connect, got no more, needed a server at ws://there',
  );
});
