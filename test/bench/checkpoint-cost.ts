/**
 * What a checkpoint a second costs training: a perceptron of 407,050 parameters on batches of 32 with RMSprop, whose
 * state is 3.3 MB. Stretches with and without checkpoints take turns, so that what else a machine does falls on both.
 *
 * `node --conditions=source --import tsx test/bench/checkpoint-cost.ts`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  batches,
  dense,
  key,
  learner,
  relu,
  rmsprop,
  sequential,
  sparseSoftmaxCrossEntropy,
  tensor,
  train,
} from 'paralens';
import { force } from 'paralens/program';
import { uniform } from 'paralens/operation';
import { checkpointing, namedSpecs, namedTensors, structureHash } from 'paralens/online';
import { folderCheckpoints } from 'paralens/node';
import { from } from 'rxjs';
import { median, quantile } from './measure.js';

const [STRETCHES, SECONDS] = [20, 3];

const model = sequential(dense(784, 512), relu(), dense(512, 10));
const subject = learner({ model, loss: sparseSoftmaxCrossEntropy(), update: rmsprop() });
const data = {
  input: uniform(key(2), [3200, 784]),
  target: tensor(
    Array.from({ length: 3200 }, (_, i) => i % 10),
    'int32',
  ),
};
const structure = structureHash(namedSpecs(subject.init(key(1))));
const folder = await mkdtemp(join(tmpdir(), 'paralens-checkpoint-cost-'));
const store = folderCheckpoints(folder);

/** Milliseconds of the main thread that making states took, and of saves from begin to end. */
const [taking, whole]: number[][] = [[], []];

/** Steps a second, and processor time of a step, in a stretch. */
const stretch = (seconds: number | undefined) =>
  new Promise<{ readonly rate: number; readonly cpu: number }>((resolve, reject) => {
    let began = 0;
    const pace = checkpointing({
      store: {
        ...store,
        save: async (checkpoint) => {
          const before = performance.now();
          const result = await store.save(checkpoint);
          whole?.push(performance.now() - before);
          return result;
        },
      },
      ...(seconds === undefined ? {} : { every: { seconds } }),
    });
    let [steps, start, cpu] = [0, 0, process.cpuUsage()];
    const subscription = from(batches(data, { size: 32, epochs: Infinity }))
      .pipe(train(subject, { key: key(1) }))
      .subscribe({
        error: reject,
        next: (each) => {
          if (steps++ === 0) [start, cpu] = [performance.now(), process.cpuUsage()];
          began = performance.now();
          const taken = whole?.length;
          let made = false;
          pace.offer(each.step, () => {
            made = true;
            return { step: each.step, structure, tensors: namedTensors(each.state), data: null };
          });
          if (made && taken !== undefined) taking?.push(performance.now() - began);
          const elapsed = performance.now() - start;
          if (elapsed < 1000 * SECONDS) return;
          subscription.unsubscribe();
          const { user, system } = process.cpuUsage(cpu);
          resolve({ rate: (1000 * steps) / elapsed, cpu: (user + system) / steps });
        },
      });
  });

const without: { rate: number; cpu: number }[] = [];
const withThem: { rate: number; cpu: number }[] = [];
await stretch(undefined);
for (let i = 0; i < STRETCHES; i++) {
  without.push(await stretch(undefined));
  withThem.push(await stretch(1));
}
/** Of each pair of stretches by turns, by how many percent the second lies above the first. */
const changes = (
  of: (stretch: { readonly rate: number; readonly cpu: number }) => number,
): readonly number[] => without.map((before, i) => 100 * (of(withThem[i] ?? before) / of(before) - 1));
const show = (name: string, percents: readonly number[]): void => {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(percents, share).toFixed(1));
  console.log(`${name}: ${middle} % [quartiles ${low} – ${high}]`);
};
console.log(
  `steps a second: ${median(without.map(({ rate }) => rate)).toFixed(0)}; with a checkpoint a second, of ${STRETCHES} pairs of stretches:`,
);
show(
  'steps a second',
  changes(({ rate }) => rate),
);
show(
  'processor time of a step',
  changes(({ cpu }) => cpu),
);
console.log(`taking: median ${median(taking ?? []).toFixed(2)} ms of ${taking?.length}`);
console.log(`saving: median ${median(whole ?? []).toFixed(1)} ms from begin to end`);

/** A save by itself: all the processor time of the process is its own. */
const alone = { step: 0, structure, tensors: namedTensors(force(subject.init(key(1)))), data: null };
const costs: number[] = [];
for (let i = 0; i < 40; i++) {
  const before = process.cpuUsage();
  await store.save({ ...alone, step: i });
  const { user, system } = process.cpuUsage(before);
  costs.push((user + system) / 1000);
}
console.log(`processor time of a save by itself: median ${median(costs).toFixed(1)} ms, of ${costs.length}`);
await rm(folder, { recursive: true, force: true });
