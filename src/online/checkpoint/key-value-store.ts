/**
 * Checkpoints in a bucket of keys and values, as NATS JetStream has: for runs whose machines come and go.
 *
 * The pieces of a checkpoint are written first, under keys that only this writer uses, and then the head is changed, if
 * it still is what this writer left or found: a compare-and-set, which of two writers one loses. A writer's own keys are
 * used again and again, since a bucket keeps a mark of every key that is deleted.
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
  /** The run's name among others of the bucket: letters, digits, `-` and `_`. */
  readonly name: string;
  /** How many checkpoints to keep, 3 unless given. */
  readonly keep?: number;
  /** Bytes a value may have, 512 KiB unless given: less than the broker's largest message, 1 MiB unless set otherwise. */
  readonly piece?: number;
}

/** The key of a piece: `run.12-1f0e9c….0.3`. */
const PIECE = /^[-\w]+\.((\d{1,16})-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.\d+\.\d+$/;

type Saved = E.Either<CheckpointError, string>;

/** JetStream's errors by their numbers: another revision than was expected, and no room. */
const CONFLICT: readonly unknown[] = [10071, 10164];
const FULL: readonly unknown[] = [10023, 10028, 10047, 10077];

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** Keys of a writer, and from which checkpoint on it writes: `12-1f0e9c…`. */
const newWriter = (next: number): string => `${next}-${crypto.randomUUID()}`;

/**
 * A store that keeps the last checkpoints of a run in a bucket of `@nats-io/kv`, in pieces that its messages can carry.
 * How well they outlast a crash of the broker is the broker's affair; a checkpoint that did not is passed over as torn.
 *
 * `save` gives on the left `conflict` where another writer has saved since this store did or restored, `full` where the
 * bucket or the disk is, and `unreadable` where the broker cannot be reached. Throws if an option is invalid.
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
  /** Whether the last change of the head may have been made without being acknowledged. */
  let unsure = false;
  /** Whether what dead writers left has been removed. */
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
      last === undefined ? 'none was taken to be here' : `this run has saved up to number ${last.sequence}`;
    const remedy = 'stop one, or restore and go on from its last';
    return E.left(errorOf('conflict', `another run writes here: ${why}; ${remedy}`));
  };

  const readHead = async (): Promise<E.Either<CheckpointError, Head>> => {
    const read = decodeHead(await bucket.get(headKey(name)));
    return E.isLeft(read) ? E.left(errorOf(read.left.kind, read.left.message)) : read;
  };

  /** Whatever is not removed now costs room and nothing else. */
  const purge = async (keys: readonly string[]): Promise<void> => {
    await Promise.allSettled(keys.map((key) => bucket.purge(key)));
  };

  /** Removes what writers left that lost the run before this one had it, but for what is still referred to. */
  const tidy = async (sequence: number): Promise<void> => {
    const needed = new Set([headKey(name), ...head.checkpoints.flatMap((each) => pieceKeys(name, each))]);
    const left: string[] = [];
    for await (const key of await bucket.keys(`${name}.>`)) {
      // Only keys of pieces: others under this name are somebody else's.
      const [, owner, begun] = PIECE.exec(key) ?? [];
      if (needed.has(key) || begun === undefined || owner === writer) continue;
      // One that begins behind our checkpoint has found it, and may be right.
      if (Number(begun) <= sequence) left.push(key);
    }
    await purge(left);
  };

  /** After a change that was not acknowledged: whether the head is as this writer left it, one way or the other. */
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

  /** The head is not as this writer left it: another has changed it, or it was removed, and the next save makes it anew. */
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
    // The checkpoint is there, whatever becomes of what others left: the next save tries again.
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
      // A writer may have used keys again that were being read.
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
