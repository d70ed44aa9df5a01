/** The ways in which a source is read: to its end, by turns, on end, from behind a record, in parts, until it is let go of. */
import type { Json } from '../../src/tree/tree.js';
import type { Lag, Received, Source } from '../../src/online/source/source.js';
import type { Medium } from './source-subject.js';

/** Records as they came, and how it ended: `end`, `stopped`, or what was thrown. */
export interface SourceReading<A, P> {
  readonly records: readonly Received<A, P & Json>[];
  readonly end: string;
}

/** What became of a reader that is told to stop while it is waited for. */
export interface LetGo {
  /** What was held, before anything was asked for, and when all was let go of. */
  readonly before: number;
  readonly after: number;
  /** Records taken, before anything was asked for, and over those that were handed out while asking once at a time. */
  readonly takenBefore: number;
  readonly ahead: number;
  /** `settled`, or `hangs`. */
  readonly pending: string;
  /** Whether it has ended when it is asked once more. */
  readonly ended: boolean;
}

/** What there is behind the beginning and behind each record, and the records read while that was asked. */
export interface Lags<A, P> {
  readonly behind: readonly (Lag | undefined)[];
  readonly watched: SourceReading<A, P>;
}

type Chunk<A, P extends Json> = readonly Received<A, P>[];

/** Milliseconds after which what should come at once hangs; a source may have to load a package first. */
const SOON = 3000;

const within = async <T>(promise: Promise<T>, late: string): Promise<T | string> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clock = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, SOON, late);
  });
  try {
    return await Promise.race([promise, clock]);
  } finally {
    clearTimeout(timer);
  }
};

export const openedAt = <A, P extends Json>(source: Source<A, P>, after?: P): AsyncIterator<Chunk<A, P>> =>
  (after === undefined ? source.open() : source.open(after))[Symbol.asyncIterator]();

/** Tells a reader to stop, and waits for it no longer than it may take. */
const stopped = <A, P extends Json>(iterator: AsyncIterator<Chunk<A, P>>): Promise<unknown> =>
  within((async () => iterator.return?.())(), 'hangs');

/** Reads until there are so many or no more, one chunk after the other; then stops. */
export const read = async <A, P extends Json>(
  iterator: AsyncIterator<Chunk<A, P>>,
  { most = Number.POSITIVE_INFINITY, seen = () => {} }: ReadOptions<A, P> = {},
): Promise<SourceReading<A, P>> => {
  const records: Received<A, P>[] = [];
  try {
    while (records.length < most) {
      const result = await within(iterator.next(), 'hangs');
      if (typeof result === 'string') return { records, end: result };
      if (result.done === true) return { records, end: 'end' };
      await seen(result.value);
      records.push(...result.value);
    }
    return { records: records.slice(0, most), end: 'stopped' };
  } catch (error) {
    return { records, end: String(error) };
  } finally {
    await stopped(iterator);
  }
};

interface ReadOptions<A, P extends Json> {
  readonly most?: number;
  readonly seen?: (chunk: Chunk<A, P>) => Promise<void> | void;
}

/** Two readers, each asked for a chunk when the other has had one. */
export const readByTurns = async <A, P extends Json>(
  source: Source<A, P>,
): Promise<readonly SourceReading<A, P>[]> => {
  const readers = [openedAt(source), openedAt(source)].map((iterator) => ({
    iterator,
    records: [] as Received<A, P>[],
    end: '',
  }));
  while (readers.some(({ end }) => end === ''))
    for (const reader of readers) {
      if (reader.end !== '') continue;
      const result = await within(reader.iterator.next(), 'hangs').catch((error: unknown) => String(error));
      if (typeof result === 'string') reader.end = result;
      else if (result.done === true) reader.end = 'end';
      else reader.records.push(...result.value);
    }
  return readers.map(({ records, end }) => ({ records, end }));
};

