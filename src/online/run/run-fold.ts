/**
 * Online training as a fold: a record comes in and becomes examples, which wait; as soon as there are enough of them, a
 * step learns from them. All that decides how the run goes on is in its state.
 */
import type { Backend } from '../../backend/backend.js';
import { withTime } from '../../error.js';
import type { Fold } from '../../stream/fold.js';
import type { Optimized } from '../../stream/reduce-on-plateau.js';
import { stepper } from '../../stream/stepper.js';
import type { Json } from '../../tree/tree.js';
import type { Received } from '../source/source.js';
import type { OnlineEvent } from './event.js';
import { learning } from './learning.js';
import type { Meter } from './meter.js';
import { sizeOfPending, splitPending } from './pending.js';
import { receiving, requireSome } from './records.js';
import type { RunOptions } from './run-options.js';
import type { RunParts, RunState } from './run-state.js';

/** What happens to a run: a record comes, none comes in time, or there are no more. */
export type RunInput<R> =
  | { readonly kind: 'record'; readonly received: Received<R, Json> }
  | { readonly kind: 'late' }
  | { readonly kind: 'end' };

/** The fold of a run from an initial state. `meter` measures the time of each stage and does not change the results. */
export const runFoldOf = <
  State extends Optimized,
  A,
  B,
  L,
  R,
  X,
  F extends Json,
  S extends Json,
  M,
  V extends Json,
>(
  options: RunOptions<State, A, B, L, R, X, F, S, M, V>,
  first: RunState<State>,
  { parts, backend, meter }: { readonly parts: RunParts; readonly backend: Backend; readonly meter: Meter },
): Pick<Fold<RunState<State>, RunInput<R>, readonly OnlineEvent<State, M, F>[]>, 'initial' | 'step'> => {
  type Outcome = readonly [RunState<State>, readonly OnlineEvent<State, M, F>[]];
  const { learner, size, nonFinite, predictions = false } = options;
  const machine = stepper(learner, first.learner.state(), backend, { predictions });
  const receive = receiving<State, A, B, L, R, X, F>(options);
  const learn = learning<State, A, B, L, F, S, M, V>(options, machine, parts, meter);

  /** Steps as long as at least so many examples wait. */
  const steps = (before: RunState<State>, least: number): Outcome => {
    meter.to('learning');
    const events: OnlineEvent<State, M, F>[] = [];
    let run = before;
    for (let waiting = sizeOfPending(run.pending); waiting >= least && waiting > 0;) {
      const [batch, pending] = splitPending(run.pending, size);
      try {
        const [next, emitted] = learn({ ...run, pending }, batch);
        run = next;
        events.push(...emitted);
      } catch (error) {
        throw withTime(`step ${run.step + 1}`, error);
      }
      waiting = sizeOfPending(run.pending);
    }
    return [run, events];
  };

  const { learner: at, rollBack } = first;
  return {
    initial: {
      ...first,
      rollBack: typeof nonFinite === 'object' ? (rollBack ?? { longAgo: at, lately: at }) : undefined,
    },
    step: (before, input) => {
      if (input.kind === 'late') return steps(before, 1);
      if (input.kind === 'end') {
        const [run, events] = steps(before, 1);
        requireSome(run);
        return [run, events];
      }
      const [run, letters] = receive(before, input.received);
      if (sizeOfPending(run.pending) < size) return [run, letters];
      const [next, events] = steps(run, size);
      return [next, letters.length === 0 ? events : [...letters, ...events]];
    },
  };
};
