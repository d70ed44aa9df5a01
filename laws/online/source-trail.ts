/**
 * What a source does, written down. A law has no promise to wait for: so a source is first read in every way that some
 * law speaks of, and the laws then look at what came.
 */
import fc from 'fast-check';
import type { Json } from '../../src/online/json.js';
import type { Lag, Received, Source } from '../../src/online/source.js';
import type { Medium, SourceExample, SourceSubject } from './source-subject.js';

/** Records as they came, and how it ended: `end`, `stopped`, or what was thrown. */
export interface SourceReading<A, P> {
  readonly records: readonly Received<A, P & Json>[];
  readonly end: string;
}

/** What was seen of one source with one example. */
export interface SourceTrail<A, P> {
  readonly [fc.toStringMethod]?: () => string;
  readonly example: SourceExample;
  readonly values: readonly A[];
  readonly whole: SourceReading<A, P>;
  /** The same records as they were when they were handed out. */
  readonly atOnce: readonly Received<A, P & Json>[];
  readonly again: SourceReading<A, P>;
  /** Two readers by turns. */
  readonly byTurns: readonly SourceReading<A, P>[];
  /** Asked several times on end. */
  readonly eagerly: SourceReading<A, P>;
  /** Opened behind each record, its position written down and read again; `undefined` where that failed. */
  readonly resumed: readonly (SourceReading<A, P> | undefined)[];
  /** Stopped at both cuts, and gone on with each time. */
  readonly inParts: SourceReading<A, P> | undefined;
  /** Of a medium with other records behind the first cut. */
  readonly otherwise: SourceReading<A, P>;
  /** How many values the records before it decide. */
  readonly decided: number;
  /** Records as they come little by little. */
  readonly arriving: SourceReading<A, P> | undefined;
  readonly letGo: LetGo;
  /** What there is behind the beginning and behind each record, and the records read while that was asked. */
  readonly lags:
    { readonly behind: readonly (Lag | undefined)[]; readonly watched: SourceReading<A, P> } | undefined;
  readonly bytes: readonly number[] | undefined;
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

type Chunk<A, P extends Json> = readonly Received<A, P>[];

/** Milliseconds after which what should come at once hangs. */
const SOON = 1000;

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

const openedAt = <A, P extends Json>(source: Source<A, P>, after?: P): AsyncIterator<Chunk<A, P>> =>
  (after === undefined ? source.open() : source.open(after))[Symbol.asyncIterator]();

/** Reads until there are so many or no more, one chunk after the other; then stops. */
const read = async <A, P extends Json>(
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
    await iterator.return?.();
  }
};

interface ReadOptions<A, P extends Json> {
  readonly most?: number;
  readonly seen?: (chunk: Chunk<A, P>) => Promise<void> | void;
}

/** Two readers, each asked for a chunk when the other has had one. */
const readByTurns = async <A, P extends Json>(
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
const readEagerly = async <A, P extends Json>(
  source: Source<A, P>,
  asks: number,
): Promise<SourceReading<A, P>> => {
  const iterator = openedAt(source);
  const records: Received<A, P>[] = [];
  try {
    for (;;) {
      const asked = Array.from({ length: asks }, () => iterator.next());
      for (const result of await Promise.all(asked)) {
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
const readAfter = async <A, P extends Json>(
  source: Source<A, P>,
  at: P,
): Promise<SourceReading<A, P> | undefined> => {
  const position = remadePosition(source, at);
  return position === undefined ? undefined : read(openedAt(source, position));
};

/** Reads up to each of the places, is stopped there, and goes on behind the last record that came. */
const readInParts = async <A, P extends Json>(
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
const letGoOf = async <A, P extends Json>(
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
  await within((async () => iterator.return?.())(), 'hangs');
  const settled = await within(pending, 'hangs');
  const last = await within(iterator.next(), 'hangs');
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

/** What lies behind each place, asked between the records. */
const readWatched = async <A, P extends Json>(source: Source<A, P>): Promise<SourceTrail<A, P>['lags']> => {
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

/** Reads a source in all these ways. */
export const trailOf = async <A, P extends Json>(
  subject: SourceSubject<A, P>,
  example: SourceExample,
): Promise<SourceTrail<A, P>> => {
  const { records, others, cuts, pieces, asks } = example;
  const [cut] = cuts;
  const media: Medium<A, P>[] = [];
  const made = async (medium: Promise<Medium<A, P>>): Promise<Medium<A, P>> => {
    media.push(await medium);
    return medium;
  };
  try {
    const arriving = () => subject.arriving && made(subject.arriving(records, pieces));
    // Of what nobody has read yet.
    const letGo = await letGoOf((await arriving()) ?? (await made(subject.medium(records))), asks);
    const coming = await arriving();
    const { source, values, decided = (count) => count } = await made(subject.medium(records));
    const atOnce: Received<A, P>[] = [];
    const whole = await read(openedAt(source), {
      seen: (chunk) => {
        atOnce.push(...structuredClone(chunk));
      },
    });
    const goesBack = subject.goesBack !== false;
    const resumed: (SourceReading<A, P> | undefined)[] = [];
    if (goesBack) for (const { position } of whole.records) resumed.push(await readAfter(source, position));
    const other = await made(subject.medium([...records.slice(0, cut), ...others]));
    return {
      example,
      // A failure shows what lay there, not all that came of it.
      [fc.toStringMethod]: () => JSON.stringify(example),
      values,
      whole,
      atOnce,
      again: await read(openedAt(source)),
      byTurns: await readByTurns(source),
      eagerly: await readEagerly(source, asks),
      resumed,
      inParts: goesBack ? await readInParts(source, cuts) : undefined,
      otherwise: await read(openedAt(other.source)),
      decided: decided(cut),
      arriving: coming && (await read(openedAt(coming.source), { most: coming.values.length })),
      letGo,
      lags: await readWatched(source),
      bytes: source.bytesOf && whole.records.map(({ value }) => source.bytesOf?.(value) ?? 0),
    };
  } finally {
    for (const { dispose } of media) await dispose?.();
  }
};
