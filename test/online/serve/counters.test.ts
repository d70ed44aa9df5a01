/** Counters: the same whatever the looks, and a text that says nothing else than they do. */
import fc from 'fast-check';
import { either } from 'fp-ts';
import * as t from 'io-ts';
import { dense, key, learner, meanSquaredError, sgd } from 'paralens';
import {
  type Counters,
  counters,
  decoder,
  iterableSource,
  noCounters,
  online,
  prometheus,
  pure,
  type RawRecord,
  snapshots,
  type Source,
} from 'paralens/online';
import { lastValueFrom, of, tap, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { meter } from '../../../src/online/run/meter.js';

const Point = t.type({ x: t.tuple([t.number, t.number]), y: t.number }, 'Point');

const lines = (texts: readonly string[]): Source<RawRecord, number> => ({
  name: 'lines',
  position: t.number,
  open: async function* (after = 0) {
    yield texts.slice(after).map((text, i) => ({ value: text, position: after + i + 1 }));
  },
  bytesOf: (line) => Buffer.byteLength(typeof line === 'string' ? line : line.text),
  behind: async (position) => ({ amount: texts.length - (position ?? 0), unit: 'records' }),
});

const points = learner({
  model: dense(2, 1),
  loss: meanSquaredError(),
  update: sgd({ learningRate: 0.01 }),
  gradientNorm: true,
});

const runOf = (source: Source<RawRecord, number>) =>
  online({
    source,
    decode: decoder(Point),
    examples: pure(({ x, y }: t.TypeOf<typeof Point>) => [{ input: x, target: [y] }]),
    learner: points,
    key: key(1),
    size: 2,
    nonFinite: 'skip',
  });

const good = fc
  .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }))
  .map(([a, b]) => JSON.stringify({ x: [a, b], y: a }));
const texts = fc.array(
  fc.oneof(good, good, fc.constant('no record'), fc.constant('{"x":[1e38,1e38],"y":0}')),
);

describe('counters', () => {
  test('count the events of the run', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (all) => {
        const source = lines(all);
        const events = await lastValueFrom(runOf(source).pipe(toArray()));
        const looks = await lastValueFrom(
          runOf(source).pipe(counters({ every: { seconds: 0.001 }, source }), toArray()),
        );
        const now = looks.at(-1) ?? noCounters;
        const steps = events.flatMap((event) => (event.kind === 'step' ? [event] : []));
        const last = steps.at(-1);
        const lossSum = steps.reduce((sum, { loss, examples }) => sum + loss * examples, 0);
        const number = (kind: string) => events.filter((event) => event.kind === kind).length;
        expect(now).toMatchObject({
          batches: steps.length,
          examples: steps.reduce((sum, { examples }) => sum + examples, 0),
          deadLetters: number('dead letter'),
          skipped: number('skipped'),
          lossSum,
          counts: last?.counts ?? noCounters.counts,
          metrics: last?.metrics ?? {},
          saved: 0,
        });
        if (now.position !== null)
          expect(now.lag).toEqual({ amount: all.length - Number(now.position), unit: 'records' });
        // Windows of the looks are the whole: each is the mean of what came since the one before it.
        let [seen, sum] = [0, 0];
        for (const { loss, examples } of looks) {
          if (examples > seen) sum += loss * (examples - seen);
          seen = examples;
        }
        expect(sum).toBeCloseTo(lossSum, 3);
        const bytes = all.reduce((total, text) => total + Buffer.byteLength(text), 0);
        if (steps.length > 0) expect(now.spent.bytes).toBe(bytes);
      }),
      { numRuns: 25 },
    );
  });

  test('have no lag if the source does not know it', async () => {
    const source: Source<RawRecord, number> = {
      ...lines(['no record']),
      behind: () => Promise.reject(new Error('away')),
    };
    const looks = await lastValueFrom(
      runOf(source).pipe(counters({ every: { seconds: 0.001 }, source }), toArray()),
    );
    expect(looks).toMatchObject([{ deadLetters: 1, lag: undefined }]);
  });

  test('refuse an invalid interval', () => {
    expect(() => counters({ every: { seconds: 0 } })).toThrow(
      'counters: `every.seconds` must be in (0, ∞), got 0',
    );
  });

  test('of nothing are none', async () => {
    expect(await lastValueFrom(of().pipe(counters({ every: { seconds: 0.001 } }), toArray()))).toEqual([]);
  });
});

