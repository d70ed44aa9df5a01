/** What an online run is told: what it learns, where its records come from, and where it is saved. */
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
  /** What the first parameters are drawn from, where nothing is resumed. */
  readonly key: Key;
  /**
   * Milliseconds after which a step is taken with the examples that there are, where no more have come. Which examples
   * make a batch then depends on time, and so do last bits.
   */
  readonly wait?: number;
  /** Where and how often the run is saved, and where it resumes from. */
  readonly checkpoints?: Omit<CheckpointingOptions, 'report'>;
  /** Goes on from here and not from the newest that is kept, a rewind or a fork: what is kept must be of this pipeline too. */
  readonly from?: Checkpoint;
  readonly backend?: Backend;
}

/** What a run is made of: all that is compared with a checkpoint, and what only watches. */
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
