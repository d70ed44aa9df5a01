/** Hot swap: a thread learns, this one answers; every answer is of one snapshot that was published. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { either } from 'fp-ts';
import { compile, evaluate, tensor } from 'paralens';
import { force } from 'paralens/program';
import { type Answer, hotSwap, type ParametersMessage, restoreTree } from 'paralens/online';
import { afterAll, expect, test } from 'vitest';
import { bundle } from '../../bundle.js';
import { initial, tiny } from '../../stream/tiny.js';

const MS = 50;
const SWAPS = Number(process.env['PARALENS_SWAPS'] ?? 20);
const PER_SECOND = 2000;

const folder = mkdtempSync(join(tmpdir(), 'paralens-swap-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const inputAt = (i: number) => tensor([Math.sin(i), Math.cos(i)], [1, 2]);

interface Answered extends Pick<Answer<unknown>, 'step' | 'checksum'> {
  readonly input: number;
  readonly number: number | undefined;
}

/** Answers so many requests a second, those that are due at once where a timer came late, until told to stop. */
const requests = async (answer: (input: number) => void, isOver: () => boolean): Promise<number> => {
  const began = performance.now();
  let asked = 0;
  while (!isOver()) {
    const due = Math.floor(((performance.now() - began) * PER_SECOND) / 1000);
    for (; asked < due; asked++) answer(asked);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return asked;
};

test('no request fails, and each answer is of one snapshot', async () => {
  const service = hotSwap(tiny, initial);
  const published = new Map<string, ParametersMessage>();
  let over = false;
  await bundle([join(import.meta.dirname, 'swap-worker.ts')], folder);
  const workerData = { given: { ms: MS, swaps: SWAPS } };
  const worker = new Worker(join(folder, 'swap-worker.mjs'), { workerData, execArgv: [] });
  const failed: unknown[] = [];
  const begun = new Promise<void>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: ParametersMessage | 'done') => {
      if (message === 'done') over = true;
      else {
        const swapped = service.swap(message);
        if (either.isLeft(swapped)) failed.push(swapped.left);
        published.set(message.checksum, message);
        resolve();
      }
    });
  });
  await begun;

  const answers: Answered[] = [];
  const asked = await requests(
    (input) => {
      try {
        const answer = service.latest()?.predict(inputAt(input));
        if (answer === undefined) throw new Error('nothing is served');
        const { step, checksum, prediction } = answer;
        answers.push({ input, step, checksum, number: prediction.data[0] });
      } catch (error) {
        failed.push(error);
      }
    },
    () => over,
  );
  await worker.terminate();

  expect(failed).toEqual([]);
  expect(published.size).toBe(SWAPS);
  expect(answers).toHaveLength(asked);
  expect(new Set(answers.map(({ checksum }) => checksum)).size).toBeGreaterThan(1);
  // Recomputed from what was published under the checksum of the answer, by another program than the one that served.
  const predict = compile(tiny.predict);
  const modelOf = new Map(
    [...published].map(([checksum, { step, tensors }]) => {
      const { parameters, buffers } = initial;
      const model = restoreTree({ parameters, buffers }, tensors);
      if (either.isLeft(model)) throw new Error(model.left.message);
      return [checksum, { step, model: model.right }];
    }),
  );
  const wrong = answers.filter(({ input, step, checksum, number }) => {
    const of = modelOf.get(checksum);
    if (of === undefined || of.step !== step) return true;
    const [wanted] = evaluate(predict({ ...force(initial), ...of.model }, inputAt(input))).data;
    return !Object.is(wanted, number);
  });
  expect(wrong).toEqual([]);
});
