/** O-2: without a gradient nothing moves that was at rest. All ≡. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { isFloat } from '../../src/tensor/dtype.js';
import { labelled, type Vector } from '../map/vector.js';
import { inArraysOf, zerosOf } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { beginning, reached, type Standing, trajectory, type UpdateMap } from './update-map.js';

const stays = (map: UpdateMap, from: Standing, gradients: readonly Vector[], what: string): Verdict =>
  every(
    trajectory(map, from, gradients).map(
      ({ parameters }) =>
        () =>
          same(
            bitwise,
            labelled(map.parameters, parameters),
            labelled(map.parameters, inArraysOf(parameters, from.parameters)),
            {
              law: 'O-2',
              subject: map.name,
              what,
              hint: 'a division of 0 by 0, a decay of the parameters, or a step that ignores the gradient',
            },
          ),
    ),
  );

/** O-2. put(init p, p, 0).p ≡ p, and so again and again. */
export const restsAtFirst = (map: UpdateMap, { parameters }: Pick<UpdatePoint, 'parameters'>): Verdict => {
  const zero = zerosOf(parameters);
  return stays(map, beginning(map, parameters), [zero, zero, zero], 'gradients of 0 move fresh parameters');
};

/** O-2 of updates that have no velocity: put(s, p, 0).p ≡ p in every state. */
export const restsInEveryState = (
  map: UpdateMap,
  { parameters, history }: Pick<UpdatePoint, 'parameters' | 'history'>,
): Verdict => {
  const from = reached(map, parameters, history);
  return stays(map, from, [zerosOf(parameters)], 'a gradient of 0 moves the parameters');
};

/** O-2 of parameters that are no floats and so have no gradient: they stay in every state. */
export const wholeNumbersStay = (map: UpdateMap, { parameters, history, gradient }: UpdatePoint): Verdict => {
  const after = reached(map, parameters, [...history, gradient]).parameters;
  const places = map.parameters.filter(({ dtype }) => !isFloat(dtype));
  const whole = (vector: Vector): Vector =>
    vector.filter((_, i) => !isFloat(map.parameters[i]?.dtype ?? 'float32'));
  return same(bitwise, labelled(places, whole(after)), labelled(places, whole(parameters)), {
    law: 'O-2',
    subject: map.name,
    what: 'parameters that are no floats have moved',
  });
};
