/** JetStream with a broker of its own: from any sequence on, and through its death. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkSource, type Medium, type PlacedRecord } from 'paralens/laws';
import { jetStream, type JetStreamPosition } from 'paralens/node';
import type { RawRecord } from 'paralens/online';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesOf, valueOf } from '../laws/subject/file-source.js';
import { collect, listen } from '../node/collect.js';
import { freePort } from './nats-server.js';

/** What the tests use of the packages, to make streams and to fill them; their own types do not compile here. */
interface Admin {
  readonly connection: { readonly close: () => Promise<void>; readonly closed: () => Promise<unknown> };
  readonly publish: (subject: string, text: string | Uint8Array) => Promise<unknown>;
  readonly add: (config: Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly purge: (stream: string, seq: number) => Promise<unknown>;
  readonly remove: (stream: string) => Promise<unknown>;
}

const [TRANSPORT, JETSTREAM]: readonly string[] = ['@nats-io/transport-node', '@nats-io/jetstream'];

let port = 0;
let store = '';
let broker: ChildProcess | undefined;
let admin: Admin;

const start = (): void => {
  broker = spawn('nats-server', ['-js', '-sd', store, '-a', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
};

const kill = async (): Promise<void> => {
  if (broker === undefined) return;
  const ended = once(broker, 'exit');
  broker.kill('SIGKILL');
  await ended;
};

const connected = async (): Promise<Admin> => {
  const { connect } = await import(TRANSPORT ?? '');
  const { jetstream, jetstreamManager } = await import(JETSTREAM ?? '');
  for (;;) {
    try {
      const connection = await connect({ port, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
      const manager = await jetstreamManager(connection);
      const client = jetstream(connection);
      return {
        connection,
        publish: (subject, text) => client.publish(subject, text),
        add: (config) => manager.streams.add(config),
        purge: (stream, seq) => manager.streams.purge(stream, { seq }),
        remove: (stream) => manager.streams.delete(stream),
      };
    } catch {
      await sleep(100);
    }
  }
};

const servers = (): string => `127.0.0.1:${port}`;
const numbers = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

/** Publishes until it is kept: a publication of which nobody knows is sent again under the same id. */
const fill = async (stream: string, texts: readonly string[]): Promise<void> => {
  for (const text of texts) await admin.publish(`${stream}.x`, text);
};

beforeAll(async () => {
  port = await freePort();
  const { mkdtempSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  store = mkdtempSync(`${tmpdir()}/paralens-nats-`);
  start();
  admin = await connected();
});

afterAll(async () => {
  await admin.connection.close();
  await kill();
  const { rmSync } = await import('node:fs');
  rmSync(store, { recursive: true, force: true });
});

const seqOf = (position: JetStreamPosition): number =>
  typeof position === 'number' ? position : position.seq;

let streams = 0;

/** A stream of its own, filled at once or message by message, and a source of it. */
const streamOf = async (
  records: readonly PlacedRecord[],
  later: boolean,
): Promise<Medium<RawRecord, JetStreamPosition>> => {
  const stream = `S${++streams}`;
  await admin.add({ name: stream, subjects: [`${stream}.*`] });
  const fillIt = async (): Promise<void> => {
    for (const record of records) await admin.publish(`${stream}.x`, bytesOf(record));
  };
  const filled = fillIt();
  if (!later) await filled;
  const sockets = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  // Those of other readers close a little later.
  await sleep(20);
  const others = sockets();
  return {
    source: jetStream({ servers: servers(), stream, buffer: 3, follow: later }),
    values: records.map(valueOf),
    held: () => sockets() - others,
    dispose: () => filled,
  };
};

test('source jetStream', async () => {
  const subject = {
    name: 'jetStream',
    medium: (records: readonly PlacedRecord[]) => streamOf(records, false),
    arriving: (records: readonly PlacedRecord[]) => streamOf(records, true),
  };
  await checkSource(subject, { runs: 8 });
});

test('only the messages of a subject, with their sequences in the whole stream', async () => {
  await admin.add({ name: 'A', subjects: ['A.*'] });
  await fill('A', numbers(1, 40));
  await admin.publish('A.y', 'other');
  const other = await collect(jetStream({ servers: servers(), stream: 'A', subject: 'A.y' }));
  expect(other).toEqual([{ value: 'other', position: { created: expect.any(String) as string, seq: 41 } }]);
});

test('a slow consumer holds it back', async () => {
  await admin.add({ name: 'B', subjects: ['B.*'] });
  await fill('B', numbers(1, 3000));
  const listening = listen(jetStream({ servers: servers(), stream: 'B', buffer: 50, follow: true }));
  await listening.until(1);
  await sleep(300);
  const before = listening.all.length;
  // Asked once more, it gives what it had fetched ahead, and no more.
  await listening.until(before + 1);
  expect(listening.all.length - before).toBeLessThanOrEqual(100);
  await listening.until(3000);
  expect(listening.values()).toEqual(numbers(1, 3000));
  await listening.stop();
});

test('a broker that is killed and started again costs no message and repeats none', async () => {
  await admin.add({ name: 'C', subjects: ['C.*'] });
  await fill('C', numbers(1, 100));
  const listening = listen(jetStream({ servers: servers(), stream: 'C', buffer: 20, follow: true }));
  await listening.until(30);
  for (const round of [1, 2]) {
    await kill();
    const waiting = listening.until(100 * round + 50);
    await sleep(400);
    start();
    await admin.connection.close();
    admin = await connected();
    await fill('C', numbers(100 * round + 1, 100 * round + 100));
    await waiting;
  }
  await listening.until(300);
  expect(listening.values()).toEqual(numbers(1, 300));
  expect(listening.all.map(({ position }) => seqOf(position))).toEqual(numbers(1, 300).map(Number));
  await listening.stop();
});

test('it is ended at once, also while the broker is away; what is gone is said', async () => {
  await admin.add({ name: 'D', subjects: ['D.*'] });
  await fill('D', numbers(1, 20));
  await admin.purge('D', 11);
  const [first, second] = await collect(jetStream({ servers: servers(), stream: 'D' }), 5);
  expect(first).toEqual({
    value: { broken: 'lost', text: 'D has removed its messages 6 to 10' },
    position: { created: expect.any(String), seq: 10 },
  });
  expect(second).toMatchObject({ value: '11', position: { seq: 11 } });
  expect((await collect(jetStream({ servers: servers(), stream: 'D' }), 99))[0]?.value).toMatchObject({
    broken: 'lost',
  });
  await expect(collect(jetStream({ servers: servers(), stream: 'none' }))).rejects.toThrow(
    'stream not found',
  );
  const away = jetStream({ servers: '127.0.0.1:1', stream: 'D' });
  await expect(collect(away)).rejects.toThrow(/refused/i);
  const opened = jetStream({ servers: '127.0.0.1:1', stream: 'D', follow: true }).open();
  const waiting = opened[Symbol.asyncIterator]();
  const pending = waiting.next();
  await sleep(50);
  await waiting.return?.();
  expect(await pending).toEqual({ done: true, value: undefined });
});

const isLost = (value: RawRecord): boolean => typeof value === 'object' && value.broken === 'lost';

test('what is removed ahead of a running reader is said once, and how many there were', async () => {
  await admin.add({ name: 'E', subjects: ['E.*'] });
  await fill('E', numbers(1, 300));
  const listening = listen(jetStream({ servers: servers(), stream: 'E', buffer: 10, follow: true }));
  await listening.until(1);
  await admin.purge('E', 251);
  await fill('E', ['301']);
  while (listening.values().at(-1) !== '301') await listening.until(listening.all.length + 1);
  const lost = listening.values().filter(isLost);
  expect(lost).toHaveLength(1);
  const read = listening.values().length - 1;
  expect(JSON.stringify(lost)).toContain(`has removed ${301 - read} of its messages`);
  // All of them, and nothing new.
  const pending = listening.until(listening.all.length + 1);
  await admin.purge('E', 302);
  await fill('E', ['302']);
  await pending;
  expect(listening.values().at(-1)).toBe('302');
  await listening.stop();
});

test('without follow it ends, also if the last messages are removed meanwhile', async () => {
  await admin.add({ name: 'F', subjects: ['F.*'] });
  await fill('F', numbers(1, 100));
  const listening = listen(jetStream({ servers: servers(), stream: 'F', buffer: 5 }));
  await listening.until(1);
  await admin.purge('F', 101);
  await expect(listening.until(101)).rejects.toThrow('ended after');
});

test('a stream that is made anew is another one: for who goes on, and for who is reading', async () => {
  const make = async (from: number, to: number): Promise<void> => {
    await admin.add({ name: 'G', subjects: ['G.*'] });
    await fill('G', numbers(from, to));
  };
  await make(1, 5);
  const listening = listen(jetStream({ servers: servers(), stream: 'G', follow: true }));
  await listening.until(3);
  const position = listening.all[2]?.position;
  await listening.until(5);
  const more = listening.until(15);
  await admin.remove('G');
  await make(11, 19);
  await more;
  expect(listening.values().filter((value) => !isLost(value))).toEqual([
    ...numbers(1, 5),
    ...numbers(11, 19),
  ]);
  await listening.stop();
  const resumed = await collect(jetStream({ servers: servers(), stream: 'G' }), position);
  expect(JSON.stringify(resumed[0]?.value)).toContain('was created again');
  expect(resumed.slice(1).map(({ value }) => value)).toEqual(numbers(11, 19));
  // Said once.
  expect(await collect(jetStream({ servers: servers(), stream: 'G' }), resumed[0]?.position)).toHaveLength(9);
});

test('messages of other subjects are not lost', async () => {
  await admin.add({ name: 'H', subjects: ['H.*'] });
  await admin.publish('H.a', '1');
  await fill('H', numbers(1, 30));
  await admin.publish('H.a', '2');
  const source = jetStream({ servers: servers(), stream: 'H', subject: 'H.a' });
  const all = await collect(source);
  expect(all.map(({ value }) => value)).toEqual(['1', '2']);
  await admin.purge('H', 20);
  expect((await collect(source, all[0]?.position)).map(({ value }) => value)).toEqual(['2']);
});

test('a host that nobody knows is an error also for who follows', async () => {
  const nowhere = jetStream({ servers: 'no-such-host.invalid:4222', stream: 'D', follow: true });
  await expect(collect(nowhere)).rejects.toThrow(/ENOTFOUND|EAI_AGAIN|no-such-host/);
});

test('a wrong password is an error, also for who follows; a broker that is away is waited for, and that is said', async () => {
  const guarded = await freePort();
  const args = ['-js', '-sd', `${store}-guarded`, '-a', '127.0.0.1', '-p', String(guarded), '--user', 'u'];
  const server = spawn('nats-server', [...args, '--pass', 'right'], { stdio: 'ignore' });
  const reasons: string[] = [];
  const source = jetStream({
    servers: `127.0.0.1:${guarded}`,
    stream: 'D',
    follow: true,
    connection: { user: 'u', pass: 'wrong' },
    report: (reason) => reasons.push(reason),
  });
  await expect(collect(source)).rejects.toThrow(/authori[sz]ation/i);
  // It had not begun to listen yet.
  expect(reasons.every((reason) => reason.includes('does not answer'))).toBe(true);
  const ended = once(server, 'exit');
  server.kill();
  await ended;
});
