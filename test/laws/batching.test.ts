/** G-9: what is computed for a batch at once is what is computed for each example, of all that the library has. */
import { type AnyTensor, primitiveNames, type Shape, type Tensor } from 'paralens';
import {
  batchingLaws,
  check,
  drawBatch,
  drawing,
  drawLatticeBatch,
  drawPrimitive,
  exactBatchingLaws,
  type Sampler,
  type Subject,
  subjectOf,
  vectorizations,
} from 'paralens/laws';
import { scatterAdd, take } from 'paralens/operation';
import { describe, test } from 'vitest';
import { everyBackend, runsOn } from './subject/backends.js';
import { compositeSubjects, layerSubjects, lossSubjects } from './subject/layer.js';
import { operationSubjects } from './subject/operation.js';

type DrawSubject = (sampler: Sampler) => Subject;

const batchOf = (draw: DrawSubject, options?: { readonly twice: boolean }) =>
  drawing((sampler) => drawBatch(sampler, draw(sampler), sampler.pick(vectorizations), options));

/** They take no tensor that there could be a batch of. */
const withoutTensors: ReadonlySet<string> = new Set(['iota', 'full', 'key', 'sinusoids']);
const withTensors = (subjects: { readonly [name: string]: DrawSubject }) =>
  Object.entries(subjects).filter(([name]) => !withoutTensors.has(name));

describe.each(primitiveNames.filter((name) => !withoutTensors.has(name)))('primitive %s', (name) => {
  const draw: DrawSubject = (sampler) => drawPrimitive(sampler, name);

  test('G-9 in float64', () => {
    check(name, batchOf(draw), batchingLaws(), { runs: 40 });
    check(`backward of ${name}`, batchOf(draw, { twice: true }), batchingLaws(), { runs: 20 });
  });

  test.each(everyBackend)('G-9 bit for bit on $name, threads: $threads', (backend) => {
    const example = drawing((sampler) =>
      drawLatticeBatch(sampler, draw(sampler), sampler.pick(vectorizations)),
    );
    check(name, example, exactBatchingLaws(backend, { changes: false }), { runs: runsOn(backend, 15) });
  });
});

describe.each(withTensors(operationSubjects))('operation %s', (name, draw) => {
  test('G-9 in float64', () => {
    check(name, batchOf(draw), batchingLaws(), { runs: 10 });
    check(`backward of ${name}`, batchOf(draw, { twice: true }), batchingLaws(), { runs: 5 });
  });
});

describe.each(Object.entries({ ...layerSubjects, ...compositeSubjects, ...lossSubjects }))(
  '%s',
  (name, draw) => {
    test('G-9 in float64', () => {
      check(name, batchOf(draw), batchingLaws(), { runs: 15 });
      check(`backward of ${name}`, batchOf(draw, { twice: true }), batchingLaws(), { runs: 5 });
    });

    test.each(everyBackend)('G-9 on $name, threads: $threads', (backend) => {
      check(name, batchOf(draw), batchingLaws(backend), { runs: runsOn(backend, 8) });
    });
  },
);

/** Indices from before the first to behind the last. */
const outside: { readonly [name: string]: DrawSubject } = {
  take: ({ integer, pick, shape }) => {
    const [size, axis] = [integer(0, 3), integer(0, 1)];
    const ranges = [
      { shape: axis === 0 ? [size, 2] : [2, size], low: -4, high: 4 },
      { shape: shape(integer(0, 2)), dtype: pick(['int32', 'uint32']), low: -2, high: size + 1 },
    ] as const;
    return subjectOf<readonly [Tensor, Tensor<Shape, 'int32'>], AnyTensor>(
      'take',
      ([x, indices]) => take(x, indices, axis),
      ranges as never,
    );
  },
  scatterAdd: ({ integer, pick, shape }) => {
    const [size, indexed] = [integer(0, 3), shape(integer(0, 2))];
    const ranges = [
      { shape: indexed, dtype: pick(['int32', 'uint32']), low: -2, high: size + 1 },
      { shape: [2, ...indexed, 2], low: -4, high: 4 },
    ] as const;
    return subjectOf<readonly [Tensor<Shape, 'int32'>, Tensor], AnyTensor>(
      'scatterAdd',
      ([indices, updates]) => scatterAdd(indices, updates, 1, size),
      ranges as never,
    );
  },
};

describe.each(Object.entries(outside))('%s outside', (name, draw) => {
  test.each(everyBackend)('G-9 bit for bit on $name, threads: $threads', (backend) => {
    const example = drawing((sampler) =>
      drawLatticeBatch(sampler, draw(sampler), sampler.pick(vectorizations)),
    );
    check(name, example, exactBatchingLaws(backend), { runs: runsOn(backend, 40) });
  });
});
