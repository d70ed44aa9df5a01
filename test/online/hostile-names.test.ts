/** Names from data: every one of them is an ordinary name, and none reaches what objects share. */
import fc from 'fast-check';
import { either as E } from 'fp-ts';
import * as t from 'io-ts';
import { differentiable, key, learner, meanSquaredError, scalar, sgd, tensor } from 'paralens';
import { decodeSafetensors, encodeSafetensors } from 'paralens/format';
import { add, multiply } from 'paralens/operation';
import {
  columns,
  decoder,
  decoderOfValues,
  type Example,
  folds,
  iterableSource,
  jsonOfText,
  jsonText,
  namedTensors,
  noCounters,
  online,
  type OnlineEvent,
  prometheus,
  pure,
  restoreTree,
  runFold,
} from 'paralens/online';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { ownOf, setOwn } from '../../src/tree/tree.js';
import { parseTree } from './run/parse-tree.js';

const shared = [Object, Object.prototype, Array, Array.prototype, Function.prototype];
const contents = () =>
  shared.flatMap((each) =>
    Reflect.ownKeys(each).flatMap((name) => {
      const own = Reflect.getOwnPropertyDescriptor(each, name);
      return [name, own?.value, own?.get, own?.set] as readonly unknown[];
    }),
  );
const before = contents();

afterEach(() => {
  const after = contents();
  if (after.length !== before.length || after.some((each, i) => !Object.is(each, before[i])))
    throw new Error('what objects share has changed');
});

const names = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...Object.getOwnPropertyNames(Object),
  'then',
  'toJSON',
];
const anyName = fc.constantFrom(...names);
const some = fc.uniqueArray(anyName, { minLength: 1, maxLength: 4 });

/** A record with these names, whatever they are. */
const recordOf = <V>(of: readonly string[], value: (name: string, i: number) => V): Record<string, V> =>
  Object.fromEntries(of.map((name, i) => [name, value(name, i)]));

/** The sum of all that is in a batch's input, times a weight. */
const anyInput = learner({
  model: differentiable(
    () => ({ weight: scalar(1) }),
    ({ weight }, inputs: unknown) => {
      const totals = parseTree(inputs).reduce((total, each) => add(total, each));
      return multiply(totals, weight);
    },
  ),
  loss: meanSquaredError(),
  update: sgd({ learningRate: 0.1 }),
});

const learned = async (records: readonly Example[]) => {
  const run = online({
    source: iterableSource('names', records),
    decode: ({ value }) => E.right(value),
    examples: pure((example: Example) => [example]),
    learner: anyInput,
    key: key(1),
    size: 1,
  });
  return lastValueFrom(run.pipe(toArray()));
};

const firstLoss = (events: readonly OnlineEvent<unknown, unknown>[]): number | undefined =>
  events.find((event) => event.kind === 'step')?.loss;

test('any field names can be used for training', async () => {
  await fc.assert(
    fc.asyncProperty(some, anyName, async (outer, inner) => {
      const plain = recordOf(outer, (_, i) => ({ [`x${i}`]: i + 1 }));
      const hostile = recordOf(outer, (_, i) => recordOf([inner], () => i + 1));
      const [expected, got] = [
        await learned([{ input: plain, target: 1 }]),
        await learned([{ input: hostile, target: 1 }]),
      ];
      expect(firstLoss(got)).toBe(firstLoss(expected));
      expect(firstLoss(got)).toBeTypeOf('number');
    }),
    { numRuns: 25 },
  );
});

test('a missing field is not replaced by an inherited one', async () => {
  const events = await learned([
    { input: { a: 1, constructor: 2 }, target: 1 },
    { input: { a: 1 }, target: 1 },
  ]);
  expect(events.map(({ kind }) => kind)).toEqual(['step', 'dead letter']);
});

