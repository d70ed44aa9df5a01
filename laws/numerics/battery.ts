/** The contract of numerics of a curve that is finite everywhere: N-1, N-2 and N-3 at drawn numbers. */
import { type Law, law } from '../base/verdict.js';
import { type Engine, float64 } from '../map/engine.js';
import { accurateOnLine, finiteOnLine, neighboursApart } from './line.js';
import { type Curve, profileOf } from './profile.js';

/** A curve, and numbers to look at it. */
export interface CurveAt {
  readonly name: string;
  readonly f: Curve;
  readonly at: readonly number[];
}

const PARTS = ['value', 'first', 'second'] as const;

/** N-1 and N-2 of value, first and second derivative, and N-3 of the value and the first. */
export const curveLaws = (engine: Engine): readonly Law<CurveAt>[] => [
  law('N-1', ({ name, f, at }) => finiteOnLine(profileOf(name, f, at, engine))),
  ...PARTS.map((part): Law<CurveAt> =>
    law('N-2', ({ name, f, at }) => {
      const together = profileOf(name, f, at, engine)[part];
      const alone = at.map((x) => profileOf(name, f, [x], engine)[part][0] ?? Number.NaN);
      return neighboursApart(`${name}, ${part}`, together, alone, at);
    }),
  ),
  ...(['value', 'first'] as const).map((part): Law<CurveAt> =>
    law('N-3', ({ name, f, at }) => {
      const [got, exact] = [profileOf(name, f, at, engine), profileOf(name, f, at, float64)];
      return accurateOnLine(`${name}, ${part}`, got[part], exact[part]);
    }),
  ),
];
