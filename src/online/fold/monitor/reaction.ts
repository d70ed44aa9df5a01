/** Reactions to drift: folds that run between two steps. */
import { requireCount, requireDouble, requireFunction } from '../../../require.js';
import type { OnlineStep } from '../../run/event.js';
import { descriptionOf } from '../fold.js';
import type { Fold } from '../../../stream/fold.js';
import type { Json } from '../../../tree/tree.js';
import { type DriftLevel, requireFinite } from './drift.js';

/** The result of a detector for a step, and the state of the run after it, to be read only if it is changed. */
export interface ReactionInput<State> {
  readonly level: DriftLevel;
  /** Copies the state of the run; avoid calling it in every step for a large model. */
  readonly state: () => State;
}

/**
 * A fold that returns the state from which the run continues, or `undefined` to leave it unchanged. Its own state is
 * plain data, as for any fold. `onDrift` converts it to the option `revise` of `online`.
 */
export type Reaction<S extends Json, State> = Fold<S, ReactionInput<State>, State | undefined>;

/**
 * A reaction as the option `revise` of an online run: `levelOf` selects the drift level from the results of the
 * monitors. Annotate the type of its argument, such as `Drift`, since it cannot be inferred.
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
 * A reaction that resets the run at a drift. `fresh(n)` makes the state for the n-th reset, for example with its own
 * key.
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
  /** The factor of the learning rate at a drift; default: 4. A power of two is undone without rounding. */
  readonly factor?: number;
  /** The number of steps with the raised rate; another drift starts them again. */
  readonly steps: number;
  /** Returns the state with its learning rate multiplied by a number. */
  readonly scale: (state: State, by: number) => State;
}

/**
 * A reaction that raises the learning rate at a drift for `steps` steps, and then restores it. Throws if an option is
 * invalid.
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
  /** The number of records of a comparison. */
  readonly trial: number;
  /** The challenger wins if its mean loss is below this share of the champion's; default: 1. */
  readonly share?: number;
}

/**
 * The input for one record: the result of the detector, and the prequential losses of champion and challenger, if there
 * is one.
 */
export interface Contest {
  readonly level: DriftLevel;
  readonly champion: number;
  readonly challenger?: number;
}

/** The action of the loop: start a challenger, replace the champion by it, drop it, or nothing. */
export type ChallengerAct = 'none' | 'start' | 'replace' | 'drop';

/** The number of records since the challenger started, and the sums of both losses; `null` without a challenger. */
export type Trial = { readonly count: number; readonly champion: number; readonly challenger: number } | null;

/**
 * Starts a challenger beside the champion at a drift. After `trial` records that both have predicted, the one with the
 * lower prequential loss stays. A drift during the comparison is ignored. `withChallenger` adds it to a run. Throws if
 * an option is invalid; a step throws if a loss is missing or not finite.
 *
 * Source: the paired learners of S. H. Bach, M. A. Maloof (ICDM 2008), with one trial instead of a window.
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