/** Asks so many times on end, and takes the answers in the order of the asking. */
export const readEagerly = async <A, P extends Json>(
  source: Source<A, P>,
  asks: number,
): Promise<SourceReading<A, P>> => {
  const iterator = openedAt(source);
  const records: Received<A, P>[] = [];
  try {
    for (;;) {
      const asked = Array.from({ length: asks }, () => iterator.next());
      const answers = await within(Promise.all(asked), 'hangs');
      if (typeof answers === 'string') return { records, end: answers };
      for (const result of answers) {
        if (result.done === true) return { records, end: 'end' };
        records.push(...result.value);
      }
    }
  } catch (error) {
    return { records, end: String(error) };
  }
};

const remadePosition = <P extends Json>(
  { position }: Pick<Source<never, P>, 'position'>,
  at: P,
): P | undefined => {
  const decoded = position.decode(JSON.parse(JSON.stringify(position.encode(at))));
  return decoded._tag === 'Right' ? decoded.right : undefined;
};

/** Opened behind a record. */
export const readAfter = async <A, P extends Json>(
  source: Source<A, P>,
  at: P,
): Promise<SourceReading<A, P> | undefined> => {
  const position = remadePosition(source, at);
  return position === undefined ? undefined : read(openedAt(source, position));
};

/** Reads up to each of the places, is stopped there, and goes on behind the last record that came. */
export const readInParts = async <A, P extends Json>(
  source: Source<A, P>,
  [first, second]: readonly [number, number],
): Promise<SourceReading<A, P>> => {
  const records: Received<A, P>[] = [];
  let end = 'stopped';
  for (const to of [first, second, Number.POSITIVE_INFINITY]) {
    const after = records.at(-1)?.position;
    const part = await read(openedAt(source, after), { most: to - records.length });
    records.push(...part.records);
    ({ end } = part);
  }
  return { records, end };
};

/** Opens, asks, and stops while the last answers are waited for. */
export const letGoOf = async <A, P extends Json>(
  { source, values, held = () => 0, taken = () => 0 }: Medium<A, P>,
  asks: number,
): Promise<LetGo> => {
  const opened = source.open();
  const iterator = opened[Symbol.asyncIterator]();
  await new Promise(setImmediate);
  const [before, takenBefore] = [held(), taken()];
  let [given, ahead] = [0, 0];
  if (values.length > 0) {
    const first = await within(iterator.next(), 'hangs').catch((error: unknown) => String(error));
    if (typeof first !== 'string' && first.done !== true) given = first.value.length;
    await new Promise(setImmediate);
    ahead = taken() - given;
  }
  const pending = Promise.allSettled(Array.from({ length: asks }, () => iterator.next()));
  await stopped(iterator);
  const settled = await within(pending, 'hangs');
  // Where one waits for ever, another would too.
  const last =
    typeof settled === 'string'
      ? settled
      : await within(iterator.next(), 'hangs').catch((error: unknown) => String(error));
  // The other side of a connection hears of it a little later.
  for (let turn = 0; turn < 50 && held() > before; turn++)
    await new Promise((resolve) => setTimeout(resolve, 2));
  return {
    before,
    after: held(),
    takenBefore,
    ahead,
    pending: typeof settled === 'string' ? settled : 'settled',
    ended: typeof last !== 'string' && last.done === true,
  };
};

/** Opens, asks once, and stops after so many turns of the event loop: how much is held before and afterwards. */
export const letGoEarly = async <A, P extends Json>(
  { source, held = () => 0 }: Medium<A, P>,
  turns: number,
): Promise<Pick<LetGo, 'before' | 'after'>> => {
  const before = held();
  const iterator = openedAt(source);
  const asked = Promise.allSettled([iterator.next()]);
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  await stopped(iterator);
  await within(asked, 'hangs');
  for (let turn = 0; turn < 50 && held() > before; turn++)
    await new Promise((resolve) => setTimeout(resolve, 2));
  return { before, after: held() };
};

/** What lies behind each place, asked between the records. */
export const readWatched = async <A, P extends Json>(
  source: Source<A, P>,
): Promise<Lags<A, P> | undefined> => {
  const { behind } = source;
  if (behind === undefined) return undefined;
  const lags: Lag[] = [await behind(null)];
  const watched = await read(openedAt(source), {
    seen: async (chunk) => {
      for (const { position } of chunk) lags.push(await behind(position));
    },
  });
  return { behind: lags, watched };
};
