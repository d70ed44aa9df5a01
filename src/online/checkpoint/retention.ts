/** Which checkpoints a store keeps. */

/**
 * The number from which on checkpoints are kept, so that `keep` are among them that were not found damaged; these do not
 * count, and go with those that are older. `sequences` are newest first.
 */
export const oldestKept = (sequences: readonly number[], damaged: readonly number[], keep: number): number =>
  sequences.filter((sequence) => !damaged.includes(sequence))[keep - 1] ?? 0;
