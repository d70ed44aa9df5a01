/** A run that keeps a challenger: a second learner that begins at drift, and takes over where it is better. */
import type { Learner, LearnerState, Report } from '../../learner/learner.js';
import { required, requireFunction } from '../../require.js';
import { scalar } from '../../tensor/primitive/constant.js';
import type { UpdateState } from '../../update/update.js';
import type { OnlineStep, StepReport } from './event.js';
import { descriptionOf } from '../fold/fold.js';
import type { Fold } from '../../stream/fold.js';
import type { Json } from '../../tree/tree.js';
import type { DriftLevel } from '../fold/monitor/drift.js';
import { challenger, type ChallengerOptions, type Trial } from '../fold/monitor/reaction.js';

/** The parameters, or the buffers, of both. */
export type Paired<P> = readonly [champion: P, challenger: P];

type PairState<P, B> = LearnerState<Paired<P>, Paired<B>>;

export interface WithChallengerOptions<State, S extends Json, M> extends ChallengerOptions {
  /** What watches for drift. */
  readonly monitors: Fold<S, StepReport, M>;
  /** What it says: a challenger begins at `drift`, so a detector that warns may have it begin at a warning. */
  readonly levelOf: (monitored: NoInfer<M>) => DriftLevel;
  /** The state that the n-th challenger begins with. */
  readonly fresh: (times: number) => State;
}

/** What of an online run a challenger concerns. */
export interface WithChallenger<State, A, B, L, S extends Json, M> {
  readonly learner: Learner<State, A, B, L>;
  readonly monitors: Fold<S, StepReport, M>;
  readonly revise: Fold<WithChallengerState, OnlineStep<State, M>, State | undefined>;
}

/** How many challengers there were, and how the one of now stands. */
export type WithChallengerState = { readonly times: number; readonly trial: Trial };

const paired = <P, B>(champion: LearnerState<P, B>, other: LearnerState<P, B>): PairState<P, B> => ({
  parameters: [champion.parameters, other.parameters],
  buffers: [champion.buffers, other.buffers],
  optimizer: {
    count: scalar(0, 'int32'),
    scalars: {},
    slots: {},
    parts: { champion: champion.optimizer, challenger: other.optimizer },
  },
});

const stateOf = <P, B>(
  { parameters, buffers, optimizer }: PairState<P, B>,
  who: 0 | 1,
): LearnerState<P, B> => ({
  parameters: parameters[who],
  buffers: buffers[who],
  // As it was put there.
  optimizer: optimizer.parts?.[who === 0 ? 'champion' : 'challenger'] as UpdateState<P>,
});

/** Both learn from every batch, each by itself (F-9). What is told is of the champion, and `challenger` the other's loss. */
const pairOf = <P, S, A, B, L>(
  learner: Learner<LearnerState<P, S>, A, B, L>,
): Learner<PairState<P, S>, A, B, L> => {
  const both = (champion: Report, { loss }: Report): Report => ({
    loss: champion.loss,
    metrics: { ...champion.metrics, challenger: loss },
  });
  return {
    init: (key) => paired(learner.init(key), learner.init(key)),
    step: (state, batch) => {
      const [champion, report] = learner.step(stateOf(state, 0), batch);
      const [other, otherReport] = learner.step(stateOf(state, 1), batch);
      return [paired(champion, other), both(report, otherReport)];
    },
    predict: (state, input) => learner.predict(stateOf(state, 0), input),
    evaluate: (state, batch) =>
      both(learner.evaluate(stateOf(state, 0), batch), learner.evaluate(stateOf(state, 1), batch)),
  };
};

/**
 * What makes an online run one with a challenger: at drift a second learner begins from a fresh state, both learn from
 * each batch, and after `trial` steps the better one by prequential loss is the champion, whose predictions, losses and
 * metrics are the run's. The metric `challenger` is the other's loss. A step costs twice as much, also while there is
 * no trial. All of it is part of the run's state, so a checkpoint holds it. Throws as `challenger` does.
 *
 * Source: the paired learners of S. H. Bach, M. A. Maloof (ICDM 2008). Laws: F-9, F-13, F-19.
 *
 * @example
 * const clicks = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
 * const monitors = pipeFold(pure(({ loss }: { loss: number }) => loss), adwin());
 * online({
 *   source: iterableSource('clicks', [[1, 2], [3, 4]]),
 *   decode: decoderOfValues(t.tuple([t.number, t.number])),
 *   examples: pure((x: [number, number]) => [{ input: x, target: [x[0]] }]),
 *   key: key(1),
 *   size: 1,
 *   ...withChallenger(clicks, { monitors, levelOf: ({ level }) => level, fresh: (n) => clicks.init(key(n)), trial: 100 }),
 * }).subscribe((event) => event.kind === 'step' && console.log(event.metrics['challenger']));
 */
export const withChallenger = <P, Q, A, B, L, S extends Json, M>(
  learner: Learner<LearnerState<P, Q>, A, B, L>,
  { monitors, levelOf, fresh, ...options }: WithChallengerOptions<LearnerState<P, Q>, S, M>,
): WithChallenger<PairState<P, Q>, A, B, L, S, M> => {
  const contest = challenger(options);
  requireFunction('withChallenger', 'levelOf', levelOf);
  requireFunction('withChallenger', 'fresh', fresh);
  return {
    learner: pairOf(learner),
    monitors,
    revise: {
      initial: { times: 0, trial: contest.initial },
      description: { challenged: descriptionOf(contest) },
      step: ({ times, trial }, step) => {
        const [next, act] = contest.step(trial, {
          level: levelOf(step.monitored),
          champion: step.loss,
          challenger: required(step.metrics['challenger'], "the challenger's loss"),
        });
        // Only here, since the state of a run is copied when it is read.
        if (act === 'start')
          return [{ times: times + 1, trial: next }, paired(stateOf(step.state, 0), fresh(times + 1))];
        if (act !== 'replace') return [{ times, trial: next }, undefined];
        const better = stateOf(step.state, 1);
        return [{ times, trial: next }, paired(better, better)];
      },
    },
  };
};
