/** A training step of a model so small that all around it would show: 4→16 relu→3, SGD. */
import { type Backend, sgd } from 'paralens';
import { type Figure, figureOf, growthOf, median, timesOf } from './measure.js';
import { prepare } from './training-step.js';

const TOGETHER = 1000;

/** How resident memory grows over a hundred thousand steps. */
export const tinyMemory = (backend: Backend): readonly Figure[] => {
  const { machine, batch } = prepare(backend, sgd({ learningRate: 0.01 }), {
    batch: 1,
    inputs: 4,
    hidden: 16,
    outputs: 3,
  });
  const resident = Array.from({ length: 200 }, () => {
    for (let i = 0; i < 1000; i++) machine.step(batch);
    return process.memoryUsage.rss();
  });
  // The first half is for the engine to come to rest.
  const growth = growthOf(resident.slice(100));
  return [
    figureOf('tiny step, batch 1', backend)('growth of resident memory over 100000 steps', growth, '%'),
  ];
};

/** Steps a second of the compiled step, called one after another. */
export const tinyStep = (backend: Backend): readonly Figure[] =>
  [1, 32].map((size) => {
    const { machine, batch } = prepare(backend, sgd({ learningRate: 0.01 }), {
      batch: size,
      inputs: 4,
      hidden: 16,
      outputs: 3,
    });
    const thousand = (): void => {
      for (let i = 0; i < TOGETHER; i++) machine.step(batch);
    };
    const ms = median(timesOf(thousand, 30, 5));
    return figureOf(`tiny step, batch ${size}`, backend)('rate', (1000 * TOGETHER) / ms, 'steps/s');
  });
