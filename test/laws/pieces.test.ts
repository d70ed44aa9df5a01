/** B-3: what is under a law is computed in pieces, as threads compute it, as on one thread: bit for bit, there and back. */
import { primitiveNames } from 'paralens/program';
import { check, law, type Sampler } from 'paralens/laws';
import {
  bitwise,
  drawCotangent,
  drawData,
  drawing,
  drawPrimitive,
  drawUpdate,
  float64,
  same,
  type Subject,
} from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import type { Program } from '../../src/graph/program.js';
import type { Data } from '../../src/tensor/dtype.js';
import { inPieces, tiled, TILES } from '../wasm/compiled.js';
import { composedRows } from './subject/composed-update.js';
import { compositeSubjects, layerSubjects, lossSubjects } from './subject/layer.js';
import { operationSubjects } from './subject/operation.js';
import { updateRows } from './subject/update.js';

interface Computed {
  readonly program: Program;
  readonly inputs: readonly Data[];
}

/** Pieces for 2 threads and for 3, each with one of the two tiles of products, against one thread with that tile. */
const pairs = [2, 3].map((threads) => {
  const [first] = TILES;
  return { threads, pieces: inPieces(threads, threads), alone: tiled(TILES[threads % 2] ?? first) };
});

const samePieces = law('B-3', ({ program, inputs, threads }: Computed & { readonly threads: number }) => {
  const pair = pairs.find((each) => each.threads === threads);
  const [got, expected] = [pair?.pieces, pair?.alone].map((backend) =>
    backend?.compile(program).start([]).step(inputs),
  );
  return same(bitwise, got, expected, {
    law: 'B-3',
    subject: `in pieces for ${threads} threads`,
    what: 'other bits than on one thread',
  });
});

const checkPieces = (name: string, draw: (sampler: Sampler) => Computed, runs: number): void => {
  const example = drawing((sampler) => ({ ...draw(sampler), threads: sampler.pick([2, 3]) ?? 2 }));
  check(name, example, samePieces, { runs });
};

const thereAndBack =
  (draw: (sampler: Sampler) => Subject) =>
  (sampler: Sampler): Computed => {
    const subject = draw(sampler);
    const x = subject.ranges.map((range) => drawData(sampler, range));
    const w = drawCotangent(sampler, subject.on(float64).codomain);
    return { program: subject.computations().backward.program, inputs: [...x, ...w] };
  };

describe('in pieces', () => {
  test.each(primitiveNames)('primitive %s', (name) => {
    checkPieces(
      name,
      thereAndBack((sampler) => drawPrimitive(sampler, name)),
      4,
    );
  });

  const subjects = { ...operationSubjects, ...layerSubjects, ...compositeSubjects, ...lossSubjects };
  test.each(Object.entries(subjects))('%s', (name, draw) => {
    checkPieces(name, thereAndBack(draw), 2);
  });

  test.each(Object.entries({ ...updateRows, ...composedRows }))('update %s', (name, { usual }) => {
    const draw = (sampler: Sampler): Computed => {
      const { on, point } = drawUpdate(sampler, { name, update: usual });
      const { computation, init } = on(float64);
      const state = init(point.parameters);
      const { program } = computation;
      // The state is that of the float64 reference.
      const inputs = [...state, ...point.parameters, ...point.gradient].map((data, i) =>
        program.inputs[i]?.dtype === 'float32' ? Float32Array.from(data) : data,
      );
      return { program, inputs };
    };
    checkPieces(name, draw, 2);
  });
});
