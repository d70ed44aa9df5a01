/** A learner small enough for properties over many runs, batches for it, and bytes to compare. */
import fc from 'fast-check';
import {
  adam,
  type Batch,
  compile,
  dense,
  evaluate,
  key,
  learner,
  meanSquaredError,
  sequential,
  type Step,
  tanh,
  type Tensor,
  tensor,
} from 'paralens';
import { leaves } from 'paralens/program';
import { abs, mean } from 'paralens/operation';

export const tiny = learner({
  model: sequential(dense(2, 3), tanh(), dense(3, 1)),
  loss: meanSquaredError(),
  update: adam({ learningRate: 0.1 }),
  metrics: { size: (prediction) => mean(abs(prediction)) },
});

export type TinyBatch = Batch<Tensor<readonly [number, 2]>, Tensor<readonly [number, 1]>>;
type State = ReturnType<typeof tiny.init>;

export const initial = tiny.init(key(7));

const number = fc.double({ min: -2, max: 2, noNaN: true });

/** Up to `most` batches of three examples. */
export const someBatches = (most = 8): fc.Arbitrary<readonly TinyBatch[]> =>
  fc.array(
    fc.array(number, { minLength: 9, maxLength: 9 }).map((numbers) => ({
      input: tensor(numbers.slice(0, 6), [3, 2]),
      target: tensor(numbers.slice(6), [3, 1]),
    })),
    { maxLength: most },
  );

/** All numbers of a state, told apart by their bits. */
export const bitsOf = (state: unknown): readonly string[] =>
  leaves<Tensor>(state).map((each) => {
    const { data } = evaluate(each);
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
  });

/** A step as plain data. */
export const plain = ({ step, loss, metrics, state }: Step<unknown>) => ({
  step,
  loss,
  metrics,
  bits: bitsOf(state),
});

const stepped = compile(tiny.step);

/** What training means: the step's own function, again and again. */
export const scanned = (batches: readonly TinyBatch[], from: State = initial) => {
  let state = from;
  return batches.map((batch, i) => {
    const [next, { loss, metrics }] = stepped(state, batch);
    state = next;
    const numberOf = (each: Tensor<readonly []> | undefined): number =>
      each === undefined ? Number.NaN : (evaluate(each).data[0] ?? Number.NaN);
    return {
      step: i + 1,
      loss: numberOf(loss),
      metrics: { size: numberOf(metrics['size']) },
      bits: bitsOf(next),
    };
  });
};
