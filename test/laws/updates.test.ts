/** O-1 to O-20: every update and every schedule under the laws of all and under its own closed forms. */
import { adam, type Tensor, type Update } from 'paralens';
import { elementwiseUpdate } from 'paralens/update';
import { add, multiply, subtract } from 'paralens/operation';
import { check, checkUpdate, every, law } from 'paralens/laws';
import {
  brokenLaws,
  drawing,
  drawUpdate,
  engineOf,
  float64,
  joins,
  normWise,
  scheduleFormula,
  scheduleMap,
  type UpdateAtPoint,
  updateLaws,
} from 'paralens/laws/kit';
import { describe, expect, test } from 'vitest';
import * as exported from '../../src/update/index.js';
import { composedRows } from './subject/composed-update.js';
import { scheduleRows, updateRows as plainRows } from './subject/update.js';
import { everyBackend, thoroughBackends } from './subject/backends.js';

const updateRows = { ...plainRows, ...composedRows };

const engines = [
  { name: 'float64', threads: 1, engine: float64 },
  ...everyBackend.map((backend) => ({ ...backend, engine: engineOf(backend) })),
];

describe.each(Object.entries(updateRows))('update %s', (name, { traits, usual, forms }) => {
  test('laws of every update', () => {
    checkUpdate(usual, undefined, { ...traits, name, backends: [], runs: 4 });
  });

  test.each(thoroughBackends)('laws of every update on $name, threads: $threads', (backend) => {
    checkUpdate(usual, undefined, { ...traits, name, backends: [backend], runs: 2 });
  });

  test('laws of every update, of parameters in float64', () => {
    const like = { narrow: { shape: [3] }, wide: { shape: [2, 2], dtype: 'float64' } } as const;
    checkUpdate(usual, like, { ...traits, name, backends: [], runs: 2 });
  });

  const example = drawing((sampler) => {
    const { update, near, exact } = forms(sampler);
    return { ...drawUpdate(sampler, { name, update }), near, exact };
  });

  test('closed forms', () => {
    check(name, example, ({ near, on, point }) => every(near.map((law) => () => law(on(float64), point))), {
      runs: 12,
    });
  });

  test.each(engines)('closed forms to the bit on $name, threads: $threads', ({ engine }) => {
    check(name, example, ({ exact, on, point }) => every(exact.map((law) => () => law(on(engine), point))), {
      runs: 8,
    });
  });
});

const exact = Object.entries(updateRows).flatMap(([name, { traits, onWholeNumbers }]) =>
  onWholeNumbers === undefined ? [] : [[name, onWholeNumbers, traits] as const],
);

describe.each(exact)('update %s on whole numbers', (name, update, traits) => {
  test.each(everyBackend)('on $name, threads: $threads', (backend) => {
    checkUpdate(update, undefined, { ...traits, name, exact: true, backends: [backend], runs: 2 });
  });
});

type ScheduleAt = ReturnType<(typeof scheduleRows)[string]> & { readonly counts: readonly number[] };

describe.each(Object.entries(scheduleRows))('schedule %s', (name, draw) => {
  const example = drawing((sampler) => ({ ...draw(sampler), counts: [0, 1, ...sampler.integers(6, 0, 60)] }));

  // float32 has rounded a count that is divided, or a number that is raised to a power.
  test.each(engines)('is its formula on $name, threads: $threads', ({ engine }) => {
    const equality = normWise({
      rtol: engine === float64 ? 1e-12 : 1e-5,
      atol: engine === float64 ? 1e-15 : 1e-6,
    });
    const formulaLaw = law('O-19', ({ schedule, formula, counts }: ScheduleAt) =>
      scheduleFormula(scheduleMap(name, schedule, engine), counts, formula, equality),
    );
    check(name, example, formulaLaw);
  });

  test.each(engines)('continues as documented on $name, threads: $threads', ({ engine }) => {
    const joinLaw = law('O-19', ({ schedule, joins: join, counts }: ScheduleAt) => {
      const { from, into } = join ?? { from: 0, into: schedule };
      return joins(
        scheduleMap(name, schedule, engine),
        scheduleMap('what follows', into, engine),
        from,
        counts,
      );
    });
    check(name, example, joinLaw);
  });
});

test('every update and every schedule is checked by its laws', () => {
  const rows = [...Object.keys(updateRows), ...Object.keys(scheduleRows)];
  const known = Object.keys(exported).filter((name) => name !== 'averageOf');
  expect(rows.toSorted()).toEqual(known.toSorted());
});

describe('a custom update', () => {
  const descent = (f: (g: Tensor, p: Tensor) => Tensor): Update =>
    elementwiseUpdate({
      learningRate: 0.25,
      slots: [],
      move: ({ parameter, gradient, rate }) => ({
        parameter: subtract(parameter, multiply(f(gradient, parameter), rate)),
        slots: {},
      }),
    });

  test('passes', () => {
    checkUpdate(
      descent((g) => g),
      undefined,
      { runs: 5 },
    );
  });

  test('is refused with what is wrong, and where', () => {
    const decaying = descent((g, p) => add(g, multiply(p, 0.01)));
    expect(() => {
      checkUpdate(decaying, { kernel: { shape: [2, 3] } }, { name: 'descent', backends: [] });
    }).toThrow(
      /^O-2 descent: gradients of 0 move fresh parameters at kernel\[\d\], got \S+, expected \S+; a division of 0 by 0, a decay of the parameters/,
    );
    checkUpdate(decaying, { kernel: { shape: [2, 3] } }, { decays: true, backends: [] });
  });
});

test.each(['adam', 'rmsprop'])('O-17 is no law of %s: a rate on the gradient is no rate', (name) => {
  const { usual: update, traits } = updateRows[name] ?? { usual: adam(), traits: {} };
  const example = drawing((sampler): UpdateAtPoint => drawUpdate(sampler, { name, update }, { shape: [3] }));
  expect(brokenLaws(example, updateLaws({ ...traits, linear: true, backends: [] }))).toEqual(
    expect.arrayContaining(['O-17', 'O-10']),
  );
});
