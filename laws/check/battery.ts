/** All laws of a differentiable map, cheapest and strictest first: the first that breaks is the one to read. */
import { type Law, law } from '../base/verdict.js';
import { nearFloat64, repeatable, type Running } from '../gradient/backend.js';
import { directionalSlope } from '../gradient/directional.js';
import { secondOrder } from '../gradient/second-order.js';
import { cotangentLikeArgument, pureMap, reentrantMap } from '../gradient/structure.js';
import type { Backend } from '../../src/backend/backend.js';
import { engineOf, float64 } from '../map/engine.js';
import type { SubjectAtPoint } from '../map/subject.js';
import { finiteAtSpecialPoint } from '../numerics/special-points.js';
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
  law('G-4', ({ map }) => cotangentLikeArgument(map)),
  law('L-6', ({ map, point }) => pureMap(map, point)),
  law('RD.2', ({ map, point }) => zeroCotangent(map, point)),
  law('RD.2', ({ map, point }) => powersOfTwo(map, point)),
  law('L-5', ({ map, point }) => reentrantMap(map, point)),
];

/** Of a backward that is the derivative of its forward. */
const slopes: readonly SubjectLaw[] = [law('G-1', ({ map, point }) => directionalSlope(map, point))];

const finite: SubjectLaw = law('N-4', ({ map, point }) => finiteAtSpecialPoint(map, point));

const consistency: readonly SubjectLaw[] = [
  law('RD.2', ({ map, point }) => additive(map, point)),
  law('RD.6', ({ map, point }) => linearDerivative(map, point)),
  law('RD.7', ({ map, point }) => mixedPartials(map, point)),
];

const transposes: readonly SubjectLaw[] = [law('RD.9', ({ map, point }) => dotProduct(map, point))];

const second: readonly SubjectLaw[] = [
  law('G-7', ({ subject, point }) => secondOrder(subject.backwardOn(float64), point)),
];

const secondTransposes: readonly SubjectLaw[] = [
  law('RD.8', ({ subject, map, point }) => doubleReverse(map, subject.backwardOn(float64), point)),
];

/** G-4, L-6, RD.2, L-5, N-4, G-1, RD.2, RD.6, RD.7, RD.9, G-7 and RD.8 in float64. */
export const derivativeLaws = ({ derivative = true, twice = true }: Battery = {}): readonly SubjectLaw[] => [
  ...always,
  finite,
  ...(derivative ? slopes : []),
  ...consistency,
  ...(derivative ? transposes : []),
  ...(twice ? second : []),
  ...(twice && derivative ? secondTransposes : []),
];

/** L-6, B-1, G-10, B-3, RD.2, L-5 and N-4 on a backend. */
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
    law('L-6', ({ subject, point }) => pureMap(subject.on(engine), point)),
    law('B-1', (at) => nearFloat64('B-1', at.subject.computations().forward, forwardOf(at), at.point.x)),
    law('G-10', (at) => nearFloat64('G-10', at.subject.computations().backward, backwardOf(at), all(at))),
    law('B-3', (at) => repeatable(at.subject.computations().backward, backwardOf(at), all(at))),
    law('RD.2', ({ subject, point }) => zeroCotangent(subject.on(engine), point)),
    law('RD.2', ({ subject, point }) => powersOfTwo(subject.on(engine), point)),
    law('L-5', ({ subject, point }) => reentrantMap(subject.on(engine), point)),
    law('N-4', ({ subject, map, point }) => finiteAtSpecialPoint(subject.on(engine), point, map)),
  ];
};
