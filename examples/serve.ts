/**
 * Serving while learning. A thread learns to tell points apart from a stream in which the boundary between them turns;
 * this one answers over HTTP from what has been learned so far:
 *
 *   curl -d '{"points": [[0.5, -1], [2, 1]]}' http://127.0.0.1:8080/predict
 *   curl http://127.0.0.1:8080/health
 *   curl http://127.0.0.1:8080/metrics
 *
 * Points come in raw: their numbers are standardized by what has been seen so far, and a point that is to be answered by
 * the means and deviations of the very step whose parameters answer it.
 */
import { isMainThread, parentPort } from 'node:worker_threads';
import { either } from 'fp-ts';
import * as t from 'io-ts';
import { key } from 'paralens';
import {
  type Counters,
  counters,
  decoder,
  noCounters,
  online,
  parametersMessage,
  type ParametersMessage,
  prometheus,
  hotSwap,
  snapshots,
  type Source,
} from 'paralens/online';
import { map, share } from 'rxjs';
import { isStarted } from './data/direct.js';
import { examples, inputs, lineOf, Point, points } from './data/points.js';
import { predictServer } from './data/predict-server.js';
import { thread } from './data/thread.js';

/** The lines without end. */
const turning: Source<string, number> = {
  name: 'points',
  position: t.number,
  open: async function* (after = 0) {
    for (let i = after; ; i += 64) {
      // So that this thread hears what it is told, and the example leaves some of the processor to others.
      await new Promise((resolve) => setTimeout(resolve, 2));
      yield Array.from({ length: 64 }, (_, k) => ({ value: lineOf(i + k), position: i + k + 1 }));
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
    examples,
    learner: points,
    key: key(1),
    size: 32,
  }).pipe(share());
  events.pipe(counters({ every: { seconds: 0.25 }, source: turning })).subscribe((now) => {
    post({ counters: now });
  });
  events
    .pipe(
      snapshots(points, { every: { seconds: 0.05 }, inputs }),
      map((snapshot) => parametersMessage(snapshot)),
    )
    .subscribe(({ message, transfer }) => {
      post({ parameters: message }, transfer);
    });
};

/** Starts the thread and the server; port 0 is any that is free. */
export const main = async ({ port = 8080 } = {}) => {
  const service = hotSwap(points, points.init(key(1)), { inputs });
  let watched = noCounters;
  let stopped: string | undefined;
  const worker = thread(new URL(import.meta.url));
  await new Promise<void>((resolve, reject) => {
    worker.on('error', (error) => {
      stopped ??= `the thread that learns has failed: ${error.message}`;
      reject(error);
    });
    worker.on('exit', () => {
      stopped ??= 'the thread that learns has ended';
    });
    worker.on('message', (message: Message) => {
      if ('counters' in message) watched = message.counters;
      else if (either.isRight(service.swap(message.parameters))) resolve();
    });
  });
  const { url, close } = await predictServer({
    port,
    latest: service.latest,
    stopped: () => stopped,
    metrics: () => prometheus(watched),
  });
  return {
    url,
    /** Ends the thread that learns, and nothing else: from then on nothing is answered. */
    stopLearning: () => worker.terminate(),
    close: async (): Promise<void> => {
      close();
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
