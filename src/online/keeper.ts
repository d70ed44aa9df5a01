/** Who keeps a run while it goes on: when is its affair, and so is where. */
import type { either } from 'fp-ts';
import type { Checkpoint, CheckpointError, Restored, Wanted } from './checkpoint.js';

/** What has become of a checkpoint. */
export type KeptReport =
  | { readonly kind: 'kept'; readonly step: number; readonly name: string }
  | { readonly kind: 'not kept'; readonly step: number; readonly error: CheckpointError };

export interface Keeper {
  /** The newest run that can be gone on with. */
  readonly restore: (wanted: Wanted) => Promise<either.Either<CheckpointError, Restored>>;
  /** Offers the run as it is after a step. It is taken down if it is due, off the step's path. */
  readonly offer: (step: number, make: () => Checkpoint) => void;
  /** What has become of what was offered, since this was last asked. */
  readonly reports: () => readonly KeptReport[];
  /** Keeps what was offered last, and resolves when all of it is there. */
  readonly flush: () => Promise<void>;
}
