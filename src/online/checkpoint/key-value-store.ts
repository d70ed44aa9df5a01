/**
 * Checkpoints in a key-value bucket, such as that of NATS JetStream, for runs that move between machines.
 *
 * The pieces of a checkpoint are written first, under keys that only this writer uses. Then the head is changed with a
 * compare-and-set, so that one of two writers fails. A writer reuses its own keys, since a bucket keeps a marker for
 * every deleted key.
 */
import { either as E } from 'fp-ts';
import { fail, ParalensError } from '../../error.js';
import { requireCount, required } from '../../require.js';
import {
  type Checkpoint,
  type CheckpointError,
  type CheckpointStore,
  oldestKept,
  type Restored,
  type ExpectedCheckpoint,
} from './checkpoint.js';
import { decodeCheckpoint, encodeCheckpoint, structureError } from './encoding.js';
import { mutexAt } from './mutex.js';
import {
  decodeHead,
  EMPTY,
  encodeHead,
  type Head,
  headKey,
  concatenatePieces,
  MOST_PIECES,
  type KeyValueBucket,
  pieceKeys,
  piecesOf,
  type CheckpointEntry,
} from './key-value-head.js';

export interface KeyValueOptions {
  /** The name of the run in the bucket: letters, digits, `-` and `_`. */
  readonly name: string;
  /** The number of checkpoints to keep; default: 3. */
  readonly keep?: number;
  /**
   * The largest size of a value, in bytes; default: 512 KiB. It must be less than the largest message of the broker, by
   * default 1 MiB.
   */
  readonly piece?: number;
}

