/** What training costs beside its steps, none of it in seconds: zeros, machines, copies, what stays alive. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type Batch,
  type Data,
  dense,
  differentiable,
  key,
  learner,
  meanSquaredError,
  sequential,
  sgd,
  tanh,
  type Tensor,
  tensor,
  train,
} from 'paralens';
import { add } from 'paralens/operation';
import { check } from 'paralens/laws';
import {
  assertHolds,
  costsItsSteps,
  countedBackend,
  drawing,
  type Live,
  liveStays,
  noZerosAdded,
  subjectOfPara,
  type Told,
} from 'paralens/laws/kit';
import { from, map, type OperatorFunction } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { constant } from '../../src/tensor/primitive/constant.js';
import { compositeSubjects, layerSubjects, lossSubjects } from './subject/layer.js';
import { everyBackend } from './subject/backends.js';

const own = learner({
  model: sequential(dense(16, 8), tanh(), dense(8, 1)),
  loss: meanSquaredError<readonly [number, 1]>(),
  update: sgd(),
});
const initial = own.init(key(1));
type OwnBatch = Batch<Tensor<readonly [number, 16]>, Tensor<readonly [number, 1]>>;
type OwnTold = Told<typeof initial>;

describe('C-2 no zeros are added to cotangents', () => {
  test.each(Object.entries({ ...layerSubjects, ...compositeSubjects, ...lossSubjects }))(
    '%s',
    (name, draw) => {
      check(name, drawing(draw), (subject) => noZerosAdded(name, subject.computations().backward.program), {
        runs: 5,
      });
    },
  );

  test('a record whose fields are read one by one', () => {
    type Fields = Readonly<Record<string, Tensor<readonly [9]>>>;
    const names = Array.from({ length: 12 }, (_, i) => `field${i}`);
    const filled = Object.fromEntries(names.map((name) => [name, tensor(new Float32Array(9), [9] as const)]));
    const reads = differentiable(
      () => filled,
      (fields: Fields, x: Tensor<readonly [9]>) =>
        names.reduce<Tensor<readonly [9]>>((sum, name) => add(sum, fields[name] ?? sum), x),
    );
    const { program } = subjectOfPara('fields', reads, { input: { shape: [9] } }).computations().backward;
    assertHolds(noZerosAdded('fields', program));
  });
});

/** Batches one after the other, each with arrays of its own; `made` sees them. */
function* fresh(count: number, made: (data: Data) => void = () => undefined): Generator<OwnBatch> {
  for (let i = 0; i < count; i++) {
    const data = new Float32Array(32).fill(i / count);
    made(data);
    yield {
      // A tensor owns the array that it is made with, as those of `batches` do.
      input: constant(data, [2, 16] as const, 'float32'),
      target: tensor([[1], [2]]),
    };
  }
}

describe.each(everyBackend.map((backend) => [backend.name, backend] as const))('C-3 on %s', (_, backend) => {
  test('one machine, one step per batch, and few copies', () => {
    const counting = countedBackend(backend);
    from(fresh(200))
      .pipe(train(own, { state: initial, backend: counting.backend }))
      .subscribe();
    assertHolds(costsItsSteps('train', counting.use(), 200));
  });

  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');

  /** How many batches are alive in the middle of a run, after so many steps. */
  const liveAfter = async (steps: number, watch: OperatorFunction<OwnTold, unknown>): Promise<Live> => {
    const arrays: WeakRef<Data>[] = [];
    const source = fresh(steps + 1, (data) => arrays.push(new WeakRef(data)));
    let alive = Number.NaN;
    const paused = (async function* () {
      for (const batch of source) {
        if (arrays.length === steps + 1) {
          // What a job has looked at stays until its end, so the count is taken in another one.
          // What the first collection lets go of may have held something itself, until it was finalized.
          for (let times = 0; times < 3; times++) {
            await new Promise((resolve) => setTimeout(resolve, 0));
            collect();
          }
          alive = arrays.filter((each) => each.deref() !== undefined).length;
        }
        yield batch;
      }
    })();
    await new Promise<void>((resolve, reject) => {
      from(paused)
        .pipe(train(own, { state: initial, backend }), watch)
        .subscribe({ complete: resolve, error: reject });
    });
    return { steps, alive };
  };

  test('batches are released', async () => {
    const watch = map(({ loss }: OwnTold) => loss);
    assertHolds(liveStays('train', [await liveAfter(256, watch), await liveAfter(768, watch)], 2));
  });

  test('the suite can fail: all steps are kept', async () => {
    const kept: OwnTold[] = [];
    const watch = map((told: OwnTold) => kept.push(told));
    const live = [await liveAfter(256, watch), await liveAfter(768, watch)] as const;
    expect(() => {
      assertHolds(liveStays('train', live, 2));
    }).toThrow(/^C-3 train: what is alive grows with the steps: \d+ after 256, \d+ after 768/);
  });
});
