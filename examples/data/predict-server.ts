/** Predictions of points over HTTP, on this machine alone: POST /predict, GET /health, and GET /metrics where there are any. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { either } from 'fp-ts';
import * as t from 'io-ts';
import { PROMETHEUS_TYPE, type HotSwap } from 'paralens/online';
import type { Place, points } from './points.js';

type Input = Parameters<typeof points.predict>[1];
type Prediction = ReturnType<typeof points.predict>;

export interface PredictServerOptions {
  /** Port 0 is any that is free. */
  readonly port: number;
  /** What answers. */
  readonly latest: HotSwap<unknown, Input, Prediction, Place>['latest'];
  /** Why what answers is not learned any further, once it is not: then nothing is answered. */
  readonly stopped?: () => string | undefined;
  /** The text of Prometheus. */
  readonly metrics?: () => string;
}

const Request = t.type({ points: t.array(t.tuple([t.number, t.number])) }, 'Request');
/** The longest request, in bytes and in points. */
const LONGEST = 1 << 16;
const MOST = 256;

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
    if (either.isLeft(decoded)) return undefined;
    const { length } = decoded.right.points;
    return length > 0 && length <= MOST ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

/** Starts the server. */
export const predictServer = async ({
  port,
  latest,
  metrics,
  stopped = () => undefined,
}: PredictServerOptions) => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method === 'GET' && request.url === '/metrics' && metrics !== undefined) {
      response.writeHead(200, { 'content-type': PROMETHEUS_TYPE }).end(metrics());
      return;
    }
    const why = stopped();
    if (request.method === 'GET' && request.url === '/health') {
      if (why === undefined) json(200, { step: latest()?.step ?? 0 });
      else json(503, { error: why });
      return;
    }
    if (request.method !== 'POST' || request.url !== '/predict') {
      json(404, { error: 'there are POST /predict, GET /health and GET /metrics' });
      return;
    }
    const body = await bodyOf(request);
    const asked = body === undefined ? undefined : requestOf(body);
    if (asked === undefined) {
      json(400, { error: 'needed {"points": [[a, b], …]}, at most 256 of them and 64 KiB' });
      return;
    }
    if (why !== undefined) {
      json(503, { error: why });
      return;
    }
    // From here to the answer nothing else happens in this thread, so all of it is of one snapshot.
    const snapshot = latest();
    if (snapshot === undefined) {
      json(503, { error: 'nothing has been learned yet' });
      return;
    }
    // One by one, so that one program answers requests of any size.
    const prediction: number[] = [];
    for (const point of asked.points) {
      const told = snapshot.predictRecord(point);
      if (either.isLeft(told)) {
        json(400, { error: `points: ${told.left}` });
        return;
      }
      // The network's logit as a probability.
      prediction.push(...[...told.right.prediction.data].map((x) => 1 / (1 + Math.exp(-x))));
    }
    json(200, { prediction, step: snapshot.step, checksum: snapshot.checksum });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: (): void => {
      server.close();
      server.closeAllConnections();
    },
  };
};
