/** G-9: what is computed for a batch at once is what is computed for each example, of all that the library has. */
import { type AnyTensor, type Shape, type Tensor, tensor } from 'paralens';
import { primitiveNames } from 'paralens/program';
import { scatterAdd, take } from 'paralens/operation';
import { check, type Sampler } from 'paralens/laws';
import {
  backends,
  batchingLaws,
  commutesWithDerivatives,
  drawBatch,
  drawData,
  drawExpression,
  drawing,
  drawLatticeBatch,
  drawPrimitive,
  exactBatchingLaws,
  type MappedFunction,
  mapsNest,
  normWise,
  type Subject,
  subjectOf,
  vectorizations,
} from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import { compiledBackends, everyBackend, runsOn } from './subject/backends.js';
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
    check(name, batchOf(draw), batchingLaws(), { runs: 12 });
    check(`backward of ${name}`, batchOf(draw, { twice: true }), batchingLaws(), { runs: 6 });
  });

  test.each(everyBackend)('G-9 bit for bit on $name, threads: $threads', (backend) => {
    const example = drawing((sampler) =>
      drawLatticeBatch(sampler, draw(sampler), sampler.pick(vectorizations)),
    );
    check(name, example, exactBatchingLaws(backend, { changes: false }), { runs: runsOn(backend, 10) });
  });
});

describe.each(withTensors(operationSubjects))('operation %s', (name, draw) => {
  test('G-9 in float64', () => {
    check(name, batchOf(draw), batchingLaws(), { runs: 4 });
    check(`backward of ${name}`, batchOf(draw, { twice: true }), batchingLaws(), { runs: 2 });
  });
});

describe.each(Object.entries({ ...layerSubjects, ...compositeSubjects, ...lossSubjects }))(
  '%s',
  (name, draw) => {
    test('G-9 in float64', () => {
      check(name, batchOf(draw), batchingLaws(), { runs: 3 });
      check(`backward of ${name}`, batchOf(draw, { twice: true }), batchingLaws(), { runs: 1 });
    });

    test.each(compiledBackends)('G-9 on $name, threads: $threads', (backend) => {
      check(name, batchOf(draw), batchingLaws(backend), { runs: runsOn(backend, 1) });
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
    check(name, example, exactBatchingLaws(backend), { runs: runsOn(backend, 20) });
  });
});

/** A random function of an example, and a batch of them. */
const drawMapped = (sampler: Sampler): MappedFunction & { readonly columns: number } => {
  const shape = sampler.shape(sampler.integer(1, 2)).map((size) => Math.max(1, size));
  const f = drawExpression(sampler, 6);
  const [rows, columns] = [sampler.integer(0, 3), sampler.integer(1, 3)];
  const whole = { shape: [rows * columns, ...shape], dtype: 'float32', low: -2, high: 2 } as const;
  const batch = (): Tensor => tensor(drawData(sampler, whole), whole.shape);
  return { name: `{${f.description}}`, f, x: batch(), v: batch(), w: batch(), columns };
};

describe.each([...backends])('random programs on $name', (backend) => {
  const comparison = { backend, equality: normWise({ rtol: 1e-5, atol: 1e-5 }) };

  test('G-9 vmap commutes with derivatives', () => {
    check('program', drawing(drawMapped), (at) => commutesWithDerivatives(at, comparison), { runs: 20 });
  });

  test('G-9 vmap nests', () => {
    check('program', drawing(drawMapped), (at) => mapsNest(at, at.columns, comparison), { runs: 20 });
  });
});
