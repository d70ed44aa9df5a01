/** Sources that are pulled through the operators of `src/stream`: what these let through is a source again. */
import { fromPull, mapPulled, scanPulled, toPull } from 'paralens/online';
import type { Medium, PlacedRecord, SourceSubject } from 'paralens/laws';
import { countCodec } from '../../../src/online/source/source.js';

type Pulled = AsyncIterable<readonly { readonly value: string; readonly position: number }[]>;

const soon = async <T>(value: T): Promise<T> => {
  await Promise.resolve();
  return value;
};

/** Values as they are pulled through an operator, from the one behind `after` on. */
type Through = (values: AsyncIterable<string>, after: number) => Pulled;

const through = (name: string, operator: Through, ahead?: number): SourceSubject<string, number> => {
  const medium = (records: readonly PlacedRecord[]): Medium<string, number> => {
    const values = records.map(({ text }) => text);
    let [held, taken] = [0, 0];
    const from = (after: number): AsyncIterable<string> => ({
      async *[Symbol.asyncIterator]() {
        held += 1;
        try {
          for (const value of values.slice(after)) {
            taken += 1;
            yield value;
          }
        } finally {
          held -= 1;
        }
      },
    });
    return {
      source: { name, position: countCodec, open: (after = 0) => operator(from(after), after) },
      values,
      held: () => held,
      taken: () => taken,
    };
  };
  return {
    name,
    medium: (records) => Promise.resolve(medium(records)),
    ...(ahead !== undefined && { ahead }),
  };
};

/** Each value under its number, one a chunk, by a step that takes its time. */
const numbered: Through = (values, after) =>
  mapPulled(values, async (value, i) => soon([{ value, position: after + i + 1 }]));

export const pulledSources = {
  mapPulled: through('mapPulled', numbered, 0),
  scanPulled: through(
    'scanPulled',
    (values, after) =>
      mapPulled(
        scanPulled(values, async ({ position }, value) => soon({ value, position: position + 1 }), {
          value: '',
          position: after,
        }),
        (state) => [state],
      ),
    0,
  ),
  // What is pushed comes as fast as it is heard: `toPull` keeps it, and fetches ahead what the buffer holds.
  fromPull: through('fromPull', (values, after) => toPull(fromPull(numbered(values, after)), { buffer: 9 })),
  toPull: through('toPull', (values, after) =>
    numbered(toPull(fromPull(values, { prefetch: 1 }), { buffer: 9 }), after),
  ),
} as const;