test('the example of an attack: a nested record under `constructor`', () => {
  const record = '{"x":{"constructor":{"polluted":1}},"y":1}';
  const codec = t.type({ x: t.record(t.string, t.record(t.string, t.number)), y: t.number });
  const read = decoder(codec)({ value: record, position: 0 });
  expect(read).toMatchObject({ right: { y: 1 } });
  expect('polluted' in Object).toBe(false);
});

test('tensors under any names are saved and restored', () => {
  fc.assert(
    // As a whole name `__proto__` is refused, in a path it is a name as any other.
    fc.property(some, (all) => {
      const keys = all.map((name) => (name === '__proto__' ? '0.__proto__' : name));
      const tree = recordOf(keys, (_, i) => tensor([i]));
      const tensors = namedTensors(tree);
      const read = decodeSafetensors(encodeSafetensors({ tensors, metadata: recordOf(keys, String) }));
      if (E.isLeft(read)) throw new Error(read.left.message);
      expect(Object.keys(read.right.tensors).toSorted()).toEqual(Object.keys(tensors).toSorted());
      expect(read.right.metadata).toEqual(recordOf(keys, String));
      const restored = restoreTree(tree, read.right.tensors);
      if (E.isLeft(restored)) throw new Error(restored.left.message);
      expect(namedTensors(restored.right)).toEqual(tensors);
      expect(restoreTree({ ...tree, other: scalar(0) }, tensors)).toMatchObject({
        left: { kind: 'missing' },
      });
    }),
  );
});

test('a missing name is missing, even if objects inherit it', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      expect(
        restoreTree(
          recordOf([name], () => scalar(0)),
          {},
        ),
      ).toMatchObject({ left: { kind: 'missing' } });
    }),
  );
});

test('plain data keeps any names as text', () => {
  fc.assert(
    fc.property(some, (keys) => {
      const data = recordOf(keys, (name) => (name === 'toJSON' ? 1 : recordOf([name], () => 2)));
      const read = jsonOfText(jsonText(data));
      expect(E.isRight(read) && Object.entries(read.right ?? {})).toEqual(Object.entries(data));
    }),
  );
});

test('folds of any names keep their states', () => {
  const counting = { initial: 0, step: (state: number, x: number) => [state + x, state] as const };
  fc.assert(
    fc.property(some, (keys) => {
      const parts = recordOf(keys, () => counting);
      const [states, made] = runFold(folds(parts), [1, 2, 3]);
      expect(Object.entries(states)).toEqual(keys.map((name) => [name, 6]));
      expect(Object.entries(made[2] ?? {})).toEqual(keys.map((name) => [name, 3]));
      expect(Object.entries(runFold(columns(parts), [1, 2, 3])[0])).toEqual(keys.map((name) => [name, 6]));
    }),
  );
});

test('rows of a table are refused only if their names could change a prototype', () => {
  const read = decoderOfValues(t.record(t.string, t.number));
  expect(read({ value: recordOf(['__proto__'], () => 1), position: 0 })).toMatchObject({
    left: { kind: 'key' },
  });
  expect(read({ value: recordOf(['toString', 'keys'], () => 1), position: 0 })).toMatchObject({
    right: { keys: 1 },
  });
});

test('labels that Prometheus cannot read are refused', () => {
  expect(() => prometheus(noCounters, { 'a"} 1\nb{c': 'x' })).toThrow('the name of a label is not valid');
  expect(prometheus(noCounters, { constructor: 'x' })).toContain('paralens_step{constructor="x"} 0');
});

test('nothing is assigned to inherited properties, which would throw with frozen prototypes', () => {
  const fresh: Record<string, number> = Object.create(Object.freeze({ inherited: 1 }));
  setOwn(fresh, 'inherited', 2);
  setOwn(fresh, '__proto__', 3);
  expect(Object.entries(fresh)).toEqual([
    ['inherited', 2],
    ['__proto__', 3],
  ]);
  expect(ownOf(fresh, 'toString')).toBe(undefined);
});
