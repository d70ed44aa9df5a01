import { backendLaws, check, derivativeLaws, drawing, drawSubject } from 'paralens/laws';
import * as operation from 'paralens/operation';
import { describe, expect, test } from 'vitest';
import { held, operationSubjects } from './subject/operation.js';
import { compiledBackends, runsOn } from './subject/backends.js';

describe.each(Object.entries(operationSubjects))('operation %s', (name, draw) => {
  const example = drawing((sampler) => drawSubject(sampler, draw(sampler)));

  test('laws of derivatives', () => {
    check(name, example, derivativeLaws({ derivative: !held.has(name) }), { runs: 7 });
  });

  test.each(compiledBackends)('laws on $name, threads: $threads', (backend) => {
    check(name, example, backendLaws(backend), { runs: runsOn(backend, 4) });
  });
});

test('every operation is checked by its laws', () => {
  expect(Object.keys(operationSubjects).toSorted()).toEqual(Object.keys(operation).toSorted());
});
