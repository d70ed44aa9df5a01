/** The options of `online`. */
import type { Backend } from '../../backend/backend.js';
import type { Key } from '../../operation/random.js';
import type { Optimized } from '../../stream/reduce-on-plateau.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { CheckpointingOptions } from '../checkpoint/checkpointing.js';
import { type Described, descriptionOf } from '../fold/fold.js';
import type { Json } from '../../tree/tree.js';
import type { Source } from '../source/source.js';
import type { ExampleDTypes } from './example.js';
import type { RunOptions } from './run-options.js';
import type { RunParts } from './run-state.js';

export interface OnlineOptions<
  State extends Optimized,
  A,
  B,
  L,
  R,
  Pos extends Json,
  X,
  F extends Json,
  S extends Json,
  M,
  V extends Json,
> extends RunOptions<State, A, B, L, R, X, F, S, M, V> {
  readonly source: Source<R, Pos>;
  /** The key of the initial parameters, if no checkpoint is resumed. */
  readonly key: Key;
  /**
   * Milliseconds without a new record after which a step is taken with fewer than `size` examples. The batches, and so
   * the last bits of the results, then depend on time.
   */
  readonly wait?: number;
  /** The store of checkpoints, and how often the run is saved. The run resumes from the newest checkpoint. */
  readonly checkpoints?: Omit<CheckpointingOptions, 'report'>;
  /** Resumes from this checkpoint instead of the newest, for a rewind or a fork. The store must be of this pipeline too. */
  readonly from?: Checkpoint;
  readonly backend?: Backend;
}

/** The parts of a run that must equal those of a checkpoint, and its monitors, which may change. */
export const partsOf = (options: {
  readonly source: { readonly name: string; readonly position: { readonly name: string } };
  readonly examples: Described;
  readonly revise?: Described;
  readonly monitors?: Described;
  readonly dtypes?: ExampleDTypes;
  readonly version?: string | number;
}): RunParts => {
  const { source, examples, revise, monitors, dtypes = {}, version = null } = options;
  const { input = 'float32', target = 'float32' } = dtypes;
  return {
    compared: {
      source: { name: source.name, position: source.position.name },
      features: descriptionOf(examples),
      dtypes: { input, target },
      revise: revise === undefined ? null : descriptionOf(revise),
      version,
    },
    monitors: monitors === undefined ? null : descriptionOf(monitors),
  };
};
