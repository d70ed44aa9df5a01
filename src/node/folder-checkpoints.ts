/**
 * Checkpoints as files in a folder, written atomically.
 *
 * A checkpoint is written under a temporary name, synced, and then given its number with `link`, which fails if the
 * name exists. This one call makes the file appear atomically, and it is the compare-and-set that lets only one of two
 * writers continue. So there is no lock, and leftovers of a killed process never block the next one.
 *
 *   write N+1 under another name → fsync → link as N+1 → fsync of the folder → is any later there? → remove the oldest
 *
 * The last check is for a writer that was so slow that its number was used and removed again meanwhile.
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
  /** The number of checkpoints to keep; default: 3. More than one, since the newest may be damaged. */
  readonly keep?: number;
}

type Saved = E.Either<CheckpointError, string>;

/**
 * A checkpoint store that keeps the last checkpoints of a run as files in a folder, which is created if needed. Each is
 * a safetensors file that other programs can read. The folder must be on a local file system with hard links.
 *
 * `save` returns a `Left` of kind `full` if the disk is full, `unreadable` if the folder cannot be written, and
 * `conflict` if another writer has saved since this store saved or restored; earlier checkpoints are never damaged.
 * `restore` changes nothing in the folder, so other processes may read it during a run. A store that has not called
 * `restore` assumes that the folder is empty. Throws if `keep` is not a positive integer.
 *
 * @example
 * const store = folderCheckpoints('/tmp/paralens-example', { keep: 3 });
 */
export const folderCheckpoints = (folder: string, { keep = 3 }: FolderOptions = {}): CheckpointStore => {
  requireCount('folderCheckpoints', 'keep', keep);

  /** The number of the last checkpoint that this store saved or restored. */
  let last = 0;
  /** The damaged checkpoints, which do not count as kept. */
  let damaged: readonly number[] = [];

  const conflict = (found: number): Saved => {
    const name = join(folder, nameOf(found));
    const why =
      last === 0
        ? 'this run has not restored and assumed an empty folder'
        : `this run has saved up to number ${last}`;
    const message = `${name}: conflict: another run writes here: ${why}; stop one of them, or restore and continue from its last checkpoint`;
    return E.left({ kind: 'conflict', name, message });
  };

  /** The file or the folder was removed during the write: no other writer has saved, so the next save may succeed. */
  const removed = (sequence: number): Saved => {
    const name = join(folder, nameOf(sequence));
    const message = `${name}: unreadable: it was removed while it was saved, or its folder was removed or moved`;
    return E.left({ kind: 'unreadable', name, message });
  };

  /**
   * Gives a finished file its number if the number is free. `gone` if the folder was removed or moved, or if another
   * writer removed the file as a leftover of a dead process.
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

  /** Writes the file and claims its number. Tries again if another writer removed the file as a leftover. */
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
    // First, so that an invalid state is not reported as an error of the folder.
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
        // A writer has removed it meanwhile as too old, so there are newer ones.
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

/**
 * The number of attempts if another writer keeps removing the file; with two writers, one succeeds after two attempts.
 */
const ATTEMPTS = 8;

/** Empty if there is no folder yet. */
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
 * An abort signal for a graceful shutdown: it aborts when the process receives one of these signals (default: SIGTERM
 * and SIGINT). The process can then finish its work; a second signal ends it at once.
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
