/** What a run does about drift: folds that the loop asks between two steps. */
import { requireCount, requireDouble, requireFunction } from '../../../require.js';
import type { OnlineStep } from '../../run/event.js';
import { descriptionOf } from '../fold.js';
import type { Fold } from '../../../stream/fold.js';
import type { Json } from '../../../tree/tree.js';
import { type DriftLevel, requireFinite } from './drift.js';

/** What a detector says of a step, and where the run stands after it: to be read only where it is to be changed. */
export interface ReactionInput<State> {
  readonly level: DriftLevel;
  /** Copies the state of a run: that of a large model is not for every step. */
  readonly state: () => State;
}

/**
 * From where a run stands to the state that it goes on from, or `undefined` where it is to go on as it is. What a
 * reaction remembers is its state, plain data as that of any fold. `onDrift` makes of it what `online` takes as `revise`.
 */
export type Reaction<S extends Json, State> = Fold<S, ReactionInput<State>, State | undefined>;

/**
 * A reaction as the `revise` of an online run: `levelOf` says what of the monitors tells of drift. Its argument is to be
 * given its type, such as `Drift`, since nothing else says it there.
 *
 * @example
 * const clicks = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
 * online({
 *   source: iterableSource('clicks', [[1, 2], [3, 4]]),
 *   decode: decoderOfValues(t.tuple([t.number, t.number])),
 *   examples: pure((x: [number, number]) => [{ input: x, target: [x[0]] }]),
 *   learner: clicks,
 *   key: key(1),
 *   size: 1,
 *   monitors: pipeFold(pure(({ loss }: { loss: number }) => loss), adwin()),
 *   revise: onDrift(({ level }: Drift) => level, reset((times) => clicks.init(key(times)))),
 * }).subscribe((event) => console.log(event.kind));
 */
export const onDrift = <State, M, S extends Json>(
  levelOf: (monitored: M) => DriftLevel,
  reaction: Reaction<S, State>,
): Fold<S, OnlineStep<State, M>, State | undefined> => {
  requireFunction('onDrift', 'levelOf', levelOf);
  return {
    initial: reaction.initial,
    description: { onDrift: descriptionOf(reaction) },
    step: (memory, step) =>
      reaction.step(memory, { level: levelOf(step.monitored), state: () => step.state }),
  };
};

/**
 * Begins anew at drift, from the state that is made for the n-th time (from a key of its own, say); counts how often.
 *
 * @example
 * const anew = reset((n) => ({ weight: 0, n }));
 * anew.step(0, { level: 'drift', state: () => ({ weight: 5, n: 0 }) })[1]; // { "weight": 0, "n": 1 }
 */
export const reset = <State>(fresh: (times: number) => State): Reaction<number, State> => {
  requireFunction('reset', 'fresh', fresh);
  return {
    initial: 0,
    description: 'reset',
    step: (times, { level }) => (level === 'drift' ? [times + 1, fresh(times + 1)] : [times, undefined]),
  };
};

export interface RaiseRateOptions<State> {
  /** What the rate is multiplied by at drift, 4 unless given; a power of two is taken back without rounding. */
  readonly factor?: number;
  /** For how many steps; another drift on the way begins them anew. */
  readonly steps: number;
  /** The state with its learning rate multiplied by a number. */
  readonly scale: (state: State, by: number) => State;
}

/**
 * Raises the learning rate at drift for so many steps, and takes it back. Throws if an option is invalid.
 *
 * @example
 * const raise = raiseRate({ factor: 2, steps: 1, scale: (rate: number, by) => rate * by });
 * const [raised, rate] = raise.step(0, { level: 'drift', state: () => 0.25 });
 * rate; // 0.5
 * raise.step(raised, { level: 'none', state: () => 0.5 })[1]; // 0.25
 */
export const raiseRate = <State>({
  factor = 4,
  steps,
  scale,
}: RaiseRateOptions<State>): Reaction<number, State> => {
  requireDouble('raiseRate', 'factor', factor, '(0, ∞)');
  requireCount('raiseRate', 'steps', steps);
  requireFunction('raiseRate', 'scale', scale);
  return {
    initial: 0,
    description: { raiseRate: { factor, steps } },
    step: (left, { level, state }) => {
      if (level === 'drift') return [steps, left > 0 ? undefined : scale(state(), factor)];
      if (left === 0) return [0, undefined];
      return [left - 1, left === 1 ? scale(state(), 1 / factor) : undefined];
    },
  };
};

export interface ChallengerOptions {
  /** For how many records the two are compared. */
  readonly trial: number;
  /** The challenger wins where its mean loss is below this much of the champion's; 1 unless given. */
  readonly share?: number;
}

/** Of one record: what the detector says, and the prequential losses of both, the challenger's while there is one. */
export interface Contest {
  readonly level: DriftLevel;
  readonly champion: number;
  readonly challenger?: number;
}

/** What the loop is to do: begin a challenger, put it in the champion's place, let it go, or nothing. */
export type ChallengerAct = 'none' | 'start' | 'replace' | 'drop';

/** Records since the challenger began, and the sums of the losses of both; `null` while there is none. */
export type Trial = { readonly count: number; readonly champion: number; readonly challenger: number } | null;

/**
 * At drift a challenger begins beside the champion; after `trial` records that both have predicted, the better one by
 * prequential loss is kept. Of a drift on the way nothing is made. `withChallenger` puts it on a run. Throws if an
 * option is invalid, and in a step if a loss of the trial is missing or not finite.
 *
 * Source: the paired learners of S. H. Bach, M. A. Maloof (ICDM 2008), with one trial in place of a window.
 *
 * @example
 * const told = runFold(challenger({ trial: 2 }), [
 *   { level: 'drift', champion: 9 },
 *   { level: 'none', champion: 3, challenger: 4 },
 *   { level: 'none', champion: 3, challenger: 1 },
 * ])[1];
 * told; // ["start", "none", "replace"]
 */
export const challenger = ({ trial, share = 1 }: ChallengerOptions): Fold<Trial, Contest, ChallengerAct> => {
  requireCount('challenger', 'trial', trial);
  requireDouble('challenger', 'share', share, '(0, ∞)');
  return {
    initial: null,
    description: { challenger: { trial, share } },
    step: (state, { level, champion, challenger: other = Number.NaN }) => {
      if (state === null)
        return level === 'drift' ? [{ count: 0, champion: 0, challenger: 0 }, 'start'] : [null, 'none'];
      requireFinite('challenger', champion);
      requireFinite('challenger', other);
      const next = {
        count: state.count + 1,
        champion: state.champion + champion,
        challenger: state.challenger + other,
      };
      if (next.count < trial) return [next, 'none'];
      return [null, next.challenger < share * next.champion ? 'replace' : 'drop'];
    },
  };
};
