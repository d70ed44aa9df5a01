/** What is handed in by mistake is named where it is handed in. */
import { inspect } from 'node:util';
import {
  adam,
  batches,
  chain,
  dense,
  evaluate,
  key,
  learner,
  meanSquaredError,
  ParalensError,
  relu,
  sequential,
  sgd,
  type Tensor,
  tensor,
  train,
} from 'paralens';
import { clipByValue } from 'paralens/update';
import { leaves, mapTree } from 'paralens/program';
import { exp, max, maxPool, multiply, softmax } from 'paralens/operation';
import { from, lastValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { moduleCache } from '../../src/backend/wasm/cache.js';

const line = learner({ model: dense(2, 1), loss: meanSquaredError(), update: adam() });
const data = { input: tensor([[1, 2]]), target: tensor([[3]]) };
const fit = async (options: unknown, set: unknown = data): Promise<unknown> =>
  lastValueFrom(from(batches(set as typeof data, { size: 1 })).pipe(train(line, options as never)));

test('a seed instead of a key, or a missing key, is refused by name', async () => {
  await expect(fit({ key: 1 })).rejects.toThrow('learner: `key` must be a random key, got 1');
  await expect(fit({})).rejects.toThrow('learner: `key` must be a random key, got undefined');
  await expect(fit({ key: null })).rejects.toThrow('learner: `key` must be a random key, got null');
});

test('the state of another update or another model is named', async () => {
  const other = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
  await expect(fit({ state: other.init(key(1)) })).rejects.toThrow(
    'step 1: learner: the state belongs to another update, got nothing else, needed scalars.meanWeight',
  );
  const wide = learner({ model: dense(3, 1), loss: meanSquaredError(), update: adam() });
  await expect(fit({ state: wide.init(key(1)) })).rejects.toThrow(
    'learner: the parameters belong to another model, got 0.kernel [3, 1], needed 0.kernel [2, 1]',
  );
  const deep = learner({
    model: sequential(dense(2, 2), dense(2, 1)),
    loss: meanSquaredError(),
    update: adam(),
  }).init(key(1));
  for (const use of [
    () => line.predict(deep as never, data.input),
    () => line.evaluate(deep as never, data),
    () => line.step(deep as never, data),
  ])
    expect(use).toThrow('learner: the parameters belong to another model, got 1.bias, 1.kernel');
});

test('for a target [n] and a prediction [n, 1] the error says to reshape, and the step is not a layer', async () => {
  await expect(fit({ key: key(1) }, { ...data, target: tensor([3]) })).rejects.toThrow(
    /^step 1: loss: meanSquaredError: the shapes differ, got \[1, 1\] and \[1\], .*reshape the second to \[1, 1\]$/,
  );
});

test('the maximum of an empty axis, and windows over one, are refused', () => {
  expect(() => max(tensor(new Float32Array(0), [0, 3]), [0])).toThrow(
    'max: there are no elements, got [0, 3] over axes [0], needed at least one element',
  );
  expect(() => maxPool(tensor(new Float32Array(0), [1, 0, 2]), 2, 1)).toThrow(
    'maxPool: an axis under the window has no elements, got [0]',
  );
});

test('an operation names an argument that is not a tensor', () => {
  const anything = (f: unknown) => f as (...given: readonly unknown[]) => unknown;
  expect(() => anything(exp)(5)).toThrow('exp: the argument is not a tensor, got 5');
  expect(() => anything(multiply)('a', 2)).toThrow(
    "multiply: an argument is neither a tensor nor a number, got 'a'",
  );
});

test('a tensor shows its shape and data, and an expression only its last operation', () => {
  expect(JSON.stringify({ x: tensor([1, NaN]) })).toBe('{"x":{"tensor":"float32 [2]","data":[1,"NaN"]}}');
  expect(JSON.stringify(tensor(new Float32Array(5000), [5000]))).toContain('5000 numbers');
  expect(inspect({ x: tensor([1, 2]) })).toBe('{ x: Tensor float32 [2] = [1, 2] }');
  expect(inspect(tensor(new Float32Array(100), [100]))).toMatch(/0, …\]$/);
  let shared: Tensor = tensor([1]);
  for (let i = 0; i < 200; i++) shared = multiply(shared, shared);
  expect(JSON.stringify(shared)).toBe('{"tensor":"float32 [1]","expression":"multiply(…)"}');
  expect(inspect(shared)).toBe('Tensor float32 [1] = multiply(…)');
  expect(JSON.stringify(line.init(key(1))).length).toBeLessThan(4000);
});

test('a cloned tensor is refused, with the way to send one', () => {
  const cloned: unknown = structuredClone({ x: tensor([1, 2]) });
  for (const use of [() => evaluate(cloned), () => leaves(cloned), () => mapTree(cloned, (each) => each)])
    expect(use).toThrow('x: tree: the tensor was cloned by structuredClone or postMessage');
});

test('a tree without an end, or 20,000 deep, is refused', () => {
  let deep: unknown = tensor([1]);
  for (let i = 0; i < 20_000; i++) deep = i % 2 === 0 ? [deep] : { deep };
  const cyclic: Record<string, unknown> = {};
  cyclic['own'] = cyclic;
  for (const tree of [deep, cyclic])
    for (const use of [leaves, evaluate, (each: unknown) => mapTree(each, (leaf) => leaf)])
      expect(() => use(tree)).toThrow('tree: the tree is deeper than 1000 levels');
});

test('if a page forbids WebAssembly, the error says what to allow', () => {
  const forbidden = moduleCache(1, () => {
    throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
  });
  expect(() => forbidden.moduleOf(new Uint8Array(8))).toThrow(ParalensError);
  expect(() => forbidden.moduleOf(new Uint8Array(8))).toThrow("allow script-src 'wasm-unsafe-eval'");
});

test('an axis out of range is refused by name', () => {
  expect(() => softmax(tensor([1]), 1.5)).toThrow('softmax: no axis 1.5');
});

describe('parts of the wrong kind', () => {
  const right = { model: dense(1, 1), loss: meanSquaredError(), update: sgd() };
  const call = ' got a function; this function makes one: call it with its options';

  test.each([
    ['model', dense, `learner: \`model\` must be a layer,${call}`],
    ['loss', meanSquaredError, `learner: \`loss\` must be a loss,${call}`],
    ['update', sgd, `learner: \`update\` must be an update,${call}`],
    ['update', undefined, 'learner: `update` must be an update, got undefined'],
    ['metrics', { accuracy: 3 }, 'learner: `metrics.accuracy` must be a function, got 3'],
  ])('%s', (name, wrong, message) => {
    expect(() => learner({ ...right, [name]: wrong })).toThrow(message);
  });

  test('in a chain', () => {
    expect(() => chain(clipByValue(1) as never)).toThrow('chain: `update` must be an update, got a function');
    expect(() => chain(sgd() as never, sgd())).toThrow('chain: `lenses` must be a function, got an object');
  });

  test('in a sequence', () => {
    const call = sequential as (...layers: readonly unknown[]) => unknown;
    expect(() => call(dense(1, 1), relu)).toThrow('sequential: `layers[1]` must be a layer, got a function');
    expect(() => call(3)).toThrow('sequential: `layers[0]` must be a layer, got 3');
  });
});
