/**
 * When checkpoints are taken: every so many steps or seconds and when it is asked for, and saved while training goes on.
 *
 * A run offers its state after each step, and the state is made only where one is due. One save is under way at a time:
 * what falls due meanwhile waits for its end, and then takes the state of the step that has come by then.
 */
import { either as E } from 'fp-ts';
import { requireCount, requireDouble, requireFunction } from '../../require.js';
import type { Checkpoint, CheckpointError, CheckpointStore } from './checkpoint.js';

/** How a save went: on the right the name of the checkpoint. */
export interface CheckpointReport {
  readonly step: number;
  readonly result: E.Either<CheckpointError, string>;
}

export interface CheckpointingOptions {
  readonly store: CheckpointStore;
  /** Steps or seconds between checkpoints, or both: whichever comes first. Without it only `request`, `signal` and `flush` save. */
  readonly every?: { readonly steps?: number; readonly seconds?: number };
  /** When it aborts, the newest state is saved at once: `shutdown()` of `paralens/node` aborts on SIGTERM. */
  readonly signal?: AbortSignal;
  /** Called after each save, whether it succeeded or failed. */
  readonly report?: (report: CheckpointReport) => void;
  /** Milliseconds on a clock that never goes back; that of the platform unless given. */
  readonly now?: () => number;
}

export interface Checkpointing {
  /**
   * Says after a step how its state can be made, which happens at once or never: so `state` may be lazy. Gives a
   * `conflict` if another writer has taken the run over, after which nothing is saved any more and the run must stop.
   */
  readonly offer: (step: number, state: () => Checkpoint) => CheckpointError | undefined;
  /** Makes the next offer due. */
  readonly request: () => void;
  /** Saves the last step that was offered, if that is not saved yet; gives how the last save went, once all are done. */
  readonly flush: () => Promise<CheckpointReport | undefined>;
  /**
   * The run is over: the last step that was offered is given to the store at once, if it is not there yet, and from now
   * on nothing is saved and the signal is not heard. Gives how the last save went, once all are done.
   */
  readonly close: () => Promise<CheckpointReport | undefined>;
}

/** Throws if a pace is not one of positive numbers; `Infinity` is never. */
export const requirePace = ({ steps, seconds }: NonNullable<CheckpointingOptions['every']> = {}): void => {
  if (steps !== undefined && steps !== Number.POSITIVE_INFINITY)
    requireCount('checkpointing', 'every.steps', steps);
  if (seconds !== undefined) requireDouble('checkpointing', 'every.seconds', seconds, '(0, ∞]');
};

/**
 * Checkpoints of a run at a pace: at the steps that are multiples of `every.steps`, and when `every.seconds` have passed
 * since the last one. A save that fails is reported, and the next one is tried when it is due. Throws if an
 * option is invalid; `offer` and `flush` throw what a state or a report threw.
 *
 * @example
 * const store = folderCheckpoints('/tmp/run');
 * const pace = checkpointing({ store, every: { steps: 100, seconds: 60 } });
 * pace.offer(1, () => ({ step: 1, structure, tensors: namedTensors(state), data: null })); // nothing is due yet
 */
export const checkpointing = ({
  store,
  every = {},
  signal,
  report = () => undefined,
  now = () => performance.now(),
}: CheckpointingOptions): Checkpointing => {
  requirePace(every);
  requireFunction('checkpointing', 'report', report);
  requireFunction('checkpointing', 'now', now);
  const { steps = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY } = every;

  let newest: { readonly step: number; readonly state: () => Checkpoint } | undefined;
  // One that has aborted already will not do so again.
  let due = signal?.aborted === true;
  /** The step that was offered last, and the one that was saved last or is being saved. */
  let [before, savedStep]: (number | undefined)[] = [];
  let since = now();
  let saving: Promise<void> | undefined;
  let last: CheckpointReport | undefined;
  let lost: CheckpointError | undefined;
  let broken: { readonly error: unknown } | undefined;
  let closed = false;

  const rethrow = (): void => {
    if (broken !== undefined) throw broken.error;
  };

  const saveIt = async (checkpoint: Checkpoint, step: number): Promise<void> => {
    try {
      const result = await store.save(checkpoint);
      if (E.isLeft(result)) {
        savedStep = undefined;
        if (result.left.kind === 'conflict') lost = result.left;
      }
      last = { step, result };
      report(last);
    } catch (error) {
      broken = { error };
    }
  };

  const take = (step: number, state: () => Checkpoint): Promise<void> => {
    const checkpoint = state();
    due = false;
    savedStep = step;
    since = now();
    const mine: Promise<void> = saveIt(checkpoint, step).finally(() => {
      if (saving === mine) saving = undefined;
    });
    saving = mine;
    return mine;
  };

  const isDue = (step: number): boolean =>
    due ||
    Math.floor(step / steps) > Math.floor((before ?? step - 1) / steps) ||
    now() - since >= 1000 * seconds;

  const flush = async (): Promise<CheckpointReport | undefined> => {
    if (saving !== undefined) {
      await saving;
      // Another flush may have gone on first, and then its save is waited for as well.
      return flush();
    }
    rethrow();
    if (lost !== undefined || newest === undefined || savedStep === newest.step) return last;
    await take(newest.step, newest.state);
    rethrow();
    return last;
  };

  const offer = (step: number, state: () => Checkpoint): CheckpointError | undefined => {
    rethrow();
    if (lost !== undefined) return lost;
    if (closed) return undefined;
    newest = { step, state };
    due = isDue(step);
    before = step;
    if (due && saving === undefined) void take(step, state);
    return undefined;
  };

  const request = (): void => {
    due = true;
  };
  // What goes wrong here is told by the flush at the end of the run, or by its next offer.
  const hear = (): void => void flush().catch(() => undefined);
  signal?.addEventListener('abort', hear, { once: true });

  const close = async (): Promise<CheckpointReport | undefined> => {
    signal?.removeEventListener('abort', hear);
    closed = true;
    const isKept = lost !== undefined || newest === undefined || savedStep === newest.step;
    // Also while another save is under way, as a store takes them in turn: whoever restores after this finds it.
    if (broken !== undefined || isKept || newest === undefined) return flush();
    await Promise.all([saving, take(newest.step, newest.state)]);
    rethrow();
    return last;
  };
  return { offer, request, flush, close };
};
