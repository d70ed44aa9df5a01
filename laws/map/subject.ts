/** What laws are run on: a lens with what its argument is drawn from. */
import type { Sampler } from '../arbitrary/draw.js';
import { drawPoint, type MapAtPoint, shown } from '../arbitrary/point.js';
import { type Range, type Specifications, specified } from '../arbitrary/specification.js';
import { differentiate } from '../../src/lens/differentiable.js';
import type { SimpleLens } from '../../src/lens/lens.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves } from '../../src/tree/tree.js';
import type { Vector } from './vector.js';
import { type Engine, float64 } from './engine.js';
import {
  backwardLens,
  lazily,
  type Computation,
  type NumericMap,
  numericMap,
  placesOf,
  traceLens,
} from './numeric-map.js';

/** A lens under its laws; the type of its argument is its own affair. */
export interface Subject {
  readonly name: string;
  readonly ranges: readonly Range[];
  /** What leaves of the argument begin with, where that is known, as parameters of a layer do. */
  readonly initial?: readonly (Vector[number] | undefined)[];
  /** The map on an engine. */
  readonly on: (engine: Engine) => NumericMap;
  /** Its forward program, and the one that goes forward and back: arguments, then cotangents, to changes. */
  readonly computations: () => { readonly forward: Computation; readonly backward: Computation };
  /** The map (x, w) ↦ R[f](x, w), whose backward is that of the backward. */
  readonly backwardOn: (engine: Engine) => NumericMap;
  /** Hands the lens and a tree like its argument to what works for any. */
  readonly open: <T>(use: <A, B>(lens: SimpleLens<A, B>, like: A) => T) => T;
}

/** What is made for an engine is made once; there are few engines. */
export const perEngine = <T>(make: (engine: Engine) => T): ((engine: Engine) => T) => {
  const made = new Map<Engine, T>();
  return (engine) => {
    const known = made.get(engine) ?? make(engine);
    made.set(engine, known);
    return known;
  };
};

/** A lens whose argument is described by a tree of specifications. */
export const subjectOfLens = <A, B>(
  name: string,
  lens: SimpleLens<A, B>,
  specifications: Specifications<A>,
): Subject => {
  const { like, rangeOf } = specified<A>(specifications);
  const ranges = leaves<AnyTensor>(like).map(rangeOf);
  const traced = lazily(() => traceLens(lens, like));
  const tracedTwice = lazily(() => traceLens(backwardLens(lens), [like, traced().result] as const));
  return {
    name,
    ranges,
    on: perEngine((engine) => numericMap(name, traced(), engine)),
    computations: () => {
      const { forward, backward, result, change } = traced();
      return {
        forward: { name, program: forward, results: placesOf(result) },
        backward: { name: `backward of ${name}`, program: backward, results: placesOf(change) },
      };
    },
    backwardOn: perEngine((engine) => numericMap(`backward of ${name}`, tracedTwice(), engine)),
    open: (use) => use(lens, like),
  };
};

/** A function over tensors, its backward derived. */
export const subjectOf = <A, B>(name: string, f: (a: A) => B, specifications: Specifications<A>): Subject =>
  subjectOfLens(name, differentiate(f), specifications);

/** A subject and where the laws look at it. */
export interface SubjectAtPoint extends MapAtPoint {
  readonly subject: Subject;
}

/** A subject at a drawn point, in float64; the argument drawn from the ranges unless it is given. */
export const drawSubject = (sampler: Sampler, subject: Subject, argument?: Vector): SubjectAtPoint => {
  const map = subject.on(float64);
  const point = drawPoint(sampler, map, subject.ranges, subject.initial);
  // Nobody but the user knows where an argument of the user's own may be zero.
  const own = argument && { x: argument, special: { x: argument, arrangement: 'as given' } };
  return shown({ subject, map, point: { ...point, ...own } });
};
