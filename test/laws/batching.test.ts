/** G-9: what is computed for a batch at once is what is computed for each example, of all that the library has. */
import { primitiveNames } from 'paralens';
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
  vectorizations,
} from 'paralens/laws';
import { describe, test } from 'vitest';
import { everyBackend, runsOn } from './subject/backends.js';
import { compositeSubjects, layerSubjects, lossSubjects } from './subject/layer.js';
import { operationSubjects } from './subject/operation.js';

type DrawSubject = (sampler: Sampler) => Subject;

const batchOf = (draw: DrawSubject, options?: { readonly twice: boolean }) =>
  drawing((sampler) => drawBatch(sampler, draw(sampler), sampler.pick(vectorizations), options));

/** It has no inputs, and so nothing that there could be a batch of. */
const withInputs = primitiveNames.filter((name) => name !== 'iota');

describe.each(withInputs)('primitive %s', (name) => {
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

describe.each(Object.entries({ ...operationSubjects, ...layerSubjects, ...compositeSubjects, ...lossSubjects }))(
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
