/** What is handed out can be handed back, and what does not fit is refused by every backend alike. */
import {
  adam,
  batches,
  compile,
  dense,
  evaluate,
  evaluator,
  key,
  learner,
  meanSquaredError,
  relu,
  scalar,
  sequential,
  type Tensor,
  tensor,
  train,
  wasm,
} from 'paralens';
import { compileChecked, force, reference, trace } from 'paralens/program';
import { add, cast, multiply } from 'paralens/operation';
import { namedTensors, restoreTree } from 'paralens/online';
import { either } from 'fp-ts';
import fc from 'fast-check';
import { from, lastValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';

const wide = reference({ precision: 'float64' });
const everywhere = [wide, reference(), wasm()];

const line = learner({
  model: sequential(dense(2, 3), relu(), dense(3, 1)),
  loss: meanSquaredError(),
  update: adam(),
});
const data = {
  input: tensor([
    [1, 2],
    [3, 4],
  ]),
  target: tensor([[1], [2]]),
};

const trained = async (options: Parameters<typeof train>[1], backend = wide) =>
  (await lastValueFrom(
    from(batches(data, { size: 1 })).pipe(train(line, { ...options, backend } as never)),
  )) as {
    readonly loss: number;
    readonly state: ReturnType<typeof line.init>;
  };

describe('results of the float64 reference', () => {
  test('can be passed to a compiled function, with all digits', () => {
    const inc = compile((x: Tensor<readonly []>) => add(x, scalar(0.1)), { backend: wide });
    expect(evaluate(inc(inc(scalar(0)))).data[0]).toBe(0.2);
    const once = inc(scalar(0));
    expect(once.dtype).toBe('float32');
    for (const backend of everywhere) {
      const double = compile((x: Tensor<readonly []>) => multiply(x, 2), { backend });
      expect(evaluate(double(once), { backend }).data[0]).toBe(backend === wide ? 0.2 : Math.fround(0.2));
      // Also beside tensors of a program, and written into one as a constant.
      expect(evaluate(add(once, scalar(1)), { backend }).data[0]).toBeCloseTo(1.1, 6);
      const row = force(multiply(tensor([1, 2]), 0.1), { backend: wide });
      const written = compile((x: Tensor<readonly [2]>) => add(x, row), { backend });
      expect(evaluate(written(tensor([1, 1])), { backend }).data[1]).toBeCloseTo(1.2, 6);
    }
  });

  test('can be used to predict, evaluate, resume and save, on every backend', async () => {
    const { state } = await trained({ key: key(1) });
    for (const backend of everywhere) {
      expect(evaluate(line.predict(state, data.input), { backend }).shape).toEqual([2, 1]);
      expect(evaluator(line, data, { backend })(state).loss).toBeGreaterThan(0);
      expect((await trained({ state }, backend)).loss).toBeGreaterThan(0);
      const restored = restoreTree(line.init(key(2)), namedTensors(state));
      expect(either.isRight(restored)).toBe(true);
      if (either.isRight(restored))
        expect((await trained({ state: restored.right }, backend)).loss).toBe(
          (await trained({ state }, backend)).loss,
        );
    }
  });

  test('can be cut into batches with all digits', () => {
    const set = force({ x: multiply(tensor([[1], [2]]), 0.1) }, { backend: wide });
    for (const shuffle of [undefined, key(1)])
      for (const { x } of batches(set, { size: 2, ...(shuffle && { shuffle }) }))
        expect([...evaluate(x).data].toSorted((a, b) => a - b)).toEqual([0.1, 0.2]);
  });
});

describe.each([reference(), wide, wasm(), wasm({ simd: false, warn: () => undefined })])(
  'a step on $name',
  (backend) => {
    const program = trace((x) => add(x as Tensor<readonly [3]>, 1), [{ shape: [3], dtype: 'float32' }]);
    const labels = trace((x) => add(x as Tensor<readonly [1], 'int32'>, 1), [{ shape: [1], dtype: 'int32' }]);
    const ways = [backend.compile, (each: typeof program) => compileChecked(backend, each)];

    test.each(ways)('refuses invalid inputs (%#)', (make) => {
      const step =
        (...inputs: readonly unknown[]) =>
        () =>
          make(program)
            .start([])
            .step(inputs as readonly Float32Array[]);
      expect(step(Float32Array.of(1, 2))).toThrow('step: inputs 0 of another size, got [2], needed [3]');
      expect(step()).toThrow('step: another number of inputs, got 0, needed 1');
      expect(step([1, 2, 3])).toThrow('step: inputs 0 of another kind, got an array');
      expect(step(Int32Array.of(1, 2, 3))).toThrow('inputs 0 of another kind, got Int32Array');
      expect(() => make(program).start([Float32Array.of(1)])).toThrow('step: another number of state, got 1');
      expect(() =>
        make(labels)
          .start([])
          .step([Float32Array.of(1.5)]),
      ).toThrow('needed Int32Array for int32');
    });

    test('treats boolean bytes other than 0 and 1 as true', () => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
          const mask = trace(
            (x) => cast(x as Tensor<readonly [4], 'bool'>, 'float32'),
            [{ shape: [4], dtype: 'bool' }],
          );
          const truths = [...bytes].map((byte) => Number(byte !== 0));
          for (const make of ways) expect([...(make(mask).start([]).step([bytes])[0] ?? [])]).toEqual(truths);
        }),
        { numRuns: 10 },
      );
    });
  },
);