test('all time of a meter belongs to a stage', () => {
  const stages = fc.constantFrom('reading', 'preparing', 'learning', 'held');
  fc.assert(
    fc.property(fc.array(fc.tuple(stages, fc.nat({ max: 1000 }))), (turns) => {
      let now = 5;
      const watch = meter(() => now);
      const wanted = { reading: 0, preparing: 0, learning: 0, held: 0, bytes: 0 };
      for (const [stage, ms] of turns) {
        watch.to(stage);
        now += ms;
        wanted[stage] += ms;
        watch.receive(ms);
        wanted.bytes += ms;
      }
      watch.to('held');
      expect(watch.spent()).toEqual(wanted);
    }),
  );
});

describe('the text of Prometheus', () => {
  /** A reader of the format, written from its description. */
  const read = (text: string) => {
    const types = new Map<string, string>();
    const samples: { name: string; labels: Record<string, string>; value: number }[] = [];
    expect(text.endsWith('\n')).toBe(true);
    for (const line of text.slice(0, -1).split('\n')) {
      const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge)$/.exec(line);
      if (type !== null) types.set(type[1] ?? '', type[2] ?? '');
      if (line.startsWith('#')) continue;
      const [, name = '', inside, number = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      expect(types.has(name)).toBe(true);
      const labels: Record<string, string> = {};
      for (const [, label = '', value = ''] of (inside ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
        labels[label] = value.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
      samples.push({ name, labels, value: Number(number.replace('Inf', 'Infinity')) });
    }
    return { types, samples };
  };

  test('contains every counter and label, with any characters', () => {
    const value = fc.double();
    fc.assert(
      fc.property(
        fc.record({ records: value, loss: value, norm: value, reading: value }),
        fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\u2028\u2029]/.test(text)),
        ({ records, loss, norm, reading }, run) => {
          const now: Counters = {
            ...noCounters,
            counts: { ...noCounters.counts, records },
            loss,
            metrics: { gradientNorm: norm, [run]: 1 },
            spent: { ...noCounters.spent, reading },
            lag: { amount: 3, unit: 'bytes' },
          };
          const { types, samples } = read(prometheus(now, { run, other: `"${run}\\` }));
          const of = (name: string, more: Record<string, string> = {}) =>
            samples.find(
              (sample) =>
                sample.name === name &&
                Object.entries(more).every(([label, text]) => sample.labels[label] === text),
            )?.value;
          expect(of('paralens_records_total')).toEqual(records + 0);
          expect(of('paralens_loss')).toEqual(loss + 0);
          expect(of('paralens_metric', { name: 'gradientNorm' })).toEqual(norm + 0);
          expect(of('paralens_metric', { name: run })).toBe(1);
          expect(of('paralens_stage_seconds_total', { stage: 'reading' })).toEqual(reading / 1000 + 0);
          expect(of('paralens_lag', { unit: 'bytes' })).toBe(3);
          for (const { labels } of samples) expect(labels).toMatchObject({ run, other: `"${run}\\` });
          for (const [name, type] of types) expect(type === 'counter').toBe(name.endsWith('_total'));
        },
      ),
    );
  });

  test('is this before the first event', () => {
    expect(prometheus(noCounters).split('\n').slice(0, 6)).toEqual([
      '# HELP paralens_step Steps of the run, resumed or not.',
      '# TYPE paralens_step gauge',
      'paralens_step 0',
      '# HELP paralens_records_total Records read since the start of the run.',
      '# TYPE paralens_records_total counter',
      'paralens_records_total 0',
    ]);
    // What has no samples is left out.
    expect(prometheus(noCounters)).not.toContain('paralens_lag');
  });
});

const single = learner({ model: dense(1, 1), loss: meanSquaredError(), update: sgd() });

test('the last counters and snapshot of a failing run come before its error', async () => {
  const run = online({
    source: iterableSource('numbers', [1, 2, 3, Number.POSITIVE_INFINITY]),
    decode: ({ value }) => either.right(value),
    examples: pure((x: number) => [{ input: [x / 10], target: [x] }]),
    learner: single,
    key: key(1),
    size: 1,
  });
  const seen: number[] = [];
  const source = { position: t.number, behind: async () => ({ amount: 0, unit: 'records' as const }) };
  const looks = run.pipe(
    counters({ every: { seconds: 60 }, source }),
    tap(({ step }) => seen.push(step)),
  );
  await expect(lastValueFrom(looks)).rejects.toThrow('step 4');
  expect(seen).toEqual([1, 3]);
  for (const every of [{ seconds: 60 }, { steps: 2 }]) {
    const steps: number[] = [];
    const made = run.pipe(
      snapshots(single, { every }),
      tap(({ step }) => steps.push(step)),
    );
    await expect(lastValueFrom(made)).rejects.toThrow('step 4');
    expect(steps.at(-1)).toBe(3);
  }
});
