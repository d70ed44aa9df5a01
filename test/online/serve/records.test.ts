/** Serving raw records as they were learned from, and monitors that see predictions and targets. */
import { either } from 'fp-ts';
import * as t from 'io-ts';
import { dense, dropout, evaluate, key, learner, meanSquaredError, sequential, sgd, tensor } from 'paralens';
import {
  decoderOfValues,
  type Fold,
  iterableSource,
  type Numbers,
  online,
  parametersMessage,
  pipeFold,
  type PredictionPair,
  pure,
  hotSwap,
  snapshots,
  standardize,
  type StepReport,
} from 'paralens/online';
import { lastValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';

const rows = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(3 * i), i / 5]);
const features = pipeFold(
  pure((row: readonly number[]) => row.slice(0, 2)),
  standardize(),
);
const examples = pipeFold(
  {
    initial: features.initial,
    step: (state: typeof features.initial, row: readonly number[]) => {
      const [next, input] = features.step(state, row);
      return [next, { input, target: row.slice(2) }] as const;
    },
  },
  pure((each) => [each]),
);
/** The state is that of `examples`; of records without a target. */
const inputs = pipeFold(
  features,
  pure((input: readonly number[]): Numbers => input),
);
const model = learner({
  model: sequential(dense(2, 3), dropout(0.5), dense(3, 1)),
  loss: meanSquaredError(),
  update: sgd({ learningRate: 0.1 }),
});
const base = {
  source: iterableSource('rows', rows),
  decode: decoderOfValues(t.array(t.number)),
  examples,
  learner: model,
  key: key(1),
  size: 2,
};

test("a snapshot predicts a record with the features' state of the same step, at any later time", async () => {
  const run = online(base);
  const made = await lastValueFrom(run.pipe(snapshots(model, { inputs }), toArray()));
  const steps = (await lastValueFrom(run.pipe(toArray()))).flatMap((event) =>
    event.kind === 'step' ? [event] : [],
  );
  expect(made).toHaveLength(6);
  for (const [i, snapshot] of made.entries()) {
    const [state] = steps[i]?.features ?? expect.fail();
    const record = [0.3, -0.7];
    const [, input] = features.step(state, record);
    const needed = evaluate(model.predict(steps[i]?.state ?? expect.fail(), tensor([[...input]]) as never));
    const answer = snapshot.predictRecord(record);
    expect(either.isRight(answer) && [answer.right.step, ...answer.right.prediction.data]).toEqual([
      i + 1,
      ...needed.data,
    ]);
    expect(snapshot.predictRecord([1])).toEqual(either.left('input: got a list of 1, needed a list of 2'));
  }
  const service = hotSwap(model, model.init(key(5)), { inputs });
  const last = made.at(-1) ?? expect.fail();
  const { message } = parametersMessage(last);
  const there = service.swap(structuredClone(message));
  expect(either.isRight(there) && there.right.predictRecord([1, 2])).toEqual(last.predictRecord([1, 2]));
});

test('without inputs no feature state is kept, and predicting records is an error', async () => {
  const snapshot = await lastValueFrom(online(base).pipe(snapshots(model)));
  expect(snapshot.records).toBeUndefined();
  expect(() => snapshot.predictRecord([1] as never)).toThrow('predictRecord: records cannot be predicted');
});

test('monitors see the prediction of each example before training on it, and its target', async () => {
  const log: Fold<null, StepReport, readonly PredictionPair[]> = pure(({ predictions }) => predictions());
  const watched = await lastValueFrom(online({ ...base, monitors: log, predictions: true }).pipe(toArray()));
  const plain = await lastValueFrom(online(base).pipe(toArray()));
  let state = model.init(key(1));
  let folded = examples.initial;
  for (const [i, event] of watched.entries()) {
    const one = plain[i];
    if (event.kind !== 'step' || one?.kind !== 'step') throw new Error(event.kind);
    // Telling predictions changes nothing of the run.
    expect(event.loss).toBe(one.loss);
    const batch = rows.slice(2 * i, 2 * i + 2).map((row) => {
      const [next, [example]] = examples.step(folded, row);
      folded = next;
      return example ?? expect.fail();
    });
    const input = tensor(batch.map((each) => [...each.input])) as never;
    const needed = [...evaluate(model.predict(state, input)).data];
    const rounded = event.monitored.map(({ prediction }) => (prediction as readonly number[])[0]);
    for (const [k, x] of rounded.entries()) expect(x).toBeCloseTo(needed[k] ?? Number.NaN, 5);
    expect(event.monitored.map(({ target }) => target)).toEqual(batch.map(({ target }) => target));
    ({ state } = event);
  }
  await expect(lastValueFrom(online({ ...base, monitors: log }))).rejects.toThrow(
    'the run does not compute predictions, needed the option predictions: true',
  );
});
