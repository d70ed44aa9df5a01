/** Learns on end in a thread of its own, and posts a snapshot at a pace until there have been so many. */
import { parentPort, workerData } from 'node:worker_threads';
import { tensor, train } from 'paralens';
import { parametersMessage, snapshots } from 'paralens/online';
import { fromPull } from '../../../src/stream/from-pull.js';
import { map, take } from 'rxjs';
import { initial, tiny, type TinyBatch } from '../../stream/tiny.js';

const { ms, swaps } = (workerData as { readonly given: { readonly ms: number; readonly swaps: number } })
  .given;

async function* endless(): AsyncGenerator<TinyBatch> {
  for (let i = 0; ; i++)
    yield {
      input: tensor([Math.sin(i), Math.cos(i), 1, Math.sin(2 * i), 0, 1], [3, 2]),
      target: tensor([Math.cos(i), Math.sin(i), 0.5], [3, 1]),
    };
}

fromPull(endless())
  .pipe(
    train(tiny, { state: initial }),
    snapshots(tiny, { every: { seconds: ms / 1000 } }),
    take(swaps),
    map((snapshot) => parametersMessage(snapshot)),
  )
  .subscribe({
    next: ({ message, transfer }) => parentPort?.postMessage(message, [...transfer]),
    complete: () => parentPort?.postMessage('done'),
  });
