/** F-14: what batches are made of: every example once an epoch, in an order that key and epoch decide. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { broken, every, holds, type Law, rejected, type Verdict, law } from '../base/verdict.js';
import {
  type Batcher,
  type Cut,
  drawnBy,
  drawnOf,
  type Drawn,
  numbered,
  optionsOf,
  orderOf,
} from './numbered.js';

const LAW = 'F-14';

const whole = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);

/** The sizes that the batches of an epoch must have. */
const sizesOf = ({ count, size, remainder }: Cut): readonly number[] => {
  const full = Array.from({ length: Math.floor(count / size) }, () => size);
  const left = count % size;
  return left > 0 && remainder === 'keep' ? [...full, left] : full;
};

/**
 * F-14. An epoch has each example once (with `drop`, all but the last of its order that fill no batch), its
 * parts together; without a shuffle in the order given
 */
export const onceAnEpoch = (subject: string, cut: Cut, drawn: readonly Drawn[]): Verdict => {
  const { count, width, epochs, seed } = cut;
  const sizes = sizesOf(cut);
  const used = sizes.reduce((sum, size) => sum + size, 0);
  const claim = { law: LAW, subject } as const;
  const epochsOf = Array.from({ length: epochs }, (_, epoch) =>
    orderOf(drawn.slice(epoch * sizes.length, (epoch + 1) * sizes.length)),
  );
  return every([
    () =>
      same(
        bitwise,
        drawn.map(({ rows }) => rows),
        Array.from({ length: epochs }, () => sizes.map((size) => [size, size])).flat(),
        {
          ...claim,
          what: 'batches of other sizes than asked for',
          hint: 'what becomes of the last examples?',
        },
      ),
    () =>
      same(
        bitwise,
        drawn.map(({ input }) => input),
        drawn.map(({ target }) =>
          Float32Array.from([...target].flatMap((n) => new Array<number>(width).fill(n))),
        ),
        { ...claim, what: 'the parts of an example have come apart' },
      ),
    ...epochsOf.map((order, epoch) => (): Verdict => {
      const sorted = order.toSorted((a, b) => a - b);
      const twice = sorted.findIndex((n, i) => n === sorted[i - 1] || n < 0 || n >= count);
      if (twice >= 0)
        return broken({
          ...claim,
          what: `epoch ${epoch} has an example twice, or one that is none`,
          got: sorted[twice],
        });
      if (used === count && order.length !== count)
        return broken({
          ...claim,
          what: `epoch ${epoch} leaves examples out`,
          got: order.length,
          expected: count,
        });
      return seed === undefined
        ? same(bitwise, order, whole(used), { ...claim, what: `epoch ${epoch} is not in the order given` })
        : holds;
    }),
  ]);
};

/** All batches, the last short one among them. */
const allOf = (cut: Cut): Cut => ({ ...cut, remainder: 'keep' });

/**
 * F-4. Going through the batches again gives the same order
 */
export const orderStays = (subject: string, batcher: Batcher, cut: Cut): Verdict => {
  const all = allOf(cut);
  const data = batcher(numbered(all), optionsOf(all));
  const first = orderOf([...data].map(drawnOf));
  return same(bitwise, orderOf([...data].map(drawnOf)), first, {
    law: 'F-4',
    subject,
    what: 'going through the batches again gives others',
    hint: 'key and epoch must decide the order, and nothing else',
  });
};

/**
 * F-14. Key and epoch decide the order: again ≡, more epochs ≡ at first, in batches of another size ≡
 */
export const decidedByKey = (subject: string, batcher: Batcher, cut: Cut): Verdict => {
  const claim = { law: LAW, subject, hint: 'key and epoch must decide the order, and nothing else' } as const;
  const order = (changes: Partial<Cut>): Int32Array =>
    orderOf(drawnBy(batcher, { ...allOf(cut), ...changes }));
  const first = order({});
  return every([
    () => same(bitwise, order({}), first, { ...claim, what: 'the same key gives another order' }),
    () =>
      same(bitwise, order({ epochs: cut.epochs + 1 }).subarray(0, first.length), first, {
        ...claim,
        what: 'one epoch more changes the epochs before',
      }),
    () =>
      same(bitwise, order({ size: 1 }), first, { ...claim, what: 'the size of a batch changes the order' }),
  ]);
};

/** Below this many examples two orders may be equal by chance. */
const ENOUGH = 14;

/**
 * F-14. Epochs have different orders, and so have keys
 */
export const ordersDiffer = (subject: string, batcher: Batcher, cut: Cut): Verdict => {
  if (cut.count < ENOUGH || cut.seed === undefined) return rejected('too few examples for orders to differ');
  const twice = { ...cut, size: cut.count, epochs: 2 };
  const [one, two] = drawnBy(batcher, twice).map(({ target }) => target.join());
  const [other] = drawnBy(batcher, { ...twice, seed: cut.seed + 1 }).map(({ target }) => target.join());
  const claim = { law: LAW, subject } as const;
  if (one === two) return broken({ ...claim, what: 'two epochs have one order', got: one });
  if (one === other) return broken({ ...claim, what: 'two keys have one order', got: one });
  return one === whole(cut.count).join()
    ? broken({ ...claim, what: 'a shuffle leaves the examples in their order' })
    : holds;
};

/**
 * F-14. The arrays given are as they were, and a batch that was handed out stays as it was
 */
export const onlyReads = (subject: string, batcher: Batcher, cut: Cut): Verdict => {
  const given = numbered(cut);
  const before = drawnOf(given);
  const atOnce: Drawn[] = [];
  const batches = [...batcher(given, optionsOf(cut))].map((batch) => batch);
  for (const batch of batcher(given, optionsOf(cut))) atOnce.push(drawnOf(batch));
  const claim = { law: LAW, subject } as const;
  return every([
    () => same(bitwise, drawnOf(given), before, { ...claim, what: 'the data set given has been written to' }),
    () =>
      same(bitwise, batches.map(drawnOf), atOnce, {
        ...claim,
        what: 'a batch that was handed out changes when more are drawn',
        hint: 'a buffer is used again',
      }),
  ]);
};

/** Whether `perEpoch` and `total` say how many batches there are. */
const counted = (subject: string, batcher: Batcher, cut: Cut): Verdict => {
  const { perEpoch, total } = batcher(numbered(cut), optionsOf(cut));
  const expected = sizesOf(cut).length;
  return same(
    bitwise,
    { perEpoch, total },
    { perEpoch: expected, total: expected * cut.epochs },
    { law: LAW, subject, what: 'batches are counted wrong' },
  );
};

/** F-14 and F-4 of what cuts a data set into batches. */
export const batcherLaws = (subject: string, batcher: Batcher): readonly Law<Cut>[] => [
  law('F-14', (cut) => counted(subject, batcher, cut)),
  law('F-14', (cut) => onlyReads(subject, batcher, cut)),
  law('F-14', (cut) => onceAnEpoch(subject, cut, drawnBy(batcher, cut))),
  law('F-4', (cut) => orderStays(subject, batcher, cut)),
  law('F-14', (cut) => decidedByKey(subject, batcher, cut)),
  law('F-14', (cut) =>
    ordersDiffer(subject, batcher, { ...cut, count: cut.count + ENOUGH, width: 1, seed: cut.seed ?? 1 }),
  ),
];
