/** Batches to look at: which leaves are the examples' own, how many examples, and all their numbers. */
import { fastCheck } from '../fast-check.js';
import { allocate, isFloat } from '../../src/tensor/dtype.js';
import type { Spec } from '../../src/tensor/primitive/primitive.js';
import { sizeOf } from '../../src/tensor/shape.js';
import type { Sampler } from '../arbitrary/draw.js';
import { drawCotangent, drawData, drawLattice } from '../arbitrary/point.js';
import type { Range } from '../arbitrary/specification.js';
import { float64 } from '../map/engine.js';
import { backwardLens, placesOf } from '../map/numeric-map.js';
import type { Subject } from '../map/subject.js';
import { showVector, type Vector } from '../map/vector.js';
import { batchOf, chosen, type OneAndMany } from './one-and-many.js';
import type { Vectorization } from './vectorization.js';

/** A batch of a map, and numbers for it: the shared leaves first, then those of the batch. */
export interface BatchAtPoint {
  readonly both: OneAndMany;
  readonly x: Vector;
  readonly w: Vector;
}

/** Which leaves are batches: as a layer's would be, with its parameters shared, or any that are not none. */
export const drawMask = ({ integer }: Sampler, paths: readonly string[]): readonly boolean[] => {
  const isOwn = paths.map((path) => !path.startsWith('parameters'));
  if (isOwn.includes(true) && integer(0, 1) === 0 && isOwn.includes(false)) return isOwn;
  const drawn = paths.map(() => integer(0, 1) === 1);
  return drawn.includes(true) ? drawn : paths.map(() => true);
};

interface Numbers {
  /** Draws the numbers of an argument, and of cotangents of results. */
  readonly data: (sampler: Sampler, range: Range) => Vector[number];
  readonly cotangent: (sampler: Sampler, places: readonly Spec[]) => Vector;
}

const floats: Numbers = { data: drawData, cotangent: drawCotangent };

const wholeNumbers: Numbers = {
  data: drawLattice,
  cotangent: (sampler, places) =>
    places.map((place) =>
      isFloat(place.dtype)
        ? drawLattice(sampler, { ...place, low: -8, high: 8 })
        : allocate(place.dtype, sizeOf(place.shape)),
    ),
};

interface Drawn {
  readonly ranges: readonly Range[];
  readonly paths: readonly string[];
  readonly both: (mask: readonly boolean[], size: number) => OneAndMany;
}

const drawNumbers = (sampler: Sampler, { ranges, paths, both }: Drawn, numbers: Numbers): BatchAtPoint => {
  const mask = drawMask(sampler, paths);
  const made = both(mask, sampler.pick([2, 3, 1, 0]));
  const own = ranges.map((range) => ({ ...range, shape: [made.size, ...range.shape] }));
  const x = [...chosen(ranges, mask, false), ...chosen(own, mask, true)].map((range) =>
    numbers.data(sampler, range),
  );
  const example = { both: made, x, w: numbers.cotangent(sampler, made.many(float64).codomain) };
  return Object.assign(example, {
    [fastCheck.toStringMethod]: () =>
      `${made.name}, ${made.size} examples, own leaves ${mask.join()} at ${showVector(made.many(float64).domain, x)}`,
  });
};

const ofLens = (subject: Subject, vectorization: Vectorization): Drawn =>
  subject.open((lens, like) => ({
    ranges: subject.ranges,
    paths: placesOf(like).map(({ path }) => path),
    both: (mask, size) => batchOf(subject.name, vectorization, { lens, like }, { mask, size }),
  }));

/** (x, w) ↦ R[f](x, w) of one example and of a batch: a gradient for each example. */
const ofBackward = (subject: Subject, vectorization: Vectorization): Drawn =>
  subject.open((lens, argument) => {
    const like = [argument, lens.run(argument)[0]] as const;
    const results = placesOf(like[1]).map((place) => {
      const bound = isFloat(place.dtype) ? 2 : 0;
      return { ...place, low: -bound, high: bound };
    });
    return {
      ranges: [...subject.ranges, ...results],
      paths: placesOf(like).map(({ path }) => path.replace(/^0\./u, '')),
      both: (mask, size) =>
        batchOf(
          `backward of ${subject.name}`,
          vectorization,
          { lens: backwardLens(lens), like },
          { mask, size },
        ),
    };
  });

/** A batch of a subject, or of its backward. */
export const drawBatch = (
  sampler: Sampler,
  subject: Subject,
  vectorization: Vectorization,
  { twice = false }: { readonly twice?: boolean } = {},
): BatchAtPoint => drawNumbers(sampler, (twice ? ofBackward : ofLens)(subject, vectorization), floats);

/** The same in whole numbers, which leave no order of a sum another. */
export const drawLatticeBatch = (
  sampler: Sampler,
  subject: Subject,
  vectorization: Vectorization,
): BatchAtPoint => drawNumbers(sampler, ofLens(subject, vectorization), wholeNumbers);
