/** Predictions of points over HTTP, on this machine alone: POST /predict, and GET /metrics where there are any. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { either } from 'fp-ts';
import * as t from 'io-ts';
import { tensor } from 'paralens';
import { PROMETHEUS_TYPE, type Served } from 'paralens/online';
import type { points } from './points.js';

type Input = Parameters<typeof points.predict>[1];
type Prediction = ReturnType<typeof points.predict>;

export interface PredictServerOptions {
  /** Port 0 is any that is free. */
  readonly port: number;
  /** What answers. */
  readonly latest: Served<unknown, Input, Prediction>['latest'];
  /** The text of Prometheus. */
  readonly metrics?: () => string;
}

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

/** The points, filled up to a power of two: a program is compiled for each shape, and so for few of them. */
const padded = (points: readonly (readonly number[])[]): Input => {
  const rows = 2 ** Math.ceil(Math.log2(points.length));
  return tensor(
    [...points.flat(), ...Array.from({ length: 2 * (rows - points.length) }, () => 0)],
    [rows, 2],
  );
};

/** Starts the server. */
export const predictServer = async ({ port, latest, metrics }: PredictServerOptions) => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method === 'GET' && request.url === '/metrics' && metrics !== undefined) {
      response.writeHead(200, { 'content-type': PROMETHEUS_TYPE }).end(metrics());
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
    const told = latest()?.predict(padded(asked.points));
    if (told === undefined) json(503, { error: 'nothing has been learned yet' });
    // The network's logits as probabilities.
    else
      json(200, {
        ...told,
        prediction: Array.from(
          told.prediction.data.slice(0, asked.points.length),

          (x) => 1 / (1 + Math.exp(-x)),
        ),
      });
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
