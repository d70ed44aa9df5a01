/** Loops: what they refuse, what they take from outside, checks inside, loops in loops, and what they cost. */
import { compile, evaluate, key, scalar, type Shape, type Tensor, tensor, wasm } from 'paralens';
import { compileChecked, defaultBackend } from 'paralens/program';
import {
  add,
  cast,
  check,
  gradient,
  hessianVectorProduct,
  less,
  multiply,
  normal,
  scan,
  sum,
  take,
  tanh,
} from 'paralens/operation';
import { describe, expect, test } from 'vitest';
import { placeholder, traceTensors } from '../../src/graph/trace.js';

type Scalar = Tensor<readonly []>;

const numbers = (tree: unknown): readonly number[] => [...evaluate(tree as Tensor).data];

describe('a loop', () => {
  test('of no steps returns the initial state, and empty results', () => {
    const [last, results] = scan(
      (s: Scalar, x: Scalar) => [add(s, x), x],
      scalar(3),
      tensor([], [0], 'float32'),
    );
    expect(numbers(last)).toEqual([3]);
    expect(evaluate(results).shape).toEqual([0]);
  });

  test('without stacked inputs runs for the given length', () => {
    const [last] = scan((s: Scalar) => [multiply(s, scalar(2)), []], scalar(1), [], { length: 10 });
    expect(numbers(last)).toEqual([1024]);
  });

  test('exchanges its states without mixing them up', () => {
    const [[a, b], seen] = scan(
      ([x, y]: readonly [Scalar, Scalar]) => [[y, x] as const, x],
      [scalar(1), scalar(2)] as const,
      [],
      { length: 3 },
    );
    expect([numbers(a), numbers(b), numbers(seen)]).toEqual([[2], [1], [1, 2, 1]]);
  });

  test('carries integers and booleans of every dtype exactly', () => {
    const [word, truths] = scan(
      (s: Tensor<readonly [], 'uint32'>, x: Tensor<readonly [], 'uint32'>) => [add(s, x), less(x, s)],
      scalar(4294967040, 'uint32'),
      tensor([255, 1], [2], 'uint32'),
    );
    expect([...evaluate(word).data]).toEqual([0]);
    expect([...evaluate(truths).data]).toEqual([1, 1]);
  });

  test('nested in a loop differentiates values from outside of both', () => {
    const f = (w: Scalar): Scalar => {
      const [last] = scan(
        (s: Scalar, row: Tensor<readonly [3]>) => {
          const [inner] = scan((t: Scalar, x: Scalar) => [tanh(add(multiply(t, w), x)), []], s, row);
          return [multiply(inner, w), []];
        },
        scalar(0.5),
        tensor([
          [0.1, 0.2, 0.3],
          [0.4, -0.5, 0.6],
        ]),
      );
      return last;
    };
    const written = (w: number): number => {
      let s = 0.5;
      for (const row of [
        [0.1, 0.2, 0.3],
        [0.4, -0.5, 0.6],
      ]) {
        for (const x of row) s = Math.tanh(s * w + x);
        s *= w;
      }
      return s;
    };
    const h = 1e-4;
    expect(numbers(f(scalar(0.7)))[0]).toBeCloseTo(written(0.7), 6);
    expect(numbers(gradient(f)(scalar(0.7)))[0]).toBeCloseTo(
      (written(0.7 + h) - written(0.7 - h)) / (2 * h),
      5,
    );
    expect(numbers(hessianVectorProduct(f)(scalar(0.7), scalar(1)))[0]).toBeCloseTo(
      (written(0.7 + h) - 2 * written(0.7) + written(0.7 - h)) / h ** 2,
      3,
    );
  });

  test('can contain checks, which report the first failing step', () => {
    const f = compile((indices: Tensor<readonly [3], 'int32'>) => {
      const table = tensor([1, 2, 4]);
      const [last] = scan(
        (s: Scalar, i: Tensor<readonly [], 'int32'>) => {
          const sound = check(i, less(i, scalar(3, 'int32')), i, {
            operation: 'look up',
            what: 'an index out of range',
            needed: 'below 3',
            hint: '',
          });
          return [add(s, take(table, sound, 0) as Scalar), []];
        },
        scalar(0),
        indices,
      );
      return last;
    });
    expect(numbers(f(tensor([0, 2, 1], 'int32')))).toEqual([7]);
    expect(() => f(tensor([0, 5, 9], 'int32'))).toThrow(
      'look up: an index out of range, got 5, needed below 3',
    );
  });
});

describe('a loop refuses', () => {
  test('different numbers of steps', () => {
    expect(() =>
      scan((s: Scalar) => [s, []], scalar(0), { a: tensor([1, 2]), b: tensor([1, 2, 3]) }),
    ).toThrow('b: scan: the tensors have different numbers of steps, got 3, needed 2');
  });

  test('an unknown number of steps', () => {
    expect(() => scan((s: Scalar) => [s, []], scalar(0), [])).toThrow('scan: the number of steps is unknown');
  });

  test('a state that changes its shape or structure', () => {
    const growing = (s: Tensor): readonly [Tensor, readonly []] => [add(s, tensor([1, 2])), []];
    expect(() => scan(growing, scalar(0) as Tensor, [], { length: 2 })).toThrow(
      'scan: the state changes its shape or dtype, got float32 [2], needed float32 []',
    );
    const other = (): readonly [Tensor, readonly []] => [{ a: scalar(0) } as unknown as Tensor, []];
    expect(() => scan(other, scalar(0) as Tensor, [], { length: 2 })).toThrow(
      'scan: the state changes its structure',
    );
  });
});

describe('the cost of a loop', () => {
  const gradientOf = (length: number) => {
    const shapes: readonly Shape[] = [
      [8, 16],
      [length, 8, 16],
    ];
    const inputs = shapes.map((shape, i) => placeholder({ shape, dtype: 'float32' }, `input ${i}`));
    const f = ([h, xs]: readonly Tensor[]): Scalar => {
      if (h === undefined || xs === undefined) throw new Error('two arguments');
      const [last] = scan((s: Tensor, x: Tensor) => [tanh(tanh(tanh(multiply(s, x)))), []], h, xs);
      return sum(last);
    };
    const program = traceTensors(inputs, gradient(f)(inputs as readonly Tensor[]));
    return { program, planned: compileChecked(defaultBackend, program).memory.planned };
  };

  test('a program that does not grow with the number of steps', () => {
    expect(gradientOf(1000).program.instructions.length).toBe(gradientOf(10).program.instructions.length);
  });

  test('memory for its states, not for intermediate values', () => {
    const state = 8 * 16 * 4;
    // What is stacked: the input, its change, and the states on the way; in the flat results of both loops and beside.
    const each = (gradientOf(300).planned - gradientOf(100).planned) / 200;
    expect(each).toBeLessThanOrEqual(6 * state);
  });

  test('the number of threads never changes results', () => {
    const f = (h: Tensor, xs: Tensor): Tensor => {
      const [, all] = scan(
        (s: Tensor, x: Tensor) => {
          const next = tanh(add(multiply(s, x), cast(less(s, x), 'float32')));
          return [next, next];
        },
        h,
        xs,
      );
      return all;
    };
    const arguments_ = [normal(key(1), [64, 512]), normal(key(2), [4, 64, 512])] as const;
    const many = wasm({ threads: 2 });
    const run = compile(f, { backend: many });
    const once = evaluate(compile(f)(...arguments_)).data;
    for (let i = 0; i < 3; i++) expect(evaluate(run(...arguments_)).data).toEqual(once);
    many.close();
  });
});
