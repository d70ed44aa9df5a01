/**
 * A generator and a judge with opposite signs: one loss, one step, and between the two a lens that turns gradients
 * around. First points on a ring, then digits. `-- --steps 3000 --digits 5000`
 */
import { parseArgs } from 'node:util';
import { from, lastValueFrom } from 'rxjs';
import { map } from 'rxjs/operators';
import {
  adam,
  batches,
  batchNormalization,
  binaryCrossEntropy,
  type Buffers,
  compose,
  dense,
  dropout,
  evaluate,
  evaluation,
  type Key,
  key,
  leakyRelu,
  learner,
  named,
  type Para,
  parallel,
  type Parameters,
  relu,
  sequential,
  sigmoid,
  stateless,
  type Tensor,
  tensor,
  train,
} from 'paralens';
import { identity, isomorphism, lift } from 'paralens/lens';
import { frozen, partition } from 'paralens/update';
import { force } from 'paralens/program';
import { add, advance, concat, full, multiply, negate, normal } from 'paralens/operation';
import { isStarted } from './data/direct.js';
import { readMnist } from './data/mnist.js';
import { saveImages } from './data/picture.js';
import { savePoints } from './data/plot.mjs';

type Rows = Tensor<readonly [number, number]>;
type Part = Para<Parameters, Rows, Rows, Buffers>;

const LATENT = 16;
const BATCH = 64;

/** x ↦ x, dx ↤ −dx: what the judge descends, the generator climbs. */
const opposed = lift(
  isomorphism<Rows, Rows, Rows, Rows>(
    (x) => x,
    (dx) => negate(dx),
  ),
);

/** Trains both on rows of real numbers, and gives what the generator makes then. */
const play = async (
  generator: Part,
  judge: Part,
  real: Rows,
  steps: number,
  [up, down]: readonly [number, number],
) => {
  const made = named('generator', generator);
  const game = learner({
    model: sequential(
      stateless(
        ([from_, rows]: readonly [Key, Rows]) => [normal(from_, [BATCH, LATENT]) as Rows, rows] as const,
      ),
      parallel(compose(made, opposed), identity<Rows>()),
      stateless((both) => concat(both, 0) as Rows),
      named('judge', judge),
    ),
    loss: binaryCrossEntropy<readonly [number, number]>(), // 0 for what is made, nearly 1 for what is real
    update: partition(
      {
        generator: adam({ learningRate: up, beta1: 0.5 }),
        judge: adam({ learningRate: down, beta1: 0.5 }),
      },
      frozen,
    ),
  });
  const target = force(concat([full([BATCH, 1], 0), full([BATCH, 1], 0.9)], 0) as Rows);
  const rounds = Math.ceil((steps * BATCH) / real.shape[0]);
  const data = batches({ real }, { size: BATCH, shuffle: key(5), epochs: rounds, remainder: 'drop' });
  const hands = from(data).pipe(
    map((batch, i) => ({ input: [advance(key(7), i), batch.real] as const, target })),
  );
  const { state } = await lastValueFrom(hands.pipe(train(game, { key: key(1) })));
  return (count: number) => {
    const [part] = state.parameters;
    const buffers = state.buffers.filter((record) => 'generator' in record);
    return evaluate(evaluation(made, ...buffers).run([part], normal(key(3), [count, LATENT]) as Rows)[0])
      .data;
  };
};

/** Eight heaps of points on a ring. */
const ring = (count: number): Rows => {
  const centers = Array.from({ length: count }, (_, i) => (i % 8) * (Math.PI / 4));
  const at = tensor(
    centers.flatMap((angle) => [2 * Math.cos(angle), 2 * Math.sin(angle)]),
    [count, 2],
  );
  return force(add(at, multiply(normal(key(9), [count, 2]), 0.1)));
};

const pairs = (numbers: ArrayLike<number>) =>
  Array.from(
    { length: numbers.length / 2 },
    (_, i) => [numbers[2 * i] ?? 0, numbers[2 * i + 1] ?? 0] as const,
  );

export const main = async ({ steps = 3000, digitSteps = 5000, digits = readMnist().training.input } = {}) => {
  const real = ring(4096);
  const make = await play(
    sequential(dense(LATENT, 64), relu(), dense(64, 64), relu(), dense(64, 2)),
    sequential(dense(2, 64), leakyRelu(0.2), dense(64, 64), leakyRelu(0.2), dense(64, 1)),
    real,
    steps,
    [1e-3, 4e-4],
  );
  const points = pairs(make(1000));
  const picture = savePoints('gan-ring.svg', {
    title: 'Points that are real, and points that are made',
    kinds: { real: pairs(evaluate(real).data).slice(0, 1000), made: points },
  });
  const draw = await play(
    sequential(
      dense(LATENT, 256),
      batchNormalization(256),
      relu(),
      dense(256, 512),
      batchNormalization(512),
      relu(),
      dense(512, 784),
      sigmoid(),
    ),
    sequential(
      dense(784, 256),
      leakyRelu(0.2),
      dropout(0.4),
      dense(256, 128),
      leakyRelu(0.2),
      dropout(0.4),
      dense(128, 1),
    ),
    digits,
    digitSteps,
    [5e-4, 1e-4],
  );
  const images = draw(20);
  return { points, picture, images: saveImages('gan-digits.png', images, 28, 10) };
};

if (isStarted(import.meta.url)) {
  const { values } = parseArgs({ options: { steps: { type: 'string' }, digits: { type: 'string' } } });
  const { points, picture, images } = await main({
    steps: Number(values.steps ?? 3000),
    digitSteps: Number(values.digits ?? 5000),
  });
  const near = points.filter(([x, y]) => Math.abs(Math.hypot(x, y) - 2) < 0.4).length;
  console.log(`${((100 * near) / points.length).toFixed(0)} % of the points are on the ring: ${picture}`);
  console.log(`digits that nobody wrote: ${images}`);
}
