/**
 * A trainer that may be killed at any moment: it goes on from its last checkpoint and ends when its source does. It
 * prints each checkpoint that is kept, and at last what it has come to. Arguments: the folder of checkpoints, then
 * `file PATH` or `jetstream SERVERS`. Losses that are not finite, of records that were spoilt, make it roll back.
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import * as t from 'io-ts';
import { adam, binaryCrossEntropy, dense, key, learner, relu, sequential } from 'paralens';
import { withHyperparameters } from 'paralens/update';
import {
  type Checkpoint,
  decoder,
  type Example,
  type Fold,
  type Json,
  jsonText,
  online,
  pipeFold,
  type RawRecord,
  type Source,
  standardize,
} from 'paralens/online';
import { folderCheckpoints, jetStream, ndjson } from 'paralens/node';
import { lastValueFrom, tap } from 'rxjs';

const Click = t.type({ id: t.number, x: t.array(t.number), y: t.number }, 'Click');
type Click = t.TypeOf<typeof Click>;

/** Sums over the records that each changes in its own way: one that is lost, used twice or out of place shows. */
type Seen = { readonly count: number; readonly sum: number; readonly mixed: number };

const seen: Fold<Seen, Click, Click> = {
  initial: { count: 0, sum: 0, mixed: 0 },
  step: ({ count, sum, mixed }, click) => [
    { count: count + 1, sum: sum + click.id, mixed: (mixed * 31 + click.id) % 4_294_967_291 },
    click,
  ],
};

const scaled = standardize({ clip: 5 });
const asExamples: Fold<typeof scaled.initial, Click, readonly Example[]> = {
  initial: scaled.initial,
  step: (state, { x, y }) => {
    const [next, input] = scaled.step(state, x);
    return [next, [{ input, target: [y] }]];
  },
};

const clicks = learner({
  model: sequential(dense(8, 64), relu(), dense(64, 1)),
  loss: binaryCrossEntropy(),
  update: withHyperparameters(1e-3, (learningRate) => adam({ learningRate })),
});

const [folder = '', kind = 'file', where = ''] = process.argv.slice(2);

/** A source whose position is plain data, whichever it is. */
const opened = <P extends Json>(source: Source<RawRecord, P>) =>
  online({
    source,
    decode: decoder(Click),
    examples: pipeFold(seen, asExamples),
    learner: clicks,
    key: key(1),
    size: 16,
    nonFinite: { rollBack: { steps: 7, rate: 0.9 } },
    checkpoints: { store: folderCheckpoints(folder), every: { steps: 3 } },
  });

const say = (text: string): void => {
  writeSync(1, `${text}\n`);
};

/** The state of a run without its position: files have others when they are copied or rotated. */
const withoutPosition = (data: Json): Json => {
  const { position: _, ...others } = data as { readonly [name: string]: Json };
  return others;
};

/** Everything that a run has come to, wherever its records lie. */
const digest = ({ tensors, data }: Checkpoint): string => {
  const hash = createHash('sha256');
  for (const [name, { data: numbers }] of Object.entries(tensors))
    hash.update(name).update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  return hash.update(jsonText(withoutPosition(data))).digest('hex');
};

let whole: (() => Checkpoint) | undefined;
const events =
  kind === 'file' ? opened(ndjson(where)) : opened(jetStream({ servers: where, stream: 'clicks' }));
await lastValueFrom(
  events.pipe(
    tap((event) => {
      if (event.kind === 'step') whole = event.checkpoint;
      if (event.kind === 'saved') say(`saved ${event.step}`);
      if (event.kind === 'save failed') say(`save failed ${event.step}: ${event.error.message}`);
      if (event.kind === 'resumed') say(`resumed ${event.step}, passed over ${event.passedOver.length}`);
    }),
  ),
  { defaultValue: undefined },
);
const last = whole?.();
if (last !== undefined) say(`done ${last.step} ${jsonText(withoutPosition(last.data))} ${digest(last)}`);
process.exit(0);
