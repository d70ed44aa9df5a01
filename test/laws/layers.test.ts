import { check } from 'paralens/laws';
import { backendLaws, derivativeLaws, drawing, drawSubject } from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import { compositeSubjects, layerSubjects, lossSubjects } from './subject/layer.js';
import { compiledBackends, runsOn } from './subject/backends.js';

const subjects = { ...layerSubjects, ...compositeSubjects, ...lossSubjects };

describe.each(Object.entries(subjects))('%s', (name, draw) => {
  const example = drawing((sampler) => drawSubject(sampler, draw(sampler)));

  test('laws of derivatives', () => {
    check(name, example, derivativeLaws(), { runs: 5 });
  });

  test.each(compiledBackends)('laws on $name, threads: $threads', (backend) => {
    check(name, example, backendLaws(backend), { runs: runsOn(backend, 2) });
  });
});
