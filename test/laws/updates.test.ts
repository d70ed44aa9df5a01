/** O-1 to O-20: every update and every schedule under the laws of all and under its own closed forms. */
import { adam } from 'paralens';
import {
  backends,
  brokenLaws,
  check,
  checkUpdate,
  drawing,
  drawUpdate,
  engineOf,
  every,
  float64,
  joins,
  normWise,
  scheduleFormula,
  scheduleMap,
  updateLaws,
  type UpdateAtPoint,
} from 'paralens/laws';
import { describe, expect, test } from 'vitest';
import * as exported from '../../src/update/index.js';
import { scheduleRows, updateRows } from './subject/update.js';

const engines = [float64, ...backends.map(engineOf)];

describe.each(Object.entries(updateRows))('update %s', (name, { traits, usual, onWholeNumbers, forms }) => {
  test('laws of every update', () => {
    checkUpdate(usual, undefined, { ...traits, name });
  });

  test.runIf(onWholeNumbers !== undefined)('laws of every update, on whole numbers', () => {
    checkUpdate(onWholeNumbers ?? usual, undefined, { ...traits, name, exact: true, runs: 10 });
  });

  const example = drawing((sampler) => {
    const { update, near, exact } = forms(sampler);
    return { ...drawUpdate(sampler, { name, update }), near, exact };
  });

  test('closed forms', () => {
    check(name, example, ({ near, on, point }) => every(near.map((law) => () => law(on(float64), point))));
  });

  test.each(engines)('closed forms to the bit on $name', (engine) => {
    check(name, example, ({ exact, on, point }) => every(exact.map((law) => () => law(on(engine), point))));
  });
});

describe.each(Object.entries(scheduleRows))('schedule %s', (name, draw) => {
  const example = drawing((sampler) => ({ ...draw(sampler), counts: [0, 1, ...sampler.integers(6, 0, 60)] }));

  // float32 has rounded a count that is divided, or a number that is raised to a power.
  test.each(engines)('is its formula on $name', (engine) => {
    const equality = normWise({
      rtol: engine === float64 ? 1e-12 : 1e-5,
      atol: engine === float64 ? 1e-15 : 1e-6,
    });
    check(name, example, ({ schedule, formula, counts }) =>
      scheduleFormula(scheduleMap(name, schedule, engine), counts, formula, equality),
    );
  });

  test.each(engines)('goes on as it should on $name', (engine) => {
    check(name, example, ({ schedule, joins: join, counts }) => {
      const { from, into } = join ?? { from: 0, into: schedule };
      return joins(
        scheduleMap(name, schedule, engine),
        scheduleMap('what follows', into, engine),
        from,
        counts,
      );
    });
  });
});

test('every update and every schedule is under its laws', () => {
  const rows = [...Object.keys(updateRows), ...Object.keys(scheduleRows)];
  expect(rows.toSorted()).toEqual(Object.keys(exported).toSorted());
});

test.each(['adam', 'rmsprop'])('O-17 is no law of %s: a rate on the gradient is no rate', (name) => {
  const { usual: update, traits } = updateRows[name] ?? { usual: adam(), traits: {} };
  const example = drawing((sampler): UpdateAtPoint => drawUpdate(sampler, { name, update }, { shape: [3] }));
  expect(brokenLaws(example, updateLaws({ ...traits, linear: true, backends: [] }))).toEqual(
    expect.arrayContaining(['O-17', 'O-10']),
  );
});
