import { primitiveNames } from 'paralens/program';
import { check } from 'paralens/laws';
import { backendLaws, derivativeLaws, drawing, drawPrimitive, drawSubject } from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import { held } from './subject/operation.js';
import { everyBackend, runsOn } from './subject/backends.js';

describe.each(primitiveNames)('primitive %s', (name) => {
  const example = drawing((sampler) => drawSubject(sampler, drawPrimitive(sampler, name)));

  test('laws of derivatives', () => {
    check(name, example, derivativeLaws({ derivative: !held.has(name) }), { runs: 20 });
  });

  test.each(everyBackend)('laws on $name, threads: $threads', (backend) => {
    check(name, example, backendLaws(backend), { runs: runsOn(backend, 12) });
  });
});
