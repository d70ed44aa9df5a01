/** Counters in the text format of Prometheus. */
import { fail } from '../../error.js';
import type { Counters } from './counters.js';

export type Labels = Readonly<Record<string, string>>;

/** One metric family: its name, its help text, and its samples with labels. */
interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly (readonly [value: number, labels?: Labels])[];
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`);

const numberText = (value: number): string => {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
};

const labelsText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', String.raw`\"`)}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join()}}`;
};

const familyText = ({ name, type, help, samples }: Family, common: Labels): string =>
  [
    `# HELP ${name} ${escaped(help)}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(
      ([value, labels]) => `${name}${labelsText({ ...common, ...labels })} ${numberText(value)}`,
    ),
  ].join('\n');

const familiesOf = ({
  step,
  counts,
  batches,
  examples,
  lossSum,
  loss,
  metrics,
  skipped,
  saved,
  saveFailed,
  spent: { bytes, ...stages },
  lag,
}: Counters): readonly Family[] => {
  const family = (
    name: string,
    type: Family['type'],
    help: string,
    ...samples: Family['samples']
  ): Family => ({ name: `paralens_${name}`, type, help, samples });
  return [
    family('step', 'gauge', 'Steps of the run, resumed or not.', [step]),
    family('records_total', 'counter', 'Records read since the start of the run.', [counts.records]),
    family('bad_records_total', 'counter', 'Records among them that could not be decoded.', [counts.bad]),
    family('skipped_examples_total', 'counter', 'Examples of skipped steps.', [counts.skipped]),
    family('batches_total', 'counter', 'Steps taken by this process.', [batches]),
    family('examples_total', 'counter', 'Examples trained on by this process.', [examples]),
    family('bytes_total', 'counter', 'Bytes of the records read by this process.', [bytes]),
    family(
      'loss_sum_total',
      'counter',
      'Sum of the losses of all examples; divided by examples_total the mean.',
      [lossSum],
    ),
    family('loss', 'gauge', 'Mean loss of the examples since the last report.', [loss]),
    family(
      'metric',
      'gauge',
      'Metrics of the newest step; gradientNorm is the norm of its gradient.',
      ...Object.entries(metrics).map(([name, value]) => [value, { name }] as const),
    ),
    family(
      'skipped_steps_total',
      'counter',
      'Steps skipped because the loss or the gradient was not finite or exceeded its limit.',
      [skipped],
    ),
    family(
      'checkpoints_total',
      'counter',
      'Checkpoints by result.',
      [saved, { result: 'saved' }],
      [saveFailed, { result: 'save failed' }],
    ),
    family(
      'stage_seconds_total',
      'counter',
      'Seconds by stage.',
      ...Object.entries(stages).map(([stage, ms]) => [ms / 1000, { stage }] as const),
    ),
    family(
      'lag',
      'gauge',
      'Lag of the run behind its source.',
      ...(lag === undefined ? [] : [[lag.amount, { unit: lag.unit }] as const]),
    ),
  ];
};

/** The content type of the text. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Writes counters in the text format of Prometheus, with these labels on every sample. Names of labels consist of
 * letters, digits and underscores; values are any text. Throws if the name of a label is invalid.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4.
 *
 * @example
 * prometheus(noCounters, { run: 'clicks' }).split('\n')[2]; // 'paralens_step{run="clicks"} 0'
 */
export const prometheus = (counters: Counters, labels: Labels = {}): string => {
  const wrong = Object.keys(labels).find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (wrong !== undefined)
    fail({
      operation: 'prometheus',
      what: 'the name of a label is not valid',
      got: JSON.stringify(wrong),
      needed: 'letters, digits and underscores, not starting with a digit',
    });
  return familiesOf(counters)
    .filter(({ samples }) => samples.length > 0)
    .map((family) => `${familyText(family, labels)}\n`)
    .join('');
};
