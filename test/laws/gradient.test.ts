/** G-2, G-5 and G-6: small errors, kinks and choices. */
import { type Tensor } from 'paralens';
import {
  abs,
  broadcast,
  contract,
  max,
  maximum,
  min,
  minimum,
  relu,
  subtract,
  window,
  withPullback,
} from 'paralens/operation';
import { check, type Sampler } from 'paralens/laws';
import {
  betweenSlopes,
  drawExpression,
  drawing,
  drawLattice,
  drawPoint,
  extrapolatedSlope,
  float64,
  partitionOfUnity,
  shown,
  type Subject,
  subjectOf,
} from 'paralens/laws/kit';
import { describe, expect, test } from 'vitest';

const rows = { shape: [3, 4], low: -1, high: 1 } as const;

test('G-2 smooth functions, to nine digits', () => {
  const example = drawing((sampler) => {
    const subject = subjectOf<Tensor, Tensor>('expression', drawExpression(sampler), { shape: [2, 3] });
    const map = subject.on(float64);
    return shown({ map, point: drawPoint(sampler, map, subject.ranges) });
  });
  check('G-2', example, ({ map, point }) => extrapolatedSlope(map, point, 1e-8), { runs: 100 });
});

/** Kinks everywhere: whole numbers from −1 to 1, so that zeros and ties abound; one entry is looked at. */
const kinked = (subject: Subject) => (sampler: Sampler) => {
  const map = subject.on(float64);
  const { v } = drawPoint(sampler, map, subject.ranges);
  const x = subject.ranges.map((range) => drawLattice(sampler, range));
  const w = map.codomain.map(({ shape }) => {
    const one = new Float64Array(shape.reduce((n, size) => n * size, 1));
    one[sampler.integer(0, one.length - 1)] = sampler.pick([1, -1]) ?? 1;
    return one;
  });
  return shown({
    map,
    point: { x, v, w, u: v, other: w, exponent: 0, special: { x, arrangement: 'drawn' } },
  });
};

const kinks: { readonly [name: string]: Subject } = {
  relu: subjectOf<Tensor, Tensor>('relu', relu, rows),
  abs: subjectOf<Tensor, Tensor>('abs', abs, rows),
  clip: subjectOf<Tensor, Tensor>('clip', (x) => minimum(maximum(x, -1), 1), rows),
  max: subjectOf<Tensor, Tensor>('max', (x) => max(x, [1]), rows),
  min: subjectOf<Tensor, Tensor>('min', (x) => min(x, [0]), rows),
  maximum: subjectOf<readonly [Tensor, Tensor], Tensor>(
    'maximum',
    ([a, b]) => maximum(a, b as Tensor<never>),
    [rows, rows],
  ),
  minimum: subjectOf<readonly [Tensor, Tensor], Tensor>(
    'minimum',
    ([a, b]) => minimum(a, b as Tensor<never>),
    [rows, rows],
  ),
  'max of windows': subjectOf<Tensor, Tensor>(
    'max of windows',
    (x) => max(window(x, { sizes: [2, 2], strides: [1, 2], dilations: [1, 1] }), [2, 3]),
    rows,
  ),
};

describe('G-5 at kinks the backward is between the slopes', () => {
  test.each(Object.entries(kinks))('%s', (name, subject) => {
    check(name, drawing(kinked(subject)), ({ map, point }) => betweenSlopes(map, point), { runs: 100 });
  });
});

describe('G-6 a choice passes on all of its cotangent', () => {
  const choices = ['max', 'min', 'maximum', 'minimum', 'max of windows'] as const;
  test.each(choices)('%s', (name) => {
    const subject = kinks[name];
    if (subject === undefined) throw new Error(name);
    const example = drawing((sampler) => {
      const at = kinked(subject)(sampler);
      const w = at.map.codomain.map(({ shape }) =>
        drawLattice(sampler, { shape, dtype: 'float32', low: -8, high: 8 }),
      );
      return shown({ ...at, point: { ...at.point, w } });
    });
    check(name, example, ({ map, point }) => partitionOfUnity(map, point), { runs: 50 });
  });

  test('the suite can fail: ties counted twice', () => {
    const doubled = withPullback(
      (x: Tensor) => max(x, [1]),
      (x) => (dy) => {
        const largest = broadcast(max(x, [1]), x.shape, [0]);
        const tied = subtract(1, minimum(abs(subtract(x, largest as Tensor<never>)), 1));
        return contract(tied, dy, 'ij,i->ij');
      },
    );
    const subject = subjectOf<Tensor, Tensor>('max, ties twice', doubled, rows);
    expect(() => {
      check('max', drawing(kinked(subject)), ({ map, point }) => betweenSlopes(map, point), { runs: 100 });
    }).toThrow(/^G-5 max, ties twice: at a kink the backward is not between the slopes/);
    expect(() => {
      check('max', drawing(kinked(subject)), ({ map, point }) => partitionOfUnity(map, point), { runs: 100 });
    }).toThrow(/^G-6 max, ties twice: the shares of a choice do not add up/);
  });
});
