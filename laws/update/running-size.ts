/** O-11, O-14: updates that divide by the running size of the gradient. */
import { same } from '../base/compare.js';
import { bitwise, type Equality } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import { labelled, scaled } from '../map/vector.js';
import { nonzero } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { reached, type UpdateMap } from './update-map.js';
import { closely, follows, type RmspropConstants, rmspropStep } from './history.js';

/** O-14. RMSprop’s square is a running mean of all squares, with the bias of beginning at 0. */
export const runningSize = (
  map: UpdateMap,
  constants: RmspropConstants,
  { history, gradient }: Pick<UpdatePoint, 'history' | 'gradient'>,
  equality: Equality = closely,
): Verdict =>
  follows(
    map,
    [...history, gradient],
    rmspropStep(constants),
    {
      law: 'O-14',
      what: 'a step is not −η·g/(√s + ε) with s = (1 − ρ)Σρᵗ⁻ⁱgᵢ²',
      hint: 'the square is a mean and no sum, and ε stands outside of the root',
    },
    equality,
  );

/**
 * O-14. Under a constant gradient the square goes up to g² and the steps down to η: step t is η/√(1 − ρᵗ) without an
 * ε. (An accumulator that only adds would make them shrink as 1/√t for ever.)
 */
export const sizeUnderConstantGradient = (
  map: UpdateMap,
  { rate, smoothing }: Pick<RmspropConstants, 'rate' | 'smoothing'>,
  { gradient }: Pick<UpdatePoint, 'gradient'>,
  equality: Equality = closely,
): Verdict =>
  follows(
    map,
    Array.from({ length: 12 }, () => nonzero(gradient)),
    (seen) => (-rate * Math.sign(seen[0] ?? 0)) / Math.sqrt(1 - smoothing ** seen.length),
    { law: 'O-14', what: 'step t under a constant gradient is not η/√(1 − ρᵗ)' },
    equality,
  );

/** O-11. Without an ε, g → 2ᵏg leaves every step as it was. ≡ */
export const scaleFree = (
  map: UpdateMap,
  { parameters, history, gradient, exponent }: UpdatePoint,
): Verdict => {
  const gradients = [...history, gradient].map(nonzero);
  const factor = 2 ** exponent;
  const got = reached(
    map,
    parameters,
    gradients.map((g) => scaled(factor, g)),
  ).parameters;
  const expected = reached(map, parameters, gradients).parameters;
  return same(bitwise, labelled(map.parameters, got), labelled(map.parameters, expected), {
    law: 'O-11',
    subject: map.name,
    what: `gradients ${factor} times as large move otherwise, though ε is 0`,
    hint: 'something has a size of its own: a hidden ε, a floor, a clip',
  });
};
