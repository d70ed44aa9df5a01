/** Cells over time with planted bugs: states, places and tied parameters. */
import { type Para, type Parameters, recurrentSequence, simpleCell, type Tensor } from 'paralens';
import { multiply } from 'paralens/operation';
import { drawCotangent, drawData, float64, normWise, scanIsUnrolled, subjectOfPara } from 'paralens/laws/kit';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

type Sequence = Tensor<readonly [number, number, number]>;
type Layer = Para<Parameters, Sequence, Sequence>;

const cell = simpleCell(2, 2);
const subjectOf = (layer: unknown) =>
  subjectOfPara('over time', layer as Layer, { input: { shape: [2, 3, 2] } });
const unrolled = subjectOf(recurrentSequence(cell));

const overTime = (name: string, killedBy: readonly string[], layer: unknown): Suspect => {
  const subject = subjectOf(layer);
  return plant(
    `over time: ${name}`,
    killedBy,
    (sampler) => ({
      x: subject.ranges.map((range) => drawData(sampler, range)),
      w: drawCotangent(sampler, subject.on(float64).codomain),
    }),
    [
      (at) =>
        scanIsUnrolled(subject.on(float64), unrolled.on(float64), at, normWise({ rtol: 1e-12, atol: 1e-14 })),
    ],
  );
};

const loop = recurrentSequence(cell, { scan: true });

export const timeSuspects: readonly Suspect[] = [
  overTime('a scan, sound', [], loop),
  overTime('backwards', ['F-17'], recurrentSequence(cell, { scan: true, reverse: true })),
  overTime(
    'each place from the first state',
    ['F-17'],
    recurrentSequence({ ...cell, run: (p, [h, x]) => cell.run(p, [multiply(h, 0), x]) }),
  ),
  overTime('the gradient of tied parameters counted twice', ['F-17'], {
    ...loop,
    run: (p, x) => {
      const [y, back] = loop.run(p, x);
      return [
        y,
        (dy) => {
          const [[{ kernel, recurrentKernel, bias }], dx] = back(dy);
          return [[{ kernel: multiply(kernel, 2), recurrentKernel, bias }], dx];
        },
      ];
    },
  } satisfies typeof loop),
];
