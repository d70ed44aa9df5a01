/** Reactions to drift: what they do, and that a run's state is read only where it is changed. */
import fc from 'fast-check';
import * as t from 'io-ts';
import { dense, key, learner, meanSquaredError, ratesOf, sgd, withRates } from 'paralens';
import { withHyperparameters } from 'paralens/update';
import {
  decoder,
  type DriftLevel,
  type Fold,
  onDrift,
  online,
  pure,
  raiseRate,
  type RawRecord,
  type Reaction,
  reset,
  runFold,
  type Source,
} from 'paralens/online';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';

const levels = fc.array(fc.constantFrom<DriftLevel>('none', 'none', 'warning', 'drift'), { maxLength: 40 });

/** The rate of a run that goes on from what a reaction says, after each step; and how often its state was read. */
const ratesUnder = (reaction: Reaction<number, number>, from: number, told: readonly DriftLevel[]) => {
  let [memory, rate, reads] = [reaction.initial, from, 0];
  const rates = told.map((level) => {
    const state = (): number => {
      reads += 1;
      return rate;
    };
    const [next, revised] = reaction.step(memory, { level, state });
    [memory, rate] = [next, revised ?? rate];
    return rate;
  });
  return { rates, reads };
};

test('a raised rate lasts `steps` steps after a drift; the state is read twice', () => {
  fc.assert(
    fc.property(levels, fc.integer({ min: 1, max: 6 }), (told, steps) => {
      const { rates, reads } = ratesUnder(
        raiseRate({ factor: 4, steps, scale: (rate, by) => rate * by }),
        0.1,
        told,
      );
      // At step i it is raised where the last `steps` up to it have a drift.
      const raised = told.map((_, i) => told.slice(Math.max(0, i - steps + 1), i + 1).includes('drift'));
      expect(rates).toEqual(raised.map((is) => (is ? 0.4 : 0.1)));
      expect(reads).toBe(raised.filter((is, i) => is !== (raised[i - 1] ?? false)).length);
    }),
  );
});

test('a reset makes the n-th fresh state at the n-th drift, and never reads the old state', () => {
  fc.assert(
    fc.property(levels, (told) => {
      const state = (): never => expect.fail('the state was read');
      const [times, made] = runFold(
        reset<string>((n) => `run ${n}`),
        told.map((level) => ({ level, state })),
      );
      expect(times).toBe(told.filter((level) => level === 'drift').length);
      let n = 0;
      expect(made).toEqual(told.map((level) => (level === 'drift' ? `run ${++n}` : undefined)));
    }),
  );
});

describe('as `revise` of an online run', () => {
  const line: Source<RawRecord, number> = {
    name: 'numbers',
    position: t.number,
    open: async function* (after = 0) {
      await Promise.resolve();
      for (let i = after; i < 6; i++) yield [{ value: String(i + 1), position: i + 1 }];
    },
  };
  const numbers = learner({
    model: dense(1, 1),
    loss: meanSquaredError(),
    update: withHyperparameters(0.25, (learningRate) => sgd({ learningRate })),
  });
  type State = ReturnType<typeof numbers.init>;
  /** A drift at the third step. */
  const third: Fold<number, unknown, DriftLevel> = {
    initial: 0,
    step: (n) => [n + 1, n === 2 ? 'drift' : 'none'],
  };
  const ratesIn = async (reaction: Reaction<number, State>) => {
    const run$ = online({
      source: line,
      decode: decoder(t.number),
      examples: pure((x: number) => [{ input: [x / 10], target: [x] }]),
      learner: numbers,
      key: key(1),
      size: 1,
      monitors: third,
      revise: onDrift((level: DriftLevel) => level, reaction),
    });
    const events = await lastValueFrom(run$.pipe(toArray()));
    return events.flatMap((event) => (event.kind === 'step' ? ratesOf(event.state) : []));
  };

  test('the rate is raised and restored', async () => {
    const scale = (state: State, by: number): State => withRates(state, (rate) => rate * by);
    expect(await ratesIn(raiseRate({ factor: 2, steps: 2, scale }))).toEqual([
      0.25, 0.25, 0.5, 0.5, 0.25, 0.25,
    ]);
  });

  test('the run is reset', async () => {
    const fresh = (times: number): State => withRates(numbers.init(key(times)), () => 1);
    expect(await ratesIn(reset(fresh))).toEqual([0.25, 0.25, 1, 1, 1, 1]);
  });
});
