/** O-19: schedules, as functions of the number of updates that were applied. */
import { same } from '../base/compare.js';
import { bitwise, type Equality, normWise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { placeholder, traceTensors } from '../../src/graph/trace.js';
import type { Scalar } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { type LearningRate, type Schedule, scheduleOf } from '../../src/update/schedule.js';
import type { Engine } from '../map/engine.js';

/** A schedule on an engine, as a function of plain counts. */
export interface ScheduleMap {
  readonly name: string;
  readonly rateAt: (count: number) => number;
}

/** The function of counts that a schedule, or a number, is on an engine. */
export const scheduleMap = (name: string, rate: LearningRate, engine: Engine): ScheduleMap => {
  const count = placeholder({ shape: [], dtype: 'int32' }, 'count') as Tensor<Scalar, 'int32'>;
  const schedule: Schedule = scheduleOf(rate);
  const run = engine.compile(traceTensors([count], [schedule(count)]));
  return {
    name: engine.name === 'float64' ? name : `${name} (${engine.name})`,
    rateAt: (n) => run([Int32Array.of(n)])[0]?.[0] ?? Number.NaN,
  };
};

const compare = (
  equality: Equality,
  got: ScheduleMap,
  counts: readonly number[],
  expected: (count: number) => number,
  what: string,
): Verdict =>
  every(
    counts.map(
      (count) => () =>
        same(equality, got.rateAt(count), expected(count), {
          law: 'O-19',
          subject: got.name,
          what: `${what}, after ${count} updates`,
          hint: 'counts begin at 0: the first update has the rate of the count 0',
        }),
    ),
  );

/** O-19. The rate is the formula of the count, in plain numbers. */
export const scheduleFormula = (
  schedule: ScheduleMap,
  counts: readonly number[],
  formula: (count: number) => number,
  equality: Equality = normWise({ rtol: 1e-12, atol: 1e-15 }),
): Verdict => compare(equality, schedule, counts, formula, 'the rate is not what the formula says');

/** O-19. The schedule ≡ another one from a count on: the end of a warm-up, the floor of a decay. */
export const joins = (
  schedule: ScheduleMap,
  then: ScheduleMap,
  from: number,
  counts: readonly number[],
): Verdict =>
  compare(
    bitwise,
    schedule,
    counts.map((count) => from + count),
    (count) => then.rateAt(count - from),
    `the rate is not that of ${then.name} from ${from} on`,
  );
