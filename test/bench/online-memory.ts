/**
 * Whether memory stays flat: over ten million records from a source a hundred times as fast as the step, and over an
 * hour's worth of batches, a hundred a second, replayed.
 *
 *   nice -n 10 node --expose-gc --conditions=source --import tsx test/bench/online-memory.ts [--records n] [--batches n]
 *
 * The run is one as in production: one record a step through decoding, features, update and monitors (a fading mean and
 * ADWIN), one record in a hundred a dead letter, a checkpoint a second on a disk. It is looked at a hundred times, behind
 * a full collection; the growth is from the mean of the second tenth, behind warming up, to that of the last. Of the
 * source it is counted how far ahead of the run it ever was. `most rss` is the most that was resident between two looks.
 * What V8 compiles is told by itself: it goes on for as long as functions become hot, those of one call a second late.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { getHeapCodeStatistics } from 'node:v8';
import * as t from 'io-ts';
import {
  binaryCrossEntropy,
  dense,
  key,
  learner,
  rmsprop,
  sequential,
  sgd,
  sigmoid,
  sparseSoftmaxCrossEntropy,
  type Step,
  tensor,
  train,
} from 'paralens';
import { force } from 'paralens/program';
import { uniform } from 'paralens/operation';
import {
  adwin,
  counters,
  decoder,
  fadingMean,
  folds,
  fromPull,
  online,
  pipeFold,
  pure,
  type RawRecord,
  type Received,
  type Source,
  standardize,
  type StepReport,
} from 'paralens/online';
import { folderCheckpoints } from 'paralens/node';
import { lastValueFrom, share, tap } from 'rxjs';
import { machineLine, showNumber } from './table.js';

const { values: given } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    batches: { type: 'string', default: '360000' },
  },
});
const [RECORDS, BATCHES] = [Number(given.records), Number(given.batches)];
const SAMPLES = 100;

const { gc } = globalThis;
if (gc === undefined) throw new Error('run it with --expose-gc: see the head of this file');

const kinds = ['heapUsed', 'of it code', 'external', 'arrayBuffers', 'rss', 'most rss'] as const;

/** Looks at the process after so many of a whole, a hundred times, and tells what was seen. */
const watching = (whole: number) => {
  // Held from the beginning, so that looking does not grow itself.
  const samples = new Float64Array(SAMPLES * kinds.length);
  let taken = 0;
  let most = 0;
  return {
    at: (done: number): void => {
      if (done % 1000 === 0) most = Math.max(most, process.memoryUsage.rss());
      if (done < ((taken + 1) * whole) / SAMPLES) return;
      // Twice: what the first one lets go of outside of the heap is given back by the second.
      gc();
      gc();
      const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
      const { code_and_metadata_size: code, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics();
      samples.set([heapUsed, code + bytecode, external, arrayBuffers, rss, most], taken * kinds.length);
      taken += 1;
      most = 0;
    },
    print: (): void => {
      const mean = (kind: number, tenth: number): number => {
        const rows = Array.from({ length: SAMPLES / 10 }, (_, i) => (tenth * SAMPLES) / 10 + i);
        return rows.reduce((sum, row) => sum + (samples[row * kinds.length + kind] ?? 0), 0) / rows.length;
      };
      const line = (name: string, show: (kind: number) => string): void => {
        console.log(`| ${name} | ${kinds.map((_, kind) => show(kind)).join(' | ')} |`);
      };
      console.log(`| tenth | ${kinds.join(', MB | ')}, MB |\n| --- |${' --- |'.repeat(kinds.length)}`);
      for (let tenth = 0; tenth < 10; tenth++)
        line(`${tenth + 1}`, (kind) => (mean(kind, tenth) / 2 ** 20).toFixed(2));
      line('second to last', (kind) => {
        const percent = 100 * (mean(kind, 9) / mean(kind, 1) - 1);
        return `${percent >= 0 ? '+' : ''}${percent.toFixed(2)} %`;
      });
      console.log('');
    },
  };
};

const lineOf = (i: number): string => {
  // One in a hundred is none: cut in the middle, or of another shape.
  if (i % 100 === 50) return i % 200 === 50 ? '{"x":[0.1,0.2' : '{"x":"none","y":1}';
  const x = Array.from({ length: 8 }, (_, k) => Number(Math.sin(i * (k + 1)).toFixed(3)));
  return JSON.stringify({ x, y: Number((x[0] ?? 0) > 0) });
};
const lines = Array.from({ length: 10_000 }, (_, i) => lineOf(i));
const CHUNK = 1024;

/** Records that are there at once, in arrays, each under its number. It counts what it has handed out. */
const fastSource = (handedOut: { count: number }): Source<RawRecord, number> => ({
  name: 'memory',
  position: t.number,
  open: (after = 0) => ({
    [Symbol.asyncIterator]: () => {
      let position = after;
      return {
        next: (): Promise<IteratorResult<readonly Received<RawRecord, number>[], undefined>> => {
          if (position >= RECORDS) return Promise.resolve({ done: true, value: undefined });
          const records: Received<RawRecord, number>[] = [];
          const end = Math.min(position + CHUNK, RECORDS);
          while (position < end) {
            const value = lines[position % lines.length] ?? '';
            position += 1;
            records.push({ value, position });
          }
          handedOut.count += records.length;
          return Promise.resolve({ done: false, value: records });
        },
        return: () => Promise.resolve({ done: true, value: undefined }),
      };
    },
  }),
});

/** Records a second of the source alone. */
const sourceRate = async (): Promise<number> => {
  const begin = performance.now();
  let last = 0;
  for await (const records of fastSource({ count: 0 }).open()) last = records.at(-1)?.position ?? last;
  return (1000 * last) / (performance.now() - begin);
};

const Click = t.type({ x: t.array(t.number), y: t.number }, 'Click');
type Clicked = t.TypeOf<typeof Click>;
const standard = standardize({ clip: 5 });
const [fading, detector] = [fadingMean(), adwin({ range: 10 })];
const monitors = pipeFold(
  pure(({ loss }: StepReport) => loss),
  folds({ fading, detector }),
);

const records = async (folder: string): Promise<void> => {
  const alone = await sourceRate();
  const handedOut = { count: 0 };
  const watch = watching(RECORDS);
  let [ahead, letters, kept, began] = [0, 0, 0, 0];
  const run = online({
    source: fastSource(handedOut),
    decode: decoder(Click),
    examples: {
      initial: standard.initial,
      step: (moments: typeof standard.initial, { x, y }: Clicked) => {
        const [next, input] = standard.step(moments, x);
        return [next, [{ input, target: [y] }]] as const;
      },
    },
    learner: learner({
      model: dense(8, 1),
      loss: binaryCrossEntropy(),
      update: sgd({ learningRate: 0.01 }),
    }),
    key: key(1),
    size: 1,
    monitors,
    checkpoints: { store: folderCheckpoints(folder), every: { seconds: 1 } },
  }).pipe(
    tap((event) => {
      if (event.kind === 'dead letter') letters += 1;
      if (event.kind === 'saved') kept += 1;
      if (event.kind !== 'step') return;
      if (began === 0) began = performance.now();
      ahead = Math.max(ahead, handedOut.count - event.counts.records);
      watch.at(event.counts.records);
    }),
    share(),
  );
  const last = await lastValueFrom(run.pipe(counters({ every: { seconds: 1 } })));
  const rate = (1000 * last.counts.records) / (performance.now() - began);
  console.log(`\n${showNumber(last.counts.records)} records, one a step`);
  console.log(
    `source alone ${showNumber(alone)} records/s, run ${showNumber(rate)}: ${showNumber(alone / rate)} times as fast; ` +
      `at most ${ahead} records ahead; ${letters} dead letters, ${kept} checkpoints, loss ${showNumber(last.loss)}\n`,
  );
  watch.print();
};

/** An hour at a hundred batches a second, as fast as they go; some states are read, at once and when the run has gone on. */
const hour = async (): Promise<void> => {
  const digits = learner({
    model: sequential(dense(64, 32), sigmoid(), dense(32, 10)),
    loss: sparseSoftmaxCrossEntropy(),
    update: rmsprop(),
  });
  const minute = Array.from({ length: 600 }, (_, i) => ({
    input: force(uniform(key(i), [32, 64])),
    target: tensor(
      Array.from({ length: 32 }, (_, k) => (i + k) % 10),
      'int32',
    ),
  }));
  async function* replayed() {
    for (let i = 0; i < BATCHES; i++) yield* minute.slice(i % minute.length, (i % minute.length) + 1);
  }
  const watch = watching(BATCHES);
  const begin = performance.now();
  let late: Step<ReturnType<typeof digits.init>> | undefined;
  let read = 0;
  const last = await lastValueFrom(
    fromPull(replayed()).pipe(
      train(digits, { key: key(1) }),
      tap((step) => {
        if (step.step % 1000 === 0) late = step;
        if (step.step % 1000 === 30 && late !== undefined) read += Number(late.state !== step.state);
        watch.at(step.step);
      }),
    ),
  );
  const rate = (1000 * last.step) / (performance.now() - begin);
  console.log(
    `${showNumber(last.step)} batches of 32, ${showNumber(rate)} a second, ${read} states read late`,
  );
  watch.print();
};

console.log(machineLine());
const folder = await mkdtemp(join(tmpdir(), 'paralens-memory-'));
await records(folder);
await rm(folder, { recursive: true, force: true });
await hour();
