/** A run with a challenger is two learners, each by itself, of which one is told (F-9); and it goes on from any step (F-13). */
import fc from 'fast-check';
import * as t from 'io-ts';
import { dense, evaluate, key, learner, meanSquaredError, momentum, tensor } from 'paralens';
import { force, reference } from 'paralens/program';
import {
  challenger,
  type Checkpoint,
  decoderOfValues,
  type DriftLevel,
  type Fold,
  iterableSource,
  online,
  pure,
  withChallenger,
} from 'paralens/online';
import { lastValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { bitsOf } from '../../stream/tiny.js';

const backend = reference();
const line = learner({ model: dense(1, 1), loss: meanSquaredError(), update: momentum() });
const fresh = (times: number) => line.init(key(100 + times));
const TRIAL = 2;

interface Moment {
  readonly x: number;
  readonly level: DriftLevel;
}

/** Drift where it is told so: at the steps that have it. */
const told = (moments: readonly Moment[]): Fold<number, unknown, DriftLevel> => ({
  initial: 0,
  step: (n) => [n + 1, moments[n]?.level ?? 'none'],
});

const stepsOf = async (moments: readonly Moment[], from?: Checkpoint) => {
  const run = online({
    source: iterableSource(
      'moments',
      moments.map(({ x }) => x),
    ),
    decode: decoderOfValues(t.number),
    examples: pure((x: number) => [{ input: [x], target: [1 - x] }]),
    key: key(1),
    size: 1,
    backend,
    ...withChallenger(line, { monitors: told(moments), levelOf: (level) => level, fresh, trial: TRIAL }),
    ...(from && { from }),
  });
  const events = await lastValueFrom(run.pipe(toArray()), { defaultValue: [] });
  return events.flatMap((event) => {
    if (event.kind !== 'step') return [];
    const { step, loss, metrics, state, checkpoint } = event;
    return [
      {
        checkpoint,
        told: { step, loss, metrics, bits: bitsOf(state), parameters: bitsOf(state.parameters) },
      },
    ];
  });
};

/** By hand: two states of one learner, and what the contest of their losses says. */
const byHand = (moments: readonly Moment[]) => {
  const contest = challenger({ trial: TRIAL });
  let [champion, other] = [line.init(key(1)), line.init(key(1))];
  let [trial, times] = [contest.initial, 0];
  return moments.map(({ x, level }) => {
    const batch = { input: tensor([[x]]), target: tensor([[1 - x]]) };
    const [[a, { loss }], [b, { loss: otherLoss }]] = [line.step(champion, batch), line.step(other, batch)];
    const losses = [loss, otherLoss].map((each) => evaluate(each, { backend }).data[0] ?? Number.NaN);
    const [mine = Number.NaN, its = Number.NaN] = losses;
    [champion, other] = force([a, b] as const, { backend });
    const [next, act] = contest.step(trial, { level, champion: mine, challenger: its });
    trial = next;
    if (act === 'start') other = fresh(++times);
    if (act === 'replace') champion = other;
    return {
      act,
      loss: mine,
      challenger: its,
      parameters: bitsOf([champion.parameters, other.parameters]),
    };
  });
};

const moments = fc.array(
  fc.record({
    x: fc.integer({ min: -4, max: 4 }).map((x) => x / 4),
    level: fc.constantFrom<DriftLevel>('none', 'none', 'warning', 'drift'),
  }),
  { maxLength: 12 },
);

test('F-9 champion and challenger are each by itself, and the better one is told', async () => {
  let replaced = 0;
  await fc.assert(
    fc.asyncProperty(moments, async (each) => {
      const steps = await stepsOf(each);
      const expected = byHand(each);
      replaced += expected.filter(({ act }) => act === 'replace').length;
      expect(steps.map(({ told: { loss, metrics } }) => [loss, metrics['challenger']])).toEqual(
        expected.map((step) => [step.loss, step.challenger]),
      );
      expect(steps.map((step) => step.told.parameters)).toEqual(expected.map((step) => step.parameters));
    }),
    { numRuns: 25 },
  );
  expect(replaced).toBeGreaterThan(0);
});

test('F-13 it goes on from any step', async () => {
  await fc.assert(
    fc.asyncProperty(moments, async (each) => {
      const steps = await stepsOf(each);
      for (const { checkpoint, told: at } of steps) {
        const rest = await stepsOf(each, checkpoint());
        expect(rest.map((step) => step.told)).toEqual(steps.slice(at.step).map((step) => step.told));
      }
    }),
    { numRuns: 6 },
  );
});
