/** Random programs: what holds of each primitive must hold of what they make together, fused or not. */
import type { Tensor } from 'paralens';
import { check, type Sampler } from 'paralens/laws';
import {
  backendLaws,
  derivativeLaws,
  drawExpression,
  drawing,
  drawSubject,
  type SubjectAtPoint,
  subjectOf,
} from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import { everyBackend, runsOn } from './subject/backends.js';

const drawProgram = (sampler: Sampler): SubjectAtPoint => {
  const shape = sampler.shape(sampler.integer(1, 3)).map((size) => Math.max(1, size));
  const f = drawExpression(sampler, 6);
  return drawSubject(
    sampler,
    subjectOf<Tensor, Tensor>(`{${f.description}}`, f, { shape, low: -2, high: 2 }),
  );
};

describe('random programs', () => {
  test('laws of derivatives', () => {
    check('program', drawing(drawProgram), derivativeLaws(), { runs: 60 });
  });

  test.each(everyBackend)('laws on $name, threads: $threads', (backend) => {
    check('program', drawing(drawProgram), backendLaws(backend), { runs: runsOn(backend, 40) });
  });
});
