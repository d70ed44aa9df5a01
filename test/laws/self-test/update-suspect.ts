/** Suspects that are optimizers and schedules: under the laws of all and under closed forms. */
import { adam, type Backend, type LearningRate, type Schedule, type Update } from 'paralens';
import { type Law, type Verdict } from 'paralens/laws';
import {
  besideEachOther,
  boundedSteps,
  brokenLaws,
  correctedMoments,
  drawing,
  drawUpdate,
  equalGradients,
  float64,
  joins,
  type ParameterSpecifications,
  scheduleFormula,
  scheduleMap,
  type UpdateAtPoint,
  type UpdateBattery,
  updateLaws,
  type UpdateMap,
  updateMap,
  type UpdatePoint,
} from 'paralens/laws/kit';
import { changedBackend } from './changed-backend.js';
import { lawsToAsk, type Suspect } from './suspect.js';
import { type AdamParts, adamConstants, adamOf } from './update-rules.js';
import { pairOf } from './update-lenses.js';

type Form = (map: UpdateMap, point: UpdatePoint) => Verdict;

/** Leaves of one shape, so that what is kept for one would fit another. */
const alike = { a: { shape: [3] }, b: { shape: [3] } } as const;

interface SuspectOptions extends UpdateBattery {
  readonly forms?: readonly Form[];
  readonly like?: ParameterSpecifications;
}

/** A suspect under the laws of every update, in float64 unless backends are given, and closed forms. */
export const suspect = (
  name: string,
  killedBy: readonly string[],
  update: Update,
  { forms = [], like = alike, ...traits }: SuspectOptions = {},
): Suspect => ({
  name,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing((sampler) => drawUpdate(sampler, { name, update }, like)),
      [
        ...lawsToAsk(killedBy, updateLaws({ backends: [], ...traits })),
        ...forms.map(
          (form): Law<UpdateAtPoint> =>
            ({ on, point }) =>
              form(on(float64), point),
        ),
      ],
      { runs: 6 },
    ),
});

const adamForms: readonly Form[] = [
  (map, point) => correctedMoments(map, adamConstants, point),
  (map, point) => equalGradients(map, adamConstants, point),
  (map, { history, gradient }) => boundedSteps(map, adamConstants, [...history, gradient]),
];

export const adamSuspect = (name: string, killedBy: readonly string[], parts: AdamParts): Suspect =>
  suspect(`adam: ${name}`, killedBy, adamOf(parts), { forms: adamForms });

export const pairSuspect = (name: string, killedBy: readonly string[], apart: boolean): Suspect => {
  const [u, v] = [adam({ beta1: 0.5 }), adam({ beta1: 0.9 })] as const;
  return suspect(`two updates over [p, q]: ${name}`, killedBy, pairOf(u, v, apart), {
    like: [alike, alike],
    scope: 'names',
    forms: [
      (map, point) => {
        const [p, q] = map.tree as readonly unknown[];
        const alone = [updateMap('first', u, p, float64), updateMap('second', v, q, float64)] as const;
        return besideEachOther(map, alone, point);
      },
    ],
  });
};

/** A schedule and its formula, and what it is from a count on. */
export const scheduled = (
  name: string,
  killedBy: readonly string[],
  schedule: Schedule,
  formula: (count: number) => number,
  end?: readonly [from: number, into: LearningRate],
): Suspect => ({
  name: `schedule: ${name}`,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing(({ integers }) => [0, 1, ...integers(4, 0, 40)]),
      [
        (counts) => scheduleFormula(scheduleMap(name, schedule, float64), counts, formula),
        ...(end === undefined
          ? []
          : [
              (counts: readonly number[]) =>
                joins(
                  scheduleMap(name, schedule, float64),
                  scheduleMap('its end', end[1], float64),
                  end[0],
                  counts,
                ),
            ]),
      ],
      { runs: 5 },
    ),
});

/** The last number of each larger result is off in its last digits. */
export const brokenBackend: Backend = {
  ...changedBackend((run, inputs) =>
    run(inputs).map((data) =>
      data instanceof Float32Array
        ? data.map((x, i) => (data.length > 2 && i === data.length - 1 ? x * (1 + 2 ** -10) : x))
        : data,
    ),
  ),
  name: 'broken',
};
