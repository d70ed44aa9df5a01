/**
 * Serving while learning. A thread learns to tell points apart from a stream in which the boundary between them turns;
 * this one answers over HTTP from what has been learned so far:
 *
 *   curl -d '{"points": [[0.5, -1], [2, 1]]}' http://127.0.0.1:8080/predict
 *   curl http://127.0.0.1:8080/metrics
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort } from 'node:worker_threads';
import { either } from 'fp-ts';
import * as t from 'io-ts';
import { adam, binaryCrossEntropy, dense, key, learner, sequential, tanh, tensor } from 'paralens';
import {
  type Counters,
  counters,
  decoder,
  noCounters,
  online,
  parametersMessage,
  type ParametersMessage,
  prometheus,
  PROMETHEUS_TYPE,
  pure,
  served,
  snapshots,
  type Source,
} from 'paralens/online';
import { map, share } from 'rxjs';
import { isStarted } from './data/direct.js';
import { thread } from './data/thread.js';

const Point = t.type({ x: t.tuple([t.number, t.number]), y: t.number }, 'Point');

const points = learner({
  model: sequential(dense(2, 16), tanh(), dense(16, 1)),
  loss: binaryCrossEntropy(),
  update: adam({ learningRate: 0.01 }),
  gradientNorm: true,
});

/** Points of two kinds as lines of JSON, some of them torn, as fast as they are asked for. */
const turning: Source<string, number> = {
  name: 'points',
  position: t.number,
  open: async function* (after = 0) {
    for (let i = after; ; i += 64) {
      // So that this thread hears what it is told, and the example leaves some of the processor to others.
      await new Promise((resolve) => setTimeout(resolve, 2));
      yield Array.from({ length: 64 }, (_, k) => {
        const n = i + k;
        // Low-discrepancy points of the square from −2 to 2.
        const [a, b] = [((n * 0.754_877_67) % 1) * 4 - 2, ((n * 0.569_840_29) % 1) * 4 - 2];
        const angle = n / 1e6;
        const y = a * Math.cos(angle) + b * Math.sin(angle) > 0 ? 1 : 0;
        const line = JSON.stringify({ x: [a, b], y });
        return { value: n % 1000 === 999 ? line.slice(0, 9) : line, position: n + 1 };
      });
    }
  },
  bytesOf: (line) => Buffer.byteLength(line),
};

/** What the thread that learns tells the one that serves. */
type Message = { readonly parameters: ParametersMessage } | { readonly counters: Counters };

const learn = (post: (message: Message, transfer?: readonly ArrayBuffer[]) => void): void => {
  const events = online({
    source: turning,
    decode: decoder(Point),
    examples: pure(({ x, y }: t.TypeOf<typeof Point>) => [{ input: x, target: [y] }]),
    learner: points,
    key: key(1),
    size: 32,
  }).pipe(share());
  events.pipe(counters({ every: 250, source: turning })).subscribe((now) => {
    post({ counters: now });
  });
  events
    .pipe(
      snapshots(points, { every: { ms: 50 } }),
      map((snapshot) => parametersMessage(snapshot)),
    )
    .subscribe(({ message, transfer }) => {
      post({ parameters: message }, transfer);
    });
};

const Request = t.type({ points: t.array(t.tuple([t.number, t.number])) }, 'Request');
/** The longest request, in bytes. */
const LONGEST = 1 << 16;

const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > LONGEST) return undefined;
  }
  return Buffer.concat(parts).toString();
};

const requestOf = (text: string): t.TypeOf<typeof Request> | undefined => {
  try {
    const decoded = Request.decode(JSON.parse(text));
    return either.isRight(decoded) && decoded.right.points.length > 0 ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

/** Starts the thread and the server; port 0 is any that is free. */
export const main = async ({ port = 8080 } = {}) => {
  const service = served(points, points.init(key(1)));
  let watched = noCounters;
  const worker = thread(new URL(import.meta.url));
  const begun = new Promise<void>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: Message) => {
      if ('counters' in message) watched = message.counters;
      else if (either.isRight(service.swap(message.parameters))) resolve();
    });
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method === 'GET' && request.url === '/metrics') {
      response.writeHead(200, { 'content-type': PROMETHEUS_TYPE }).end(prometheus(watched));
      return;
    }
    if (request.method !== 'POST' || request.url !== '/predict') {
      json(404, { error: 'there are POST /predict and GET /metrics' });
      return;
    }
    const body = await bodyOf(request);
    const asked = body === undefined ? undefined : requestOf(body);
    if (asked === undefined) {
      json(400, { error: 'needed {"points": [[a, b], …]}, of at most 64 KiB' });
      return;
    }
    // From here to the answer nothing else happens in this thread, so all of it is of one snapshot.
    const told = service.latest()?.predict(tensor(asked.points.flat(), [asked.points.length, 2]));
    if (told === undefined) json(503, { error: 'nothing has been learned yet' });
    // The network's logits as probabilities.
    else json(200, { ...told, prediction: [...told.prediction.data].map((x) => 1 / (1 + Math.exp(-x))) });
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await begun;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async (): Promise<void> => {
      server.close();
      server.closeAllConnections();
      await worker.terminate();
    },
  };
};

if (!isMainThread)
  learn((message, transfer = []) => {
    parentPort?.postMessage(message, [...transfer]);
  });
else if (isStarted(import.meta.url)) {
  const [, , port = '8080'] = process.argv;
  const { url } = await main({ port: Number(port) });
  console.log(`serving on ${url}`);
}
