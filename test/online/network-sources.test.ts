/** Sources over the network, each with a server of its own: server-sent events and WebSockets. */
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { sse, webSocket } from 'paralens/online';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { eventParser } from '../../src/online/event-stream.js';
import { collect, listen } from '../node/collect.js';

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

test('the events of a text do not depend on the pieces it comes in', () => {
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

test('events over connections that end: each call goes on behind the last event', async () => {
  const calls: string[] = [];
  const source = sse(await serving(server(7, 3, calls)), { retry: 1 });
  const all = await collect(source);
  expect(all).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((i) => ({ value: { type: 'message', data: String(i) }, position: String(i) })),
  );
  expect(calls).toEqual(['0', '3', '6', '7']);
});

test('a refusal is an error, a failure is tried again, an event too long is broken', async () => {
  const refused = await serving((_, response) => response.writeHead(404).end());
  await expect(collect(sse(refused))).rejects.toThrow('an answer of');
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

test('events end at once, while they are waited for and while it waits to call again', async () => {
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

test('messages of a WebSocket are counted; a lost connection is said and made anew; 1000 is the end', async () => {
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
      text: `the connection to ${url} was lost (code 1006): what it sent until the next one is missing`,
    },
    'text 2',
    Uint8Array.of(1, 2).buffer,
  ]);
});

test('a WebSocket is refused where nobody answers', async () => {
  const nobody = webSocket('ws://127.0.0.1:1', { policy: 'drop', constructor: WebSocket });
  await expect(collect(nobody)).rejects.toThrow('webSocket: no connection, got code 1006');
});
