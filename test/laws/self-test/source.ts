/** Sources with planted bugs. */
import fc from 'fast-check';
import * as t from 'io-ts';
import { type Broken, iterableSource, type Json, type Received, type Source } from 'paralens/online';
import { checkSource, LawError, type Medium, type PlacedRecord, type SourceSubject } from 'paralens/laws';
import { brokenLaws, sourceLaws, trailsOf } from 'paralens/laws/kit';
import type { Suspect } from './suspect.js';

type Value = string | Broken;
type Chunk = readonly Received<Value, number>[];
type Result = IteratorResult<Chunk, undefined>;

const END: Result = { done: true, value: undefined };

const valueOf = ({ text, sound }: PlacedRecord): Value => (sound ? text : { broken: 'too long', text });

/** A place where records lie, and what is held of it and taken from it. */
interface Place {
  readonly records: readonly PlacedRecord[];
  held: number;
  taken: number;
}

/** A reader of a place, one record a chunk: what a bug changes. */
interface Reader {
  readonly next: () => Promise<Result>;
  readonly return: () => Promise<Result>;
}

type Open = (place: Place, after: number) => Reader;

/** By the rules: one record after the other, the place held from the first question to the end. */
const reader: Open = (place, after) => {
  let at = after;
  let state: 'new' | 'open' | 'ended' = 'new';
  const end = (): Result => {
    if (state === 'open') place.held -= 1;
    state = 'ended';
    return END;
  };
  return {
    next: () => {
      if (state === 'new') place.held += 1;
      if (state !== 'ended') state = 'open';
      const record = state === 'open' ? place.records[at] : undefined;
      if (record === undefined) return Promise.resolve(end());
      at += 1;
      place.taken += 1;
      return Promise.resolve({ done: false, value: [{ value: valueOf(record), position: at }] });
    },
    return: () => Promise.resolve(end()),
  };
};

/** A source of such readers. */
const subjectOf = (
  name: string,
  open: Open,
  change: (source: Source<Value, number>, place: Place) => Partial<Source<Value, number>> = () => ({}),
  arriving: Open = open,
): SourceSubject<Value, number> => {
  const medium = (records: readonly PlacedRecord[], read: Open): Promise<Medium<Value, number>> => {
    const place: Place = { records, held: 0, taken: 0 };
    const source: Source<Value, number> = {
      name,
      position: t.number,
      open: (after = 0) => {
        const own = read(place, after);
        return { [Symbol.asyncIterator]: () => own };
      },
      behind: (position) => Promise.resolve({ amount: records.length - (position ?? 0), unit: 'records' }),
      bytesOf: (value) => (typeof value === 'string' ? value : value.text).length,
    };
    return Promise.resolve({
      source: { ...source, ...change(source, place) },
      values: records.map(valueOf),
      held: () => place.held,
      taken: () => place.taken,
    });
  };
  return {
    name,
    ahead: 0,
    medium: (records) => medium(records, open),
    arriving: (records) => medium(records, arriving),
  };
};

const suspect = <A, P extends Json>(
  killedBy: readonly string[],
  subject: SourceSubject<A, P>,
  runs = 12,
): Suspect => ({
  name: `source: ${subject.name}`,
  killedBy,
  breaks: async () => {
    const trails = await trailsOf(subject, { runs });
    const laws = sourceLaws(subject);
    return [...new Set(trails.flatMap((trail) => brokenLaws(fc.constant(trail), laws, { runs: 1 })))];
  },
});

/** A source whose reader is changed. */
const reading = (name: string, killedBy: readonly string[], open: Open, runs?: number): Suspect =>
  suspect(killedBy, subjectOf(name, open), runs);

/** What a reader gives, changed. */
const giving =
  (change: (result: Result, place: Place) => Result | Promise<Result>): Open =>
  (place, after) => {
    const own = reader(place, after);
    return { ...own, next: async () => change(await own.next(), place) };
  };

/** A source that remembers something of its place from one reader to the next. */
const keeping = (name: string, killedBy: readonly string[], make: () => Open, runs?: number): Suspect => {
  const opens = new WeakMap<Place, Open>();
  const open: Open = (place, after) => {
    const kept = opens.get(place) ?? make();
    opens.set(place, kept);
    return kept(place, after);
  };
  return reading(name, killedBy, open, runs);
};

/** Does not answer any more where it should end. */
const neverEnding: Open = (place, after) => {
  const own = reader(place, after);
  return {
    ...own,
    next: async () => {
      const result = await own.next();
      return result.done === true ? new Promise(() => {}) : result;
    },
  };
};

/** Enough of those of which each takes its time: what is not let go of is waited for. */
const FEW = 3;

/** A source that `checkSource` has to refuse before a test runner loses its patience. */
const refused = (name: string, law: string, open: Open): Suspect => ({
  name: `source: ${name}`,
  killedBy: [law],
  breaks: async () => {
    try {
      await checkSource(subjectOf(name, open), { runs: 12 });
    } catch (error) {
      return [error instanceof LawError ? (error.finding?.law ?? error.message) : String(error)];
    }
    return [];
  },
});

const pause = (turns: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, turns));

