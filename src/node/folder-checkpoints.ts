/**
 * Checkpoints as files of a folder, each whole or not there.
 *
 * A checkpoint is written under a name of its own, synced, and then given its number by `link`, which makes a name only
 * where there is none: that one call is both what makes it appear whole and the compare-and-set that of two writers lets
 * one go on. So there is no lock, and nothing that a process killed at any moment leaves behind keeps the next one out.
 *
 *   write N+1 under another name → fsync → link as N+1 → fsync of the folder → is any later there? → remove the oldest
 *
 * The last question is for a writer so late that its number was given, and removed again, while it wrote.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { either as E } from 'fp-ts';
import { requireCount } from '../require.js';
import {
  type Checkpoint,
  type CheckpointError,
  type CheckpointStore,
  oldestKept,
  type Restored,
  type ExpectedCheckpoint,
} from '../online/checkpoint/checkpoint.js';
import { decodeCheckpoint, encodeCheckpoint, structureError } from '../online/checkpoint/encoding.js';
import { mutexAt } from '../online/checkpoint/mutex.js';
import { codeOf, errorOf, listing, nameOf, removeAll, syncFolder, writeThrough } from './checkpoint-files.js';
import { statsOf } from './open-file.js';

export interface FolderOptions {
  /** How many checkpoints to keep, 3 unless given: more than one, since a disk may damage the newest. */
  readonly keep?: number;
}

type Saved = E.Either<CheckpointError, string>;

/**
 * A store that keeps the last checkpoints of a run as files of a folder, which is made where it is not there. Each is a
 * safetensors file that other programs can read. The folder must be on one machine's file system that has hard links.
 *
 * `save` gives on the left `full` where the disk is, `unreadable` where the folder cannot be written, and `conflict` where
 * another writer has saved since this store did or restored; what was there before stays whatever happens. `restore`
 * changes nothing in the folder, so others may read it while a run goes on. Throws if `keep` is not a positive integer.
 *
 * @example
 * const store = folderCheckpoints('/tmp/paralens-example', { keep: 3 });
 */
