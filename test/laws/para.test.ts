import { check } from 'paralens/laws';
import { drawing, drawParas, drawRemade, paraLaws, rematerializeLaws } from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import { everyBackend, runsOn } from './subject/backends.js';

describe.each(everyBackend)('Para on $name, threads: $threads', (backend) => {
  test.each(paraLaws({ backend }).map((law) => [law.id ?? '', law] as const))('%s', (id, law) => {
    check(id, drawing(drawParas), law, { runs: runsOn(backend, 10) });
  });

  test.each(rematerializeLaws({ backend }).map((law) => [law.id ?? '', law] as const))('%s', (id, law) => {
    check(id, drawing(drawRemade), law, { runs: runsOn(backend, 15) });
  });
});
