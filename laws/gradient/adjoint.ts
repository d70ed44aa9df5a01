/** G-8: maps that are each other's adjoint, or each other's inverse. */
import type { Point } from '../arbitrary/point.js';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { broken, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { dot, labelled, type Vector } from '../map/vector.js';

/**
 * G-8. A linear map and its adjoint, on whole numbers: ⟨A x, w⟩ ≡ ⟨x, A* w⟩
 */
export const adjoint = (
  { map, back }: { readonly map: NumericMap; readonly back: (w: Vector) => Vector },
  { x, w }: Pick<Point, 'x' | 'w'>,
): Verdict => {
  const [got, expected] = [dot(x, back(w)), dot(map.forward(x), w)];
  return got === expected
    ? holds
    : broken({
        law: 'G-8',
        subject: map.name,
        what: 'not its adjoint: ⟨x, A*w⟩ against ⟨Ax, w⟩',
        got,
        expected,
      });
};

/**
 * G-8. The backward of a linear map is the adjoint that the library has a name for, on whole numbers:
 *
 * R[A](x, w) ≡ A*(w)
 */
export const backwardIsAdjoint = (
  { map, back }: { readonly map: NumericMap; readonly back: (w: Vector) => Vector },
  { x, w }: Pick<Point, 'x' | 'w'>,
): Verdict =>
  same(bitwise, labelled(map.domain, map.backward(x, w)), labelled(map.domain, back(w)), {
    law: 'G-8',
    subject: map.name,
    what: 'the backward is not the adjoint',
  });