/** The key of a piece, such as `run.12-1f0e9c….0.3`. */
const PIECE = /^[-\w]+\.((\d{1,16})-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.\d+\.\d+$/;

type Saved = E.Either<CheckpointError, string>;

/** Error codes of JetStream: unexpected revision, and no space left. */
const CONFLICT: readonly unknown[] = [10071, 10164];
const FULL: readonly unknown[] = [10023, 10028, 10047, 10077];

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** The key prefix of a new writer, with the number of its first checkpoint: `12-1f0e9c…`. */
const newWriter = (next: number): string => `${next}-${crypto.randomUUID()}`;

/**
 * A checkpoint store that keeps the last checkpoints of a run in a bucket of `@nats-io/kv`, in pieces that fit into
 * messages. Durability depends on the broker; a damaged checkpoint is skipped as torn.
 *
 * `save` returns a `Left` of kind `conflict` if another writer has saved since this store saved or restored, `full` if
 * the bucket or the disk is full, and `unreadable` if the broker cannot be reached. Throws if an option is invalid.
 *
 * @example
 * // const bucket = await new Kvm(await connect()).create('checkpoints');
 * const store = keyValueCheckpoints(bucket, { name: 'demand', keep: 3 });
 */
export const keyValueCheckpoints = (
  bucket: KeyValueBucket,
  { name, keep = 3, piece = 512 * 1024 }: KeyValueOptions,
): CheckpointStore => {
  if (!/^[-\w]+$/.test(name))
    fail({
      operation: 'keyValueCheckpoints',
      what: '`name` must be letters, digits, - and _',
      got: `'${name}'`,
    });
  requireCount('keyValueCheckpoints', 'keep', keep);
  requireCount('keyValueCheckpoints', 'piece', piece);

  let head: Head = EMPTY;
  let writer = newWriter(1);
  let damaged: readonly number[] = [];
  /** Whether the last change of the head may have succeeded without an acknowledgement. */
  let unsure = false;
  /** Whether leftovers of dead writers have been removed. */
  let tidied = false;

  const errorOf = (kind: CheckpointError['kind'], why: string): CheckpointError => ({
    kind,
    name: headKey(name),
    message: `${headKey(name)}: ${kind}: ${why}`,
  });

  const thrown = (error: unknown): CheckpointError => {
    if (error instanceof ParalensError) throw error;
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return errorOf(FULL.includes(codeOf(error)) ? 'full' : 'unreadable', why);
  };

  const conflict = (): Saved => {
    const [last] = head.checkpoints;
    const why =
      last === undefined
        ? 'this run has not restored and assumed that there was none'
        : `this run has saved up to number ${last.sequence}`;
    const remedy = 'stop one of them, or restore and continue from its last checkpoint';
    return E.left(errorOf('conflict', `another run writes here: ${why}; ${remedy}`));
  };

  const readHead = async (): Promise<E.Either<CheckpointError, Head>> => {
    const read = decodeHead(await bucket.get(headKey(name)));
    return E.isLeft(read) ? E.left(errorOf(read.left.kind, read.left.message)) : read;
  };

  /** Keys that are not removed now only cost space. */
  const purge = async (keys: readonly string[]): Promise<void> => {
    await Promise.allSettled(keys.map((key) => bucket.purge(key)));
  };

  /** Removes the leftovers of earlier writers, except for checkpoints that the head still lists. */
  const tidy = async (sequence: number): Promise<void> => {
    const needed = new Set([headKey(name), ...head.checkpoints.flatMap((each) => pieceKeys(name, each))]);
    const left: string[] = [];
    for await (const key of await bucket.keys(`${name}.>`)) {
      // Only keys of pieces; other keys with this name belong to others.
      const [, owner, begun] = PIECE.exec(key) ?? [];
      if (needed.has(key) || begun === undefined || owner === writer) continue;
      // A writer that starts after our checkpoint has found it, and may be the valid one.
      if (Number(begun) <= sequence) left.push(key);
    }
    await purge(left);
  };

  /**
   * After a change that was not acknowledged: whether the head is as this writer left it, with or without that change.
   */
  const isOurs = async (): Promise<E.Either<CheckpointError, boolean>> => {
    const now = await readHead();
    if (E.isLeft(now)) return now;
    const ours = now.right.revision === head.revision || now.right.checkpoints[0]?.writer === writer;
    if (ours) [head, unsure] = [now.right, false];
    return E.right(ours);
  };

  const compareAndSet = async (checkpoints: readonly CheckpointEntry[]): Promise<boolean> => {
    const value = encodeHead(checkpoints);
    try {
      unsure = true;
      const revision =
        head.revision === 0
          ? await bucket.create(headKey(name), value)
          : await bucket.update(headKey(name), value, head.revision);
      [head, unsure] = [{ revision, checkpoints }, false];
      return true;
    } catch (error) {
      if (!CONFLICT.includes(codeOf(error))) throw error;
      unsure = false;
      return false;
    }
  };

  /**
   * The head is not as this writer left it: another writer has changed it, or it was removed; then the next save
   * creates it again.
   */
  const afterLosing = async (): Promise<Saved> => {
    const now = await readHead();
    if (E.isLeft(now) || now.right.checkpoints.length > 0 || head.checkpoints.length === 0) return conflict();
    head = now.right;
    return E.left(
      errorOf('unreadable', 'it was removed since this run saved it; the next save makes it anew'),
    );
  };

  const publish = async (checkpoint: Checkpoint): Promise<Saved> => {
    const before = head.checkpoints;
    const sequence = (before[0]?.sequence ?? 0) + 1;
    const bytes = await encodeCheckpoint(`${name} ${sequence}`, checkpoint, sequence);
    if (E.isLeft(bytes)) return bytes;
    const pieces = piecesOf(bytes.right, piece);
    if (pieces.length > MOST_PIECES)
      return E.left(
        errorOf('too large', `${pieces.length} pieces, at most ${MOST_PIECES}: make \`piece\` larger`),
      );
    const used = before.filter((each) => each.writer === writer).map(({ slot }) => slot);
    let slot = 0;
    while (used.includes(slot)) slot += 1;
    const placed: CheckpointEntry = { sequence, step: checkpoint.step, writer, slot, pieces: pieces.length };
    const keys = pieceKeys(name, placed);
    await Promise.all(pieces.map((each, i) => bucket.put(required(keys[i], 'a key'), each)));
    const oldest = oldestKept([sequence, ...before.map((each) => each.sequence)], damaged, keep);
    const kept = before.filter((each) => each.sequence >= oldest);
    if (!(await compareAndSet([placed, ...kept]))) {
      await purge(keys);
      return afterLosing();
    }
    const outdated = before.filter((each) => !kept.includes(each) && each.writer !== writer);
    await purge(outdated.flatMap((each) => pieceKeys(name, each)));
    // The checkpoint is saved even if the leftovers cannot be removed; the next save tries again.
    tidied ||= await tidy(sequence).then(
      () => true,
      () => false,
    );
    return E.right(`${name} ${sequence}`);
  };

  const save = async (checkpoint: Checkpoint): Promise<Saved> => {
    try {
      if (unsure) {
        const ours = await isOurs();
        if (E.isLeft(ours)) return ours;
        if (!ours.right) return await afterLosing();
      }
      return await publish(checkpoint);
    } catch (error) {
      return E.left(thrown(error));
    }
  };

  const read = async (placed: CheckpointEntry): Promise<E.Either<CheckpointError, Checkpoint>> => {
    const entries = await Promise.all(pieceKeys(name, placed).map((key) => bucket.get(key)));
    const pieces = entries.flatMap((entry) => (entry?.operation === 'PUT' ? [entry.value] : []));
    return decodeCheckpoint(`${name} ${placed.sequence}`, concatenatePieces(pieces), placed.sequence);
  };

  const restore = async (expected: ExpectedCheckpoint): Promise<E.Either<CheckpointError, Restored>> => {
    try {
      const now = await readHead();
      if (E.isLeft(now)) return now;
      const { revision, checkpoints } = now.right;
      const passedOver: CheckpointError[] = [];
      const bad: number[] = [];
      let checkpoint: Checkpoint | undefined;
      for (const placed of checkpoints) {
        const found = await read(placed);
        if (E.isRight(found)) {
          const error = structureError(`${name} ${placed.sequence}`, found.right, expected);
          if (error !== undefined) return E.left(error);
          checkpoint = found.right;
          break;
        }
        passedOver.push(found.left);
        bad.push(placed.sequence);
      }
      // A writer may have reused keys during the read.
      if (bad.length > 0 && (await bucket.get(headKey(name)))?.revision !== revision)
        return await restore(expected);
      [head, damaged, unsure, tidied] = [now.right, bad, false, false];
      writer = newWriter((checkpoints[0]?.sequence ?? 0) + 1);
      return E.right({ checkpoint, passedOver });
    } catch (error) {
      return E.left(thrown(error));
    }
  };
  const inTurn = mutexAt(bucket, name);
  return { save: inTurn(save), restore: inTurn(restore) };
};
