/** All laws of a differentiable map, cheapest and strictest first: the first that breaks is the one to read. */
import type { Law } from '../base/verdict.js';
import { nearFloat64, repeatable, type Running } from '../gradient/backend.js';
import { directionalSlope } from '../gradient/directional.js';
import { secondOrder } from '../gradient/second-order.js';
import { cotangentLikeArgument, pureMap, reentrantMap } from '../gradient/structure.js';
import type { Backend } from '../../src/backend/backend.js';
import { engineOf, float64 } from '../map/engine.js';
import type { SubjectAtPoint } from '../map/subject.js';
import { additive, linearDerivative, powersOfTwo, zeroCotangent } from '../reverse-derivative/linearity.js';
import { mixedPartials } from '../reverse-derivative/mixed-partials.js';
import { dotProduct, doubleReverse } from '../reverse-derivative/transpose.js';

export interface Battery {
  /** Whether the backward is meant to be the derivative of the forward; not where a value is held constant. */
  readonly derivative?: boolean | undefined;
  /** Whether the second derivative is looked at as well. */
  readonly twice?: boolean | undefined;
}

type SubjectLaw = Law<SubjectAtPoint>;

/** Of every backward, whatever it is the backward of; purity before all that runs on the same numbers. */
const always: readonly SubjectLaw[] = [
  ({ map }) => cotangentLikeArgument(map),
  ({ map, point }) => pureMap(map, point),
  ({ map, point }) => zeroCotangent(map, point),
  ({ map, point }) => powersOfTwo(map, point),
  ({ map, point }) => reentrantMap(map, point),
];

/** Of a backward that is the derivative of its forward. */
const slopes: readonly SubjectLaw[] = [({ map, point }) => directionalSlope(map, point)];

const consistency: readonly SubjectLaw[] = [
  ({ map, point }) => additive(map, point),
  ({ map, point }) => linearDerivative(map, point),
  ({ map, point }) => mixedPartials(map, point),
];

const transposes: readonly SubjectLaw[] = [({ map, point }) => dotProduct(map, point)];

const second: readonly SubjectLaw[] = [
  ({ subject, point }) => secondOrder(subject.backwardOn(float64), point),
];

const secondTransposes: readonly SubjectLaw[] = [
  ({ subject, map, point }) => doubleReverse(map, subject.backwardOn(float64), point),
];

/** G-4, L-6, RD.2, L-5, G-1, RD.2, RD.6, RD.7, RD.9, G-7 and RD.8 in float64. */
export const derivativeLaws = ({ derivative = true, twice = true }: Battery = {}): readonly SubjectLaw[] => [
  ...always,
  ...(derivative ? slopes : []),
  ...consistency,
  ...(derivative ? transposes : []),
  ...(twice ? second : []),
  ...(twice && derivative ? secondTransposes : []),
];

/** L-6, B-1, G-10, B-3, RD.2 and L-5 on a backend. */
export const backendLaws = (backend: Backend): readonly SubjectLaw[] => {
  const engine = engineOf(backend);
  const forwardOf = ({ subject }: SubjectAtPoint): Running => ({
    name: engine.name,
    run: (inputs) => subject.on(engine).forward(inputs),
  });
  // A backward takes arguments and cotangents together.
  const backwardOf = ({ subject }: SubjectAtPoint): Running => ({
    name: engine.name,
    run: (inputs) => subject.on(engine).backward(inputs, []),
  });
  const all = ({ point: { x, w } }: SubjectAtPoint): SubjectAtPoint['point']['x'] => [...x, ...w];
  return [
    ({ subject, point }) => pureMap(subject.on(engine), point),
    (at) => nearFloat64('B-1', at.subject.computations().forward, forwardOf(at), at.point.x),
    (at) => nearFloat64('G-10', at.subject.computations().backward, backwardOf(at), all(at)),
    (at) => repeatable(at.subject.computations().backward, backwardOf(at), all(at)),
    ({ subject, point }) => zeroCotangent(subject.on(engine), point),
    ({ subject, point }) => powersOfTwo(subject.on(engine), point),
    ({ subject, point }) => reentrantMap(subject.on(engine), point),
  ];
};
