/**
 * Decides when checkpoints are saved: every n steps or seconds, or on request. Training continues during a save.
 *
 * A run offers its state after each step, and the state is only made if a checkpoint is due. There is one save at a
 * time: a checkpoint that becomes due during a save waits for its end, and then takes the state of the current step.
 */
import { either as E } from 'fp-ts';
import { requireCount, requireDouble, requireFunction } from '../../require.js';
import type { Checkpoint, CheckpointError, CheckpointStore } from './checkpoint.js';

/** The result of a save: the name of the checkpoint as `Right`, or the error as `Left`. */
export interface CheckpointReport {
  readonly step: number;
  readonly result: E.Either<CheckpointError, string>;
}

export interface CheckpointingOptions {
  readonly store: CheckpointStore;
  /**
   * Steps or seconds between checkpoints; with both, whichever comes first. Without it only `request`, `signal` and
   * `flush` save.
   */
  readonly every?: { readonly steps?: number; readonly seconds?: number };
  /** When the signal aborts, the newest state is saved at once. `shutdown()` of `paralens/node` aborts on SIGTERM. */
  readonly signal?: AbortSignal;
  /** Called after each save, successful or not. */
  readonly report?: (report: CheckpointReport) => void;
  /** A monotonic clock in milliseconds; default: that of the platform. */
  readonly now?: () => number;
}

export interface Checkpointing {
  /**
   * Offers the state of a step. `state` is called at once or never, so it may be lazy. Returns a `conflict` if another
   * writer has taken over the run; then nothing more is saved, and the run must stop.
   */
  readonly offer: (step: number, state: () => Checkpoint) => CheckpointError | undefined;
  /** Makes a checkpoint due at the next offer. */
  readonly request: () => void;
  /**
   * Saves the last offered step, if it is not saved yet. Resolves after all saves, with the result of the last one.
   */
  readonly flush: () => Promise<CheckpointReport | undefined>;
  /**
   * Ends the run: saves the last offered step at once, if it is not saved yet, and then ignores offers and the signal.
   * Resolves after all saves, with the result of the last one.
   */
  readonly close: () => Promise<CheckpointReport | undefined>;
}

/** Throws if a number of the pace is not positive; `Infinity` means never. */
export const requirePace = ({ steps, seconds }: NonNullable<CheckpointingOptions['every']> = {}): void => {
  if (steps !== undefined && steps !== Number.POSITIVE_INFINITY)
    requireCount('checkpointing', 'every.steps', steps);
  if (seconds !== undefined) requireDouble('checkpointing', 'every.seconds', seconds, '(0, ∞]');
};

/**
 * Saves checkpoints of a run at the steps that are multiples of `every.steps`, and when `every.seconds` have passed
 * since the last one. A failed save is reported, and the next one is tried when it is due. Throws if an option is
 * invalid; `offer` and `flush` throw errors of `state` and `report`.
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
  // A signal that is already aborted will not emit the event again.
  let due = signal?.aborted === true;
  /** The last offered step, and the last step that was saved or is being saved. */
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
      // Another flush may have continued first; then its save is awaited as well.
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
  // Errors are reported by the next offer, or by the flush at the end of the run.
  const hear = (): void => void flush().catch(() => undefined);
  signal?.addEventListener('abort', hear, { once: true });

  const close = async (): Promise<CheckpointReport | undefined> => {
    signal?.removeEventListener('abort', hear);
    closed = true;
    const isKept = lost !== undefined || newest === undefined || savedStep === newest.step;
    // Also during another save, since a store runs saves in turn: a later `restore` finds this checkpoint.
    if (broken !== undefined || isKept || newest === undefined) return flush();
    await Promise.all([saving, take(newest.step, newest.state)]);
    rethrow();
    return last;
  };
  return { offer, request, flush, close };
};
