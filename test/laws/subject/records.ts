/** Records that are sound and records that are not, streams of numbers, and labels that are late. */
import fc from 'fast-check';
import * as t from 'io-ts';
import type { AdwinOptions, DelayedEvent, RawRecord } from 'paralens/online';
import type { Sampler } from 'paralens/laws';
import type { FoldExample } from 'paralens/laws/kit';

export const reading = t.type({
  id: t.string,
  x: t.array(t.number),
  label: t.union([t.literal('a'), t.literal('b')]),
});

export type Reading = t.TypeOf<typeof reading>;

/** A record, and what it is if it is sound. */
export interface Drawn {
  readonly record: RawRecord;
  readonly sound: Reading | undefined;
}

/** The longest text that the decoder under test parses. */
export const LONGEST = 4000;

const drawReading = ({ value, numbers, integer, pick }: Sampler): Reading => ({
  id: value(fc.string({ unit: 'binary' })),
  // JSON has no −0.
  x: numbers(integer(0, 4), -9, 9).map((x) => x + 0),
  label: pick(['a', 'b']) ?? 'a',
});

type Spoil = (sampler: Sampler, text: string, sound: Reading) => RawRecord;

/** One more field in front of the others. */
const withField = (text: string, field: string): RawRecord => `{${field},${text.slice(1)}`;

const spoils: readonly Spoil[] = [
  ({ integer }, text) => text.slice(0, integer(0, text.length - 1)),
  ({ integer }, text) => text.slice(integer(1, text.length)),
  ({ value }) => value(fc.string({ unit: 'binary' })),
  ({ value }) => value(fc.json()),
  (_, text) => `${text}${text}`,
  (_, text) => `\u{feff}${text}`,
  ({ pick }) => pick(['', ' ', 'null', '[]', '{}', 'NaN', '0', '"', 'undefined']) ?? '',
  ({ pick }, _, sound) =>
    JSON.stringify({
      ...sound,
      ...pick([{ id: 1 }, { x: null }, { x: ['1'] }, { label: 'c' }, { label: {} }]),
    }),
  ({ pick }, _, { id, x, label }) =>
    JSON.stringify(
      pick([
        { id, x },
        { x, label },
        { id, label },
      ]),
    ),
  ({ pick }, text) => withField(text, `"n":${pick(['1e999', '-1e999', '[{"a":1e400}]']) ?? ''}`),
  ({ pick }, text) =>
    withField(text, `"n":${pick(['NaN', 'Infinity', '01', '+1', '.5', '0x1', "'a'"]) ?? ''}`),
  ({ integer, pick }, text) => {
    const [open = '[', close = ']'] =
      pick([
        ['[', ']'],
        ['{"a":', '}'],
      ]) ?? [];
    const depth = integer(33, 500);
    return withField(text, `"deep":${open.repeat(depth)}1${close.repeat(depth)}`);
  },
  ({ integer }) => '['.repeat(integer(1, LONGEST)),
  ({ pick }, text) =>
    withField(
      text,
      pick([
        '"__proto__":{"polluted":true}',
        String.raw`"\u005f_proto__":{"polluted":true}`,
        '"a":[{"__proto__":null}]',
        '"constructor":{"prototype":{"polluted":true}}',
      ]) ?? '',
    ),
  ({ integer }, text) => withField(text, `"long":"${'m'.repeat(integer(LONGEST, LONGEST + 9))}"`),
  ({ pick }, text) => ({
    broken: pick(['not UTF-8', 'too long', 'lost'] as const) ?? 'lost',
    text: text.slice(0, 20),
  }),
  (_, text) => text.replace('"id":"', '"id":"\u0000\n'),
];

/** Records of which about half are unsound, each in one of many ways. */
export const drawRecords = (sampler: Sampler): readonly Drawn[] =>
  Array.from({ length: sampler.integer(30, 60) }, () => {
    const sound = drawReading(sampler);
    const text = JSON.stringify(sound);
    const spoil = sampler.pick([...spoils, undefined, undefined, undefined, undefined]);
    return spoil === undefined
      ? { record: text, sound }
      : { record: spoil(sampler, text, sound), sound: undefined };
  });

/** Records of a few columns; some columns lie far away from 0. */
export const drawMoments = (sampler: Sampler): FoldExample<readonly number[]> => {
  const far = sampler.pick([0, 0, 100, 1e6]) ?? 0;
  const columns = sampler.integer(1, 3);
  const values = Array.from({ length: sampler.integer(0, 30) }, () =>
    sampler.numbers(columns, -4, 4).map((x) => x + far),
  );
  return { values, cut: sampler.integer(0, values.length) };
};

/** Whole numbers, whose mean jumps once, and an ADWIN that looks often. */
export const drawStream = (
  sampler: Sampler,
): { readonly numbers: readonly number[]; readonly options: Required<AdwinOptions> } => {
  const count = sampler.integer(0, 120);
  const jump = sampler.integer(0, count);
  const bits = sampler.integers(count, 0, 3);
  return {
    numbers: bits.map((bit, i) => Number(i < jump ? bit === 0 : bit > 0)),
    options: {
      delta: sampler.pick([0.002, 0.05, 0.5]) ?? 0.1,
      range: 1,
      clock: sampler.integer(1, 8),
      buckets: sampler.integer(2, 5),
      shortest: sampler.integer(1, 5),
      direction: sampler.pick(['up', 'down', 'both'] as const) ?? 'up',
    },
  };
};

export interface Late {
  readonly events: readonly DelayedEvent<number, number>[];
  readonly bound: number;
  readonly span: number;
}

/** Predictions and labels of a few keys; times go forward, mostly. */
export const drawLate = (sampler: Sampler): Late => ({
  events: Array.from({ length: sampler.integer(0, 60) }, (_, i) => ({
    kind: sampler.pick(['prediction', 'prediction', 'label'] as const) ?? 'label',
    key: `${sampler.integer(0, 15)}`,
    value: i,
    at: i + sampler.integer(-3, 3),
  })),
  bound: sampler.integer(1, 12),
  span: sampler.pick([5, 20, Number.POSITIVE_INFINITY]) ?? 20,
});
