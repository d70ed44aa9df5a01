/** A layer of one example as a layer of batches: its programs, what it refuses, how it is trained. */
import {
  batched,
  batches,
  batchNormalization,
  convolution1d,
  dense,
  dropout,
  embedding,
  evaluate,
  evaluation,
  key,
  learner,
  meanSquaredError,
  type Para,
  type Parameters,
  relu,
  sequential,
  sgd,
  type Shape,
  type Tensor,
  tensor,
  train,
} from 'paralens';
import { leaves, printProgram, trace, unflatten } from 'paralens/program';
import { full, normal } from 'paralens/operation';
import { from, lastValueFrom } from 'rxjs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { simplify } from '../../src/graph/simplify.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';

type Lead = readonly [];

const ofExample = sequential(dense<4, 5, Lead>(4, 5), relu<readonly [5]>(), dense<5, 3, Lead>(5, 3));

/** The program that goes forward and back. */
const programOf = <P extends Parameters, A, B>(layer: Para<P, A, B>, x: AnyTensor): string => {
  const p = layer.init(key(1));
  const [b] = layer.run(p, x as A);
  const inputs = [...leaves<AnyTensor>(p), x, ...leaves<AnyTensor>(b)];
  return printProgram(
    simplify(
      trace((...given) => {
        const parameters = unflatten(p, given);
        const [result, back] = layer.run(parameters, given[leaves(p).length] as A);
        return [result, back(unflatten(b, given.slice(leaves(p).length + 1)))];
      }, inputs),
    ),
  );
};

describe('batched', () => {
  test('adds an axis to argument and result, not to the parameters', () => {
    const model = batched(ofExample);
    expectTypeOf(model.init(key(1))).toEqualTypeOf(ofExample.init(key(1)));
    expectTypeOf(model.run).toBeCallableWith(model.init(key(1)), full([7, 4], 1));
    const [y] = model.run(model.init(key(1)), full([7, 4], 1));
    expectTypeOf(y).toEqualTypeOf<Tensor<readonly [number, 3]>>();
    expect(y.shape).toEqual([7, 3]);
  });

  test('of a dense model is the same program as that model over a batch', () => {
    const whole = sequential(dense(4, 5), relu(), dense(5, 3));
    const x = full([7, 4], 1);
    // Letters of contractions are only names; the sum over examples stands outside of the layer.
    const words = (program: string): string =>
      program.replaceAll(/contract\[\S+\]/gu, 'contract').replaceAll(/ {2}# .*/gu, '');
    expect(words(programOf(batched(ofExample), x))).toBe(words(programOf(whole, x)));
  });

  test('of a convolution computes the gradient of the kernel as one sum over all examples', () => {
    const layer = batched(convolution1d(2, 3, 2) as Para<Parameters, Tensor, Tensor>);
    const program = programOf(layer, full([6, 1, 5, 2], 1));
    // No kernel of each example stands anywhere.
    expect(program).not.toMatch(/float32 \[6, 2, 2, 3\]/u);
  });

  test('of an embedding computes the gradient of the table by one scatter', () => {
    const layer = batched(embedding<50, 2, readonly [number]>(50, 2));
    const program = programOf(layer, tensor([[1, 2], [2, 3]], 'int32')); // prettier-ignore
    expect(program.match(/scatterAdd/gu)).toHaveLength(1);
    expect(program).not.toMatch(/float32 \[(?:2, 50|100), 2\]/u);
  });

  test('refuses a layer with buffers, and accepts its evaluation', () => {
    const model = sequential(dense<4, 2, Lead>(4, 2), dropout<readonly [2]>(0.5));
    expect(() => batched(model as never)).toThrow(
      'batched: a layer with buffers, such as dropout or batch normalization, is not possible here, got 1 records of buffers, needed a layer without buffers; use evaluation(layer, ...buffers)',
    );
    const predicting = evaluation(model, ...model.buffers.init(key(1)));
    const p = model.init(key(1));
    const predicted = batched(predicting).run(p, full([3, 4], 1))[0];
    expect([...evaluate(predicted).data]).toEqual([...evaluate(dense(4, 2).run(p, full([3, 4], 1))[0]).data]);
  });

  test('of an evaluated layer uses its buffers', () => {
    const layer = batchNormalization<2, readonly [4]>(2);
    const buffers = { mean: full([2], 1), variance: full([2], 1) };
    const model = batched(evaluation(layer, buffers));
    const [y] = model.run(model.init(key(1)), full([3, 4, 2], 1));
    expect(new Set(evaluate(y).data)).toEqual(new Set([0]));
  });

  test('refuses a cotangent of another number of examples', () => {
    const model = batched(ofExample);
    const [, back] = model.run(model.init(key(1)), full([7, 4], 1));
    expect(() => back(full([6, 3], 1))).toThrow(
      'batched: the cotangent has another shape or dtype than the result, got float32 [6, 3], needed float32 [7, 3]',
    );
  });

  test('learns the same as the layer over batches', async () => {
    const whole = sequential(dense(4, 5), relu(), dense(5, 3));
    const data = { input: normal(key(2), [12, 4]), target: normal(key(3), [12, 3]) };
    const stateAfter = async (model: Para<Parameters, Tensor, Tensor>) => {
      const made = learner({ model, loss: meanSquaredError<Shape>(), update: sgd({ learningRate: 0.1 }) });
      const steps = from(batches(data, { size: 4 })).pipe(train(made, { key: key(1) }));
      const { state } = await lastValueFrom(steps);
      return evaluate(state.parameters);
    };
    type Any = Para<Parameters, Tensor, Tensor>;
    expect(await stateAfter(batched(ofExample) as Any)).toEqual(await stateAfter(whole as Any));
  });
});
