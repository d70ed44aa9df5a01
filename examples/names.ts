/** A small causal transformer invents first names, letter by letter. `-- --epochs 20 --seed 1` */
import { parseArgs } from 'node:util';
import { from, lastValueFrom } from 'rxjs';
import {
  adamw,
  batches,
  compile,
  dense,
  embedding,
  evaluate,
  evaluator,
  key,
  layerNormalization,
  learnedPositions,
  learner,
  sequential,
  sparseSoftmaxCrossEntropy,
  tensor,
  train,
  transformerBlock,
} from 'paralens';
import { cosineDecay } from 'paralens/update';
import { uniform } from 'paralens/operation';
import { isStarted } from './data/direct.js';
import { bigramLoss, CHARACTERS, decode, encode, LENGTH, readNames } from './data/names.js';

/** Of each name what stands before each character, and the character; −1 behind the end, which does not count. */
const examplesOf = (names: readonly string[]) => {
  const row = (characters: readonly number[], filler: number) =>
    Array.from({ length: LENGTH }, (_, i) => characters[i] ?? filler);
  const input = names.flatMap((name) => row([0, ...encode(name).slice(0, -1)], 0));
  const target = names.flatMap((name) => row(encode(name), -1));
  const shape = [names.length, LENGTH] as const;
  return { input: tensor(input, shape, 'int32'), target: tensor(target, shape, 'int32') };
};

export const main = async ({ epochs = 20, seed = 1, width = 64, names = readNames(), samples = 10 } = {}) => {
  const data = batches(examplesOf(names.training), { size: 64, shuffle: key(seed), epochs });
  const writer = learner({
    model: sequential(
      embedding(CHARACTERS, width),
      learnedPositions(LENGTH, width),
      transformerBlock({ width, heads: 4, causal: true, dropout: 0.1 }),
      transformerBlock({ width, heads: 4, causal: true, dropout: 0.1 }),
      layerNormalization(width),
      dense(width, CHARACTERS),
    ),
    loss: sparseSoftmaxCrossEntropy<readonly [number, number]>({ ignore: -1 }),
    update: adamw({ learningRate: cosineDecay({ rate: 2e-3, steps: data.total }), weightDecay: 0.05 }),
  });
  const { state } = await lastValueFrom(from(data).pipe(train(writer, { key: key(seed) })));
  const onTest = evaluator(writer, examplesOf(names.test), { size: names.test.length });

  // One letter after the other, for all names at once: drawn from what the model thinks comes next.
  const random = evaluate(uniform(key(seed), [LENGTH, samples])).data;
  const predict = compile(writer.predict);
  const written = Array.from({ length: samples }, () => [0]);
  for (let place = 0; place < LENGTH; place++) {
    const rows = written.flatMap((row) => Array.from({ length: LENGTH }, (_, i) => row[i] ?? 0));
    const logits = evaluate(predict(state, tensor(rows, [samples, LENGTH], 'int32'))).data;
    for (const [n, row] of written.entries())
      row.push(
        draw(
          logits.subarray((n * LENGTH + place) * CHARACTERS).subarray(0, CHARACTERS),
          random[place * samples + n] ?? 0,
        ),
      );
  }
  return {
    loss: onTest(state).loss,
    bigram: bigramLoss(names.training, names.test),
    invented: written.map((row) => decode(row.slice(1))),
  };
};

/** The index that a number from 0 to 1 falls on, where each has a share of its softmax. */
const draw = (logits: Float32Array, at: number): number => {
  const peak = Math.max(...logits);
  const shares = [...logits].map((z) => Math.exp(z - peak));
  let left = at * shares.reduce((sum, each) => sum + each, 0);
  return Math.max(
    0,
    shares.findIndex((share) => (left -= share) < 0),
  );
};

if (isStarted(import.meta.url)) {
  const { values } = parseArgs({ options: { epochs: { type: 'string' }, seed: { type: 'string' } } });
  const run = await main({ epochs: Number(values.epochs ?? 20), seed: Number(values.seed ?? 1) });
  console.log(`loss ${run.loss.toFixed(3)} a character, pairs of letters ${run.bigram.toFixed(3)}`);
  console.log(run.invented.join(', '));
}
