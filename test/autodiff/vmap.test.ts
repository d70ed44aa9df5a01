/** A function of one example over a batch: what it says of mistakes, and cases that the laws do not draw. */
import { type AnyTensor, compile, evaluate, key, type Scalar, scalar, type Tensor, tensor } from 'paralens';
import {
  add,
  check,
  full,
  gradient,
  iota,
  less,
  matmul,
  multiply,
  normal,
  split,
  sum,
  tanh,
  vmap,
} from 'paralens/operation';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { batchTensors } from '../../src/autodiff/batch.js';
import { examplesOf } from '../../src/tensor/primitive/batching.js';
import { makeTensor } from '../../src/tensor/tensor.js';

type Row = Tensor<readonly [2]>;
const numbers = (x: AnyTensor): readonly number[] => [...evaluate(x).data];
const rows = tensor([
  [1, 2],
  [3, 4],
  [5, 6],
]);

describe('vmap', () => {
  test('gives one gradient for each example of shared parameters', () => {
    const kernel = normal(key(1), [2, 4]);
    const error = (w: typeof kernel, x: Row): Tensor<Scalar> => {
      const hidden = tanh(matmul<readonly [], 2, 4, 'float32'>(x, w));
      return sum(multiply(hidden, hidden));
    };
    const ofExample = (x: Row): typeof kernel => gradient((w: typeof kernel) => error(w, x))(kernel);
    const each = vmap(ofExample)(rows);
    expectTypeOf(each).toEqualTypeOf<Tensor<readonly [number, 2, 4]>>();
    expect(each.shape).toEqual([3, 2, 4]);
    const loop = [tensor([1, 2]), tensor([3, 4]), tensor([5, 6])].flatMap((x) => numbers(ofExample(x)));
    for (const [i, value] of numbers(each).entries()) expect(value).toBeCloseTo(loop[i] ?? Number.NaN, 6);
    // Their sum is the gradient of the sum over all.
    const ofAll = gradient((w: typeof kernel) => sum(vmap((x: Row) => error(w, x))(rows)))(kernel);
    for (const [i, value] of numbers(sum(each, [0])).entries())
      expect(value).toBeCloseTo(numbers(ofAll)[i] ?? Number.NaN, 5);
  });

  test('runs the function once, on one example', () => {
    const shapes: (readonly number[])[] = [];
    vmap((x: Row) => {
      shapes.push(x.shape);
      return x;
    })(rows);
    expect(shapes).toEqual([[2]]);
  });

  test('repeats results that depend on no example', () => {
    const places = vmap((): Tensor<readonly [2], 'int32'> => iota([2], 0))(rows);
    expect(places.shape).toEqual([3, 2]);
    expect(numbers(places)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  test('of no examples is empty', () => {
    const none = vmap((x: Row) => ({ total: sum(x), same: x }))(full([0, 2], 1));
    expect([none.total.shape, none.same.shape]).toEqual([[0], [0, 2]]);
    expect(numbers(none.total)).toEqual([]);
  });

  test('draws the same numbers from the key of each example as from that key alone', () => {
    const keys = split(key(3), 3);
    const stacked = tensor(Uint32Array.from(keys.flatMap((each) => numbers(each))), [3, 2], 'uint32');
    const drawn = vmap((from: Tensor<readonly [2], 'uint32'>) => normal(from, [5]))(stacked);
    expect(numbers(drawn)).toEqual(keys.flatMap((from) => numbers(normal(from, [5]))));
  });

  test('checks every example, and shows the value of the first wrong one', () => {
    const checked = vmap((x: Tensor<Scalar>) =>
      check(x, less(x, scalar(3)), x, { operation: 'small', what: 'too large', needed: 'below 3', hint: '' }),
    );
    expect(numbers(checked(tensor([1, 2])))).toEqual([1, 2]);
    expect(numbers(checked(full([0], 1)))).toEqual([]);
    expect(() => evaluate(checked(tensor([1, 7, 2, 9])))).toThrow('small: too large, got 7, needed below 3');
  });

  test('makes no copies of shared values: examples are rows of one product', () => {
    const kernel = normal(key(1), [8, 8]);
    const f = compile((x: Tensor<readonly [number, 8]>) =>
      vmap((row: Tensor<readonly [8]>) => matmul<readonly [], 8, 8, 'float32'>(row, kernel))(x),
    );
    expect(f.print(full([128, 8], 1))).toContain('product 1 × [128, 8]·[8, 8]');
  });

  test('does not read values from outside', () => {
    const forbidden: AnyTensor = Object.defineProperty({ ...scalar(1) }, 'node', {
      get: () => {
        throw new Error('walked too far');
      },
    });
    const identity = { kind: 'application', name: 'identity', attributes: { scope: undefined } } as const;
    const batch = makeTensor([3, 2] as const, 'float32', { ...identity, inputs: [forbidden] }, 7);
    const shared = makeTensor([2] as const, 'float32', { ...identity, inputs: [forbidden] }, 7);
    const [example = batch] = examplesOf([batch]);
    expect(example.shape).toEqual([2]);
    const result = add<readonly [2], 'float32'>(example as Row, shared);
    expect(batchTensors([result], new Map([[example, batch]]), 3).stack(result).shape).toEqual([3, 2]);
  });

  test('refuses unequal numbers of examples, a leaf without an axis, and no leaf at all', () => {
    const sumOf = vmap((pair: { readonly a: Row; readonly b: Row }) => add(pair.a, pair.b));
    expect(() => sumOf({ a: rows, b: full([2, 2], 1) })).toThrow(
      'b: vmap: leaves of unequal numbers of examples, got [3, 2] and [2, 2], needed axes 0 of one size; use values that all examples share from outside of the function, not as arguments',
    );
    expect(() => sumOf({ a: rows, b: scalar(1) as never })).toThrow(
      'b: vmap: a leaf without an axis of examples',
    );
    expect(() => vmap((x: Tensor<Scalar>) => x)(scalar(1) as never)).toThrow(
      'vmap: a leaf without an axis of examples, got [], needed',
    );
    expect(() => vmap(() => scalar(1))([] as never)).toThrow('vmap: no leaf whose examples could be counted');
  });

  test('refuses to leak an example out of its function', () => {
    const kept: AnyTensor[] = [];
    vmap((x: Row) => {
      kept.push(x);
      return x;
    })(rows);
    expect(() => evaluate(kept[0])).toThrow('one example of a batch');
  });
});
