/** Where the laws look at an update: a tree of parameters, gradients that lead to a state, and the next ones. */
import { fastCheck } from '../fast-check.js';
import type { Sampler } from '../arbitrary/draw.js';
import { drawCotangent, drawData } from '../arbitrary/point.js';
import { type Range, type Specification, specified } from '../arbitrary/specification.js';
import { drawTree } from '../arbitrary/tree.js';
import { placesOf } from '../map/numeric-map.js';
import { isFloat } from '../../src/tensor/dtype.js';
import { sizeOf } from '../../src/tensor/shape.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves } from '../../src/tree/tree.js';
import type { Update } from '../../src/update/update.js';
import type { Engine } from '../map/engine.js';
import { type Place, showVector, type Vector } from '../map/vector.js';
import { type UpdateMap, updateMap } from './update-map.js';

/** A tree of specifications for parameters; an update takes any tree, so its type is nobody’s affair. */
export type ParameterSpecifications =
  Specification | readonly ParameterSpecifications[] | { readonly [name: string]: ParameterSpecifications };

/** An update under its laws. */
export interface UpdateSubject {
  readonly name: string;
  readonly update: Update;
}

export interface UpdatePoint {
  readonly parameters: Vector;
  /** Gradients that lead to a state, none to a few. */
  readonly history: readonly Vector[];
  /** The gradient of the step that is looked at, and another. */
  readonly gradient: Vector;
  readonly other: Vector;
  /** How far parameters are moved where nothing should depend on where they are; whole numbers. */
  readonly shift: Vector;
  /** 1 or −1 for each number of each leaf, and how far the numbers of a leaf are turned around. */
  readonly signs: Vector;
  readonly turn: number;
  /** A power of two, for scales that round nothing. */
  readonly exponent: number;
}

/** An update at a point. */
export interface UpdateAtPoint {
  readonly subject: UpdateSubject;
  readonly point: UpdatePoint;
  /** The update over the point's tree, on an engine; made once. */
  readonly on: (engine: Engine) => UpdateMap;
  readonly [fastCheck.toStringMethod]: () => string;
}

const drawSigns = (sampler: Sampler, { shape, dtype }: Place): Vector[number] => {
  const count = sizeOf(shape);
  return isFloat(dtype)
    ? Float64Array.from(sampler.integers(count, 0, 1), (bit) => 1 - 2 * bit)
    : new Int32Array(count).fill(1);
};

/** A point over leaves that are drawn from these ranges. */
export const drawUpdatePoint = (
  sampler: Sampler,
  places: readonly Place[],
  ranges: readonly Range[],
): UpdatePoint => {
  const gradient = (): Vector => drawCotangent(sampler, places);
  return {
    parameters: ranges.map((range) => drawData(sampler, range)),
    history: Array.from({ length: sampler.integer(0, 3) }, gradient),
    gradient: gradient(),
    other: gradient(),
    shift: places.map(({ shape, dtype }) =>
      isFloat(dtype)
        ? Float32Array.from(sampler.integers(sizeOf(shape), -8, 8))
        : new Int32Array(sizeOf(shape)),
    ),
    signs: places.map((place) => drawSigns(sampler, place)),
    turn: sampler.integer(0, 8),
    exponent: sampler.integer(-8, 8),
  };
};

const showPoint = (name: string, places: readonly Place[], { parameters, history, gradient }: UpdatePoint) =>
  [
    `${name} from ${showVector(places, parameters)}`,
    ...history.map((each) => `gradient ${showVector(places, each)}`),
    `then ${showVector(places, gradient)}`,
  ].join('; ');

/** What parameters are drawn from: a user's tree of specifications, or any tree at all. */
const drawParameters = (
  sampler: Sampler,
  specifications: ParameterSpecifications | undefined,
): { readonly tree: unknown; readonly ranges: readonly Range[] } => {
  if (specifications === undefined) {
    const tree = drawTree(sampler);
    const ranges = leaves<AnyTensor>(tree).map(({ shape, dtype }) => ({
      shape,
      dtype,
      low: isFloat(dtype) ? -2 : -8,
      high: isFloat(dtype) ? 2 : 8,
    }));
    return { tree, ranges };
  }
  const { like, rangeOf } = specified<unknown>(specifications);
  return { tree: like, ranges: leaves<AnyTensor>(like).map(rangeOf) };
};

/** An update at a drawn point: over any tree, or over one like these specifications. */
export const drawUpdate = (
  sampler: Sampler,
  subject: UpdateSubject,
  specifications?: ParameterSpecifications,
): UpdateAtPoint => {
  const { tree, ranges } = drawParameters(sampler, specifications);
  const places = placesOf(tree);
  const point = drawUpdatePoint(sampler, places, ranges);
  const made = new Map<string, UpdateMap>();
  return {
    subject,
    point,
    on: (engine) => {
      const map = made.get(engine.name) ?? updateMap(subject.name, subject.update, tree, engine);
      made.set(engine.name, map);
      return map;
    },
    [fastCheck.toStringMethod]: () => showPoint(subject.name, places, point),
  };
};
