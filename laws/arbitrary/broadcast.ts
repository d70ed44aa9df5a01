/** Shapes that broadcast: equal, one the end of the other, or one a single number. */
import type { Shape } from '../../src/tensor/shape.js';
import type { Sampler } from './draw.js';

/** The shapes of two operands. */
export interface Broadcast {
  readonly left: Shape;
  readonly right: Shape;
}

/** Two shapes that arithmetic puts into one. */
export const drawBroadcast = ({ shape, integer, pick }: Sampler): Broadcast => {
  const whole = shape();
  const end = whole.slice(integer(0, whole.length));
  return pick(['right', 'left']) === 'right' ? { left: whole, right: end } : { left: end, right: whole };
};
