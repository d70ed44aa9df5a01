/** Ways from an example to a batch with planted bugs: of axes, of sums, of what is shared. */
import { type AnyTensor, dense, para, type Parameters, scalar, type Shape, type Tensor } from 'paralens';
import { differentiate } from 'paralens/lens';
import { broadcast, multiply, reshape, reverse, slice, sum, take, vmap } from 'paralens/operation';
import {
  batchingLaws,
  drawBatch,
  type Subject,
  subjectOf,
  subjectOfPara,
  type Vectorization,
  vectorizations,
} from 'paralens/laws/kit';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

type Leaves = readonly AnyTensor[];
type Indices = Tensor<Shape, 'int32'>;
type Batch = ReturnType<Vectorization['of']>;
type Changes = ReturnType<ReturnType<Batch['run']>[1]>;

const [sound] = vectorizations;
if (sound === undefined) throw new TypeError('there is no vectorization');

const suspect = (
  name: string,
  killedBy: readonly string[],
  subject: Subject,
  of: Vectorization['of'] = sound.of,
): Suspect =>
  plant(
    `batch: ${name}`,
    killedBy,
    (sampler) => drawBatch(sampler, subject, { name: 'batched', of }),
    batchingLaws(),
    { runs: 30 },
  );

const layer = (): Subject =>
  subjectOfPara<Parameters, Tensor, Tensor, readonly []>('dense', dense<number, number, Shape>(3, 2), {
    input: { shape: [3] },
  });

/** The sound way with something done to its changes. */
const changed =
  (change: (changes: Changes, batch: Leaves) => Changes): Vectorization['of'] =>
  (f) => ({
    run: ([shared, batch]) => {
      const [b, back] = sound.of(f).run([shared, batch]);
      return [b, (db) => change(back(db), batch)];
    },
  });

const floats = (x: AnyTensor): Tensor => x as Tensor;
/** The first example, for all. */
const firstForAll = (x: AnyTensor): AnyTensor => {
  const [size = 0, ...shape] = x.shape;
  if (size === 0) return x;
  const first = slice(floats(x), { start: x.shape.map(() => 0), stop: [1, ...shape] });
  return broadcast(
    reshape(first, shape),
    x.shape,
    shape.map((_, axis) => axis + 1),
  );
};
const totalForAll = (x: AnyTensor): AnyTensor =>
  broadcast(
    sum(floats(x), [0]),
    x.shape,
    x.shape.slice(1).map((_, axis) => axis + 1),
  );

/** Takes of each example, from a function of the batch. */
const taking = (name: string, killedBy: readonly string[], many: (x: Tensor, i: Indices) => AnyTensor) =>
  suspect(
    name,
    killedBy,
    subjectOf<readonly [Tensor, Indices], AnyTensor>('take', ([x, i]) => take(x, i, 0), [
      { shape: [3] },
      { shape: [2], dtype: 'int32', low: 0, high: 2 },
    ]),
    (f) => ({
      run: ([shared, batch]) => {
        const [x, i] = batch;
        // Only where both are batches is there something to get wrong.
        if (x === undefined || i === undefined) return sound.of(f).run([shared, batch]);
        return differentiate(([, [own = x]]: readonly [readonly [Leaves], Leaves]): Leaves => [
          many(floats(own), i as Indices),
        ]).run([shared, batch]);
      },
    }),
  );

export const batchingSuspects: readonly Suspect[] = [
  ...vectorizations.map(({ name, of }) => suspect(`${name}, sound`, [], layer(), of)),
  suspect(
    'an axis that is not moved by one',
    ['G-9'],
    subjectOf<Tensor, AnyTensor>('reverse', (x) => reverse(x, [0]), { shape: [3, 3] }),
    (f) => ({ run: ([[shared], batch]) => f.run([shared], batch) }),
  ),
  suspect(
    'each example gets what all have together',
    ['G-9'],
    layer(),
    changed(([[p], x]) => [[p], x.map(totalForAll)]),
  ),
  suspect('all examples get what is the first one’s', ['G-9'], layer(), (f) => ({
    run: ([shared, batch]) => {
      const [b, back] = sound.of(f).run([shared, batch]);
      return [b.map(firstForAll), back];
    },
  })),
  suspect(
    'changes in another order than the examples',
    ['G-9'],
    layer(),
    changed(([[p], x]) => [[p], x.map((each) => reverse(floats(each), [0]))]),
  ),
  suspect(
    'what is shared changes by the mean',
    ['G-9'],
    layer(),
    changed(([[p], x], batch) => {
      const size = batch[0]?.shape[0] ?? 1;
      return [[p.map((each) => multiply(floats(each), 1 / Math.max(1, size)))], x];
    }),
  ),
  suspect('what is shared changes by what each example says', ['G-9'], layer(), (f) => ({
    run: ([[shared], batch]) => {
      const [b] = sound.of(f).run([[shared], batch]);
      return [
        b,
        (db) => {
          const each = vmap(([x, w]: readonly [Leaves, Leaves]) => f.run([shared], x)[1](w));
          const [[p], x] = each([batch, db]);
          return [[p], x];
        },
      ];
    },
  })),
  suspect(
    'a backward of its own is forgotten',
    ['G-9'],
    subjectOfPara(
      'passing',
      para({
        init: () => ({ factor: scalar(2) }),
        run: ({ factor }, x: Tensor<readonly [2]>) => [
          multiply(x, factor),
          (dy: Tensor<readonly [2]>) => [{ factor: sum(dy) }, dy],
        ],
      }),
      { input: { shape: [2] } },
    ),
    (f) => differentiate(([[shared], batch]) => vmap((x: Leaves) => f.run([shared], x)[0])(batch)),
  ),
  taking('indices, sound', [], (x, i) => vmap(([a, k]: readonly [Tensor, Indices]) => take(a, k, 0))([x, i])),
  taking('every example’s indices into the first', ['G-9'], (x, i) => {
    const [size = 0, count = 0] = x.shape;
    return take(reshape(x, [size * count]), i, 0);
  }),
];
