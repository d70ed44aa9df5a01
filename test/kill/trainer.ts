/**
 * A trainer that may be killed at any moment: it goes on from its last checkpoint and ends when its source does. It
 * prints each checkpoint that is kept, and at last what it has come to. Arguments: the folder of checkpoints, then
 * `file PATH` or `jetstream PORT RECORDS`.
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import * as t from 'io-ts';
import { adam, binaryCrossEntropy, dense, evaluate, key, learner, leaves, relu, sequential, type Tensor } from 'paralens';
import { folderCheckpoints } from 'paralens/node';
import { andThenFold, decoder, type Example, type Fold, online, standardize } from 'paralens/online';
import { lastValueFrom, tap } from 'rxjs';
import { sourceOf } from './source.js';

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

const model = sequential(dense(8, 64), relu(), dense(64, 1));
const clicks = learner({ model, loss: binaryCrossEntropy(), update: adam({ learningRate: 1e-3 }) });

const say = (text: string): void => {
  writeSync(1, `${text}\n`);
};

const [folder = '', ...where] = process.argv.slice(2);

const last = await lastValueFrom(
  online({
    source: await sourceOf(where),
    decode: decoder(Click),
    examples: andThenFold(seen, asExamples),
    learner: clicks,
    key: key(1),
    size: 16,
    checkpoints: { store: folderCheckpoints(folder), every: { steps: 5 } },
  }).pipe(
    tap((event) => {
      if (event.kind === 'kept') say(`kept ${event.step}`);
      if (event.kind === 'not kept') say(`not kept ${event.step}: ${event.error.message}`);
      if (event.kind === 'resumed' && event.passedOver.length > 0) say(`passed over ${event.passedOver.length}`);
    }),
  ),
);
void last;
