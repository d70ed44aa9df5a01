/**
 * Online training at speed: NDJSON to a logistic regression in batches of 256, and one record a step from memory through
 * decoding, prequential evaluation and update. Beside the rate stands the processor time of all of the process's
 * threads, which says what a record costs also where the machine is shared.
 *
 *   npm run build:code && node --import tsx test/bench/online.ts
 *
 * It is the built code that is measured. From the sources, `--conditions=source`, tsx names every function when it is
 * made, also the few that a step makes, which costs a step of one record about 5 µs.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as t from 'io-ts';
import { binaryCrossEntropy, dense, key, learner, sgd } from 'paralens';
import { ndjson } from 'paralens/node';
import {
  decoder,
  fadingMean,
  type Fold,
  iterableSource,
  online,
  pure,
  type RawRecord,
  type Source,
  type StepReport,
  type Json,
} from 'paralens/online';
import { lastValueFrom } from 'rxjs';
import { median } from './measure.js';

const Click = t.type({ x: t.array(t.number), y: t.number }, 'Click');
const clicks = learner({
  model: dense(8, 1),
  loss: binaryCrossEntropy(),
  update: sgd({ learningRate: 0.1 }),
});
const examples = pure(({ x, y }: t.TypeOf<typeof Click>) => [{ input: x, target: [y] }]);
const fading = fadingMean();
const prequential: Fold<typeof fading.initial, StepReport, number> = {
  initial: fading.initial,
  step: (state, { loss }) => fading.step(state, loss),
};

const lineOf = (i: number): string => {
  const x = Array.from({ length: 8 }, (_, k) => Number(Math.sin(i * (k + 1)).toFixed(3)));
  return JSON.stringify({ x, y: Number((x[0] ?? 0) > 0) });
};

/** What one run over all records came to. */
interface Round {
  readonly recordsPerSecond: number;
  /** Processor time, in microseconds. */
  readonly perRecord: number;
}

const measure = async <P extends Json>(
  source: Source<RawRecord, P>,
  records: number,
  size: number,
): Promise<Round> => {
  const [begin, before] = [performance.now(), process.cpuUsage()];
  await lastValueFrom(
    online({
      source,
      decode: decoder(Click),
      examples,
      learner: clicks,
      key: key(1),
      size,
      monitors: prequential,
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return {
    recordsPerSecond: (1000 * records) / (performance.now() - begin),
    perRecord: (user + system) / records,
  };
};

const ROUNDS = 9;
const folder = mkdtempSync(join(tmpdir(), 'paralens-bench-'));
const path = join(folder, 'clicks.ndjson');
const count = 400_000;
const lines = Array.from({ length: count }, (_, i) => lineOf(i));
writeFileSync(path, `${lines.join('\n')}\n`);
const few = lines.slice(0, 100_000);
const [batches, single]: [Round[], Round[]] = [[], []];
for (let round = 0; round < ROUNDS; round++) {
  batches.push(await measure(ndjson(path), count, 256));
  single.push(await measure(iterableSource<RawRecord>('memory', few), few.length, 1));
}
rmSync(folder, { recursive: true, force: true });
const rounded = (x: number): string => Math.round(x).toLocaleString('en-US');
const show = (name: string, rounds: readonly Round[]): void => {
  const rates = rounds.map(({ recordsPerSecond }) => recordsPerSecond);
  const times = rounds.map(({ perRecord }) => perRecord);
  const range = `[${rounded(Math.min(...rates))} – ${rounded(Math.max(...rates))}]`;
  const time = `${median(times).toFixed(1)} µs a record, at least ${Math.min(...times).toFixed(1)}`;
  console.log(`| ${name} | ${rounded(median(rates))} records/s ${range} | ${time} |`);
};
show('NDJSON to logistic regression, batches of 256', batches);
show('from memory, one record a step, prequential', single);