export const folderCheckpoints = (folder: string, { keep = 3 }: FolderOptions = {}): CheckpointStore => {
  requireCount('folderCheckpoints', 'keep', keep);

  /** The number of the last checkpoint that this store knows to be its own. */
  let last = 0;
  /** Those that are not whole, which do not count among the ones that are kept. */
  let damaged: readonly number[] = [];

  const conflict = (found: number): Saved => {
    const name = join(folder, nameOf(found));
    const why = last === 0 ? 'the folder was taken to be empty' : `this run has saved up to number ${last}`;
    const message = `${name}: conflict: another run writes here: ${why}; stop one, or restore and go on from its last`;
    return E.left({ kind: 'conflict', name, message });
  };

  /** The file or the folder was removed while it was written: nobody else has saved, so the next save may succeed. */
  const removed = (sequence: number): Saved => {
    const name = join(folder, nameOf(sequence));
    const message = `${name}: unreadable: it was removed while it was saved, or its folder was removed or moved`;
    return E.left({ kind: 'unreadable', name, message });
  };

  /**
   * Gives a finished file its number if nobody has it yet. The file itself is gone where its folder was removed or
   * moved, and where another writer took it for the leftover of a dead one.
   */
  const claim = async (temporary: string, sequence: number): Promise<'claimed' | 'taken' | 'gone'> => {
    try {
      await link(join(folder, temporary), join(folder, nameOf(sequence)));
      last = sequence;
      return 'claimed';
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return 'taken';
      if (codeOf(error) === 'ENOENT') return 'gone';
      throw error;
    }
  };

  /** Writes the file and claims its number: again if another writer took the file for a leftover of a dead one. */
  const writeAs = async (
    bytes: Uint8Array,
    sequence: number,
    attempts = ATTEMPTS,
  ): Promise<{ readonly claimed: Awaited<ReturnType<typeof claim>>; readonly temporary: string }> => {
    const temporary = `${nameOf(sequence)}.${randomUUID()}.tmp`;
    let claimed: Awaited<ReturnType<typeof claim>> = 'gone';
    try {
      await writeThrough(join(folder, temporary), bytes);
      claimed = await claim(temporary, sequence);
    } finally {
      if (claimed !== 'claimed') await removeAll(folder, [temporary]);
    }
    const again = claimed === 'gone' && attempts > 1 && (await statsOf(folder)) !== undefined;
    return again ? writeAs(bytes, sequence, attempts - 1) : { claimed, temporary };
  };

  const publish = async (bytes: Uint8Array, sequence: number): Promise<Saved> => {
    const { claimed, temporary } = await writeAs(bytes, sequence);
    if (claimed === 'taken') return conflict(sequence);
    if (claimed === 'gone') return removed(sequence);
    const [{ sequences }] = await Promise.all([
      listing(folder),
      syncFolder(folder),
      removeAll(folder, [temporary]),
    ]);
    const [newest = 0] = sequences;
    if (newest > sequence) {
      await removeAll(folder, [nameOf(sequence)]);
      return conflict(newest);
    }
    if (newest < sequence) return removed(sequence);
    const oldest = oldestKept(sequences, damaged, keep);
    const outdated = sequences.filter((each) => each < oldest);
    await removeAll(folder, outdated.map(nameOf));
    return E.right(join(folder, nameOf(sequence)));
  };

  const save = async (checkpoint: Checkpoint): Promise<Saved> => {
    const sequence = last + 1;
    // First, since a mistake in the state should not be told as one of the folder.
    const bytes = await encodeCheckpoint(join(folder, nameOf(sequence)), checkpoint, sequence);
    if (E.isLeft(bytes)) return bytes;
    try {
      await mkdir(folder, { recursive: true });
      const { sequences, unfinished } = await listing(folder);
      const [newest = 0] = sequences;
      if (newest > last) return conflict(newest);
      const leftovers = unfinished.filter((each) => each.sequence <= sequence);
      await removeAll(
        folder,
        leftovers.map(({ name }) => name),
      );
      return await publish(bytes.right, sequence);
    } catch (error) {
      return E.left(errorOf(join(folder, nameOf(sequence)), 'it cannot be saved', error));
    }
  };

  const restore = async (expected: ExpectedCheckpoint): Promise<E.Either<CheckpointError, Restored>> => {
    const passedOver: CheckpointError[] = [];
    const bad: number[] = [];
    try {
      const sequences = await sequencesIn(folder);
      for (const sequence of sequences) {
        const name = join(folder, nameOf(sequence));
        const read = await readCheckpoint(name, sequence);
        // A writer has removed it as too old meanwhile, so there are newer ones.
        if (read === 'gone') return await restore(expected);
        if (E.isRight(read)) {
          const error = structureError(name, read.right, expected);
          if (error !== undefined) return E.left(error);
          [last, damaged] = [sequences[0] ?? 0, bad];
          return E.right({ checkpoint: read.right, passedOver });
        }
        passedOver.push(read.left);
        bad.push(sequence);
      }
      [last, damaged] = [sequences[0] ?? 0, bad];
      return E.right({ checkpoint: undefined, passedOver });
    } catch (error) {
      return E.left(errorOf(folder, 'it cannot be read', error));
    }
  };
  const inTurn = mutexAt(process, resolve(folder));
  return { save: inTurn(save), restore: inTurn(restore) };
};

/** How often a checkpoint is written whose file another writer keeps removing: one of two is through after two. */
const ATTEMPTS = 8;

/** None where there is no folder yet. */
const sequencesIn = async (folder: string): Promise<readonly number[]> => {
  try {
    return (await listing(folder)).sequences;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
};

const readCheckpoint = async (
  name: string,
  sequence: number,
): Promise<E.Either<CheckpointError, Checkpoint> | 'gone'> => {
  try {
    return await decodeCheckpoint(name, await readFile(name), sequence);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'gone' : E.left(errorOf(name, 'it cannot be read', error));
  }
};

/**
 * A signal that aborts when the process gets one of these, SIGTERM and SIGINT unless others are named. The process
 * then ends when its work is done, for which this gives it the time; a second signal ends it at once, as ever.
 *
 * @example
 * const ending = shutdown('SIGUSR2');
 * ending.aborted; // false
 */
export const shutdown = (...names: readonly NodeJS.Signals[]): AbortSignal => {
  const controller = new AbortController();
  const asked = names.length === 0 ? (['SIGTERM', 'SIGINT'] as const) : names;
  const abort = (name: NodeJS.Signals): void => {
    for (const each of asked) process.off(each, abort);
    controller.abort(new Error(`the process got ${name}`));
  };
  for (const name of asked) process.on(name, abort);
  return controller.signal;
};
