/** O-16, O-17 and of O-19 the rate: where the learning rate stands in an update. All ≡. */
import { same } from '../base/compare.js';
import { bitwise, numerically } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { add, multiply } from '../../src/operation/arithmetic.js';
import { cast } from '../../src/tensor/primitive/conversion.js';
import { scalar } from '../../src/tensor/primitive/constant.js';
import type { LearningRate, Schedule } from '../../src/update/schedule.js';
import type { Update } from '../../src/update/update.js';
import { labelled, scaled, type Vector } from '../map/vector.js';
import { zerosOf } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { beginning, reached, type Standing, trajectory, type UpdateMap, withUpdate } from './update-map.js';

/** The same update with any learning rate. */
export type WithRate = (learningRate: LearningRate) => Update;

const RATE = 0.1;

/**
 * O-16. δ(2ᵏη) ≡ 2ᵏδ(η) for the move δ of one step, seen as what it makes of parameters that are 0.
 */
export const linearInRate = (map: UpdateMap, withRate: WithRate, point: UpdatePoint): Verdict => {
  const { parameters, history, gradient, exponent } = point;
  const factor = 2 ** exponent;
  const [slow, fast] = [withUpdate(map, withRate(RATE)), withUpdate(map, withRate(factor * RATE))];
  const { state } = reached(slow, parameters, history);
  const from: Standing = { state, parameters: zerosOf(parameters) };
  return same(
    numerically,
    labelled(map.parameters, fast.step(from, gradient).parameters),
    labelled(map.parameters, scaled(factor, slow.step(from, gradient).parameters)),
    {
      law: 'O-16',
      subject: map.name,
      what: `${factor} times the learning rate does not move ${factor} times as far`,
      hint: 'the rate of earlier steps is kept in the state, so that a change of it comes late',
    },
  );
};

/**
 * O-17. Of an update that is linear in the gradient: 2ᵏ as its learning rate ≡ 2ᵏ as a cap, through which the
 * cotangent 1 of the loss goes back before there is a gradient. No law of Adam and RMSprop, which have no size
 * of a gradient: the learning rate belongs in the update.
 */
export const rateAsCap = (map: UpdateMap, withRate: WithRate, point: UpdatePoint): Verdict => {
  const { parameters, history, gradient, exponent } = point;
  const factor = 2 ** exponent;
  const gradients = [...history, gradient];
  const capped = reached(
    withUpdate(map, withRate(1)),
    parameters,
    gradients.map((g) => scaled(factor, g)),
  );
  const inside = reached(withUpdate(map, withRate(factor)), parameters, gradients);
  return same(
    numerically,
    labelled(map.parameters, capped.parameters),
    labelled(map.parameters, inside.parameters),
    {
      law: 'O-17',
      subject: map.name,
      what: 'a rate that scales the gradient is another than the same rate in the update',
      hint: 'a step that is linear in the gradient neither clips nor divides by its size',
    },
  );
};

/** O-19. A schedule that is constant ≡ the number. */
export const constantSchedule = (map: UpdateMap, withRate: WithRate, point: UpdatePoint): Verdict => {
  const gradients = [...point.history, point.gradient];
  const end = (rate: LearningRate): Vector =>
    reached(withUpdate(map, withRate(rate)), point.parameters, gradients).parameters;
  return same(
    bitwise,
    labelled(
      map.parameters,
      end(() => scalar(RATE)),
    ),
    labelled(map.parameters, end(RATE)),
    { law: 'O-19', subject: map.name, what: 'a constant schedule is another rate than the number' },
  );
};

/** (t + 1)/8: exact in every precision, another one every time, and not 0 at the first. */
const rising: Schedule = (count) => add(multiply(cast(count, 'float32'), 1 / 8), 1 / 8);

/** O-19. The step after t updates ≡ that of the number that the schedule gives for t. */
export const followsSchedule = (map: UpdateMap, withRate: WithRate, point: UpdatePoint): Verdict => {
  const { parameters, history, gradient } = point;
  const scheduled = withUpdate(map, withRate(rising));
  const path = trajectory(scheduled, beginning(scheduled, parameters), [...history, gradient]);
  const standings = [beginning(scheduled, parameters), ...path];
  return every(
    [...history, gradient].map((each, t) => () => {
      const from = standings[t] ?? beginning(scheduled, parameters);
      const byHand = withUpdate(map, withRate((t + 1) / 8)).step(from, each);
      return same(
        bitwise,
        labelled(map.parameters, path[t]?.parameters ?? []),
        labelled(map.parameters, byHand.parameters),
        {
          law: 'O-19',
          subject: map.name,
          what: `update ${t + 1} does not have the rate that its schedule gives for ${t} applied ones`,
          hint: 'the count that a schedule is given is that of the updates before',
        },
      );
    }),
  );
};
