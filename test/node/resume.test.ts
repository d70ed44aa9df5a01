/** A run that is killed and goes on from its checkpoint is the run that was not, to the bit. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { either as E } from 'fp-ts';
import fc from 'fast-check';
import { from, lastValueFrom, tap } from 'rxjs';
import { expect, test } from 'vitest';
import {
  adam,
  batchNormalization,
  dense,
  dropout,
  evaluate,
  key,
  learner,
  meanSquaredError,
  relu,
  sequential,
  train,
} from 'paralens';
import { normal } from 'paralens/operation';
import { checkpointing, namedSpecs, namedTensors, restoreTree, structureHash } from 'paralens/online';
import { folderCheckpoints } from 'paralens/node';
import { bitwise } from 'paralens/laws/kit';

const model = sequential(dense(3, 4), batchNormalization(4), relu(), dropout(0.5), dense(4, 1));
const subject = learner({ model, loss: meanSquaredError(), update: adam() });
const batchAt = (i: number) => ({
  input: normal(key(2 * i), [8, 3]),
  target: normal(key(2 * i + 1), [8, 1]),
});
const batchesFrom = (first: number, end: number) =>
  from(Array.from({ length: end - first }, (_, i) => batchAt(first + i)));

const initial = subject.init(key(1));
const structure = structureHash(namedSpecs(initial));
const wanted = { structure, tensors: namedSpecs(initial) };

test('resuming works after any end and any number of saves', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 4 }),
      async (killed, steps) => {
        const folder = await mkdtemp(join(tmpdir(), 'paralens-resume-'));
        const pace = checkpointing({ store: folderCheckpoints(folder), every: { steps } });
        const first = batchesFrom(0, killed).pipe(
          train(subject, { state: initial }),
          tap(({ step, state }) =>
            pace.offer(step, () => ({
              step,
              structure,
              tensors: namedTensors(state),
              data: { position: step },
            })),
          ),
        );
        await lastValueFrom(first);
        await pace.flush();
        const restored = await folderCheckpoints(folder).restore(wanted);
        const checkpoint = E.isRight(restored) ? restored.right.checkpoint : undefined;
        expect(checkpoint?.data).toEqual({ position: killed });
        const state = restoreTree(initial, checkpoint?.tensors ?? {});
        if (E.isLeft(state)) throw new Error(state.left.message);
        const rest = batchesFrom(checkpoint?.step ?? 0, 13).pipe(train(subject, { state: state.right }));
        const whole = batchesFrom(0, 13).pipe(train(subject, { state: initial }));
        const [got, needed] = [await lastValueFrom(rest), await lastValueFrom(whole)];
        expect(bitwise.between(evaluate(got.state), evaluate(needed.state))).toBeUndefined();
        await rm(folder, { recursive: true });
      },
    ),
    { numRuns: 10 },
  );
});