export const sourceSuspects: readonly Suspect[] = [
  reading('by the rules', [], reader),
  suspect([], {
    name: 'the library’s, of an iterable',
    medium: (records) => {
      const values = records.map(({ text }) => text);
      return Promise.resolve({ source: iterableSource('values', values), values });
    },
  }),
  reading('what is unsound is left out', ['F-23'], (place, after) =>
    reader(Object.assign(place, { records: place.records.filter(({ sound }) => sound) }), after),
  ),
  reading('what is like the record before is left out', ['F-23'], (place, after) =>
    reader(
      Object.assign(place, {
        records: place.records.filter(({ text }, i) => text !== place.records[i - 1]?.text),
      }),
      after,
    ),
  ),
  reading(
    'what is unsound stops it',
    ['F-23'],
    giving((result) => {
      if (result.done !== true && typeof result.value[0]?.value === 'object') throw new TypeError('no text');
      return result;
    }),
  ),
  reading(
    'records share a position',
    ['F-23', 'F-13'],
    giving((result) =>
      result.done === true
        ? result
        : {
            done: false,
            value: result.value.map(({ value, position }) => ({ value, position: position & ~1 })),
          },
    ),
  ),
  reading('opened behind a record, it begins with it', ['F-13', 'F-1'], (place, after) =>
    reader(place, Math.max(0, after - 1)),
  ),
  reading('opened behind a record, it leaves one out', ['F-13', 'F-1'], (place, after) =>
    reader(place, after === 0 ? 0 : after + 1),
  ),
  suspect(
    ['F-13'],
    subjectOf('a position that is written down loses its number', reader, () => ({
      position: new t.Type<number, Json>(
        'lost',
        t.number.is,
        () => t.success(0),
        () => null,
      ),
    })),
  ),
  keeping('an iterator that all share', ['F-4'], () => {
    let own: Reader | undefined;
    return (place, after) => (own ??= reader(place, after));
  }),
  keeping(
    'a cursor that all share',
    ['F-9'],
    () => {
      let at = 0;
      let open = 0;
      return (place, after) => {
        if (open === 0) at = after;
        open += 1;
        const end = (): Promise<Result> => {
          open -= 1;
          return Promise.resolve(END);
        };
        return {
          next: async () => {
            const result = await reader(place, at).next();
            if (result.done === true) return end();
            at += 1;
            return result;
          },
          return: end,
        };
      };
    },
    FEW,
  ),
  reading('it begins when it is opened', ['F-3'], (place, after) => {
    place.held += 1;
    const own = reader(place, after);
    let held = true;
    return {
      ...own,
      return: () => {
        if (held) place.held -= 1;
        held = false;
        return own.return();
      },
    };
  }),
  reading('it reads all ahead', ['F-3'], (place, after) => {
    const own = reader(place, after);
    let all: Promise<Result[]> | undefined;
    const readAll = async (): Promise<Result[]> => {
      const results: Result[] = [];
      for (let next = await own.next(); next.done !== true; next = await own.next()) results.push(next);
      return results;
    };
    let ended = false;
    return {
      next: async () => {
        all ??= readAll();
        return (ended ? undefined : (await all).shift()) ?? END;
      },
      return: () => {
        ended = true;
        return own.return();
      },
    };
  }),
  reading('records are told from the last one back', ['F-3', 'F-23'], (place, after) => {
    const own = reader({ ...place, records: place.records.toReversed() }, after);
    return own;
  }),
  suspect(
    ['F-5'],
    subjectOf(
      'what comes in two pieces is cut',
      reader,
      undefined,
      giving((result) =>
        result.done === true
          ? result
          : {
              done: false,
              value: result.value.map(({ value, position }) => ({
                value: typeof value === 'string' ? value.slice(0, 3) : value,
                position,
              })),
            },
      ),
    ),
  ),
  reading('answers come as they are ready', ['F-6'], (place, after) => {
    const own = reader(place, after);
    let [asked, waiting] = [0, 0];
    return {
      ...own,
      next: async () => {
        waiting += 1;
        asked += 1;
        // Those that are asked for together overtake each other.
        if (asked % 2 === 1) await pause(waiting === 1 ? 1 : 0);
        const result = await own.next();
        waiting -= 1;
        return result;
      },
    };
  }),
  reading(
    'return lets go of nothing',
    ['F-7'],
    (place, after) => {
      const own = reader(place, after);
      return { ...own, return: () => Promise.resolve(END) };
    },
    FEW,
  ),
  suspect(
    ['F-7'],
    subjectOf('who waits for what does not come waits for ever', reader, undefined, neverEnding),
    // Each of them takes its seconds.
    1,
  ),
  refused('it does not end behind its last record', 'F-23', neverEnding),
  suspect(
    ['F-8'],
    subjectOf('what is behind is counted from the beginning', reader, (_, { records }) => ({
      behind: () => Promise.resolve({ amount: records.length, unit: 'records' }),
    })),
  ),
  suspect(
    ['F-8'],
    subjectOf('asking what is behind takes a record', reader, (source, place) => ({
      behind: (position) => {
        const lag = source.behind?.(position) ?? Promise.reject(new Error('none'));
        Object.assign(place, { records: place.records.slice(0, -1) });
        return lag;
      },
    })),
  ),
  keeping('one record that is written to again and again', ['F-19'], () => {
    const record = { value: '' as Value, position: 0 };
    return giving((result) => {
      if (result.done === true) return result;
      Object.assign(record, result.value[0]);
      return { done: false, value: [record] };
    });
  }),
];
