/** One training step of the first network: 784→512 relu→10, batch 128, RMSprop. */
import { type Backend, rmsprop } from 'paralens';
import { type Figure, figureOf, median, quantile, timesOf } from './measure.js';
import { prepare } from './training-step.js';

const SIZES = { batch: 128, inputs: 784, hidden: 512, outputs: 10 };

/** The time of a step, of compiling it, and how memory grows over many steps. */
export const mnistStep = (backend: Backend, { steps = 300, memorySteps = 0 } = {}): readonly Figure[] => {
  const { machine, batch, compileMs } = prepare(backend, rmsprop({ learningRate: 1e-3 }), SIZES);
  const step = (): void => void machine.step(batch);
  const times = timesOf(step, steps, 30);
  const figure = figureOf('mnist step', backend);
  const figures = [
    figure('step, median', median(times), 'ms'),
    figure('step, 10th percentile', quantile(times, 0.1), 'ms'),
    figure('step, 90th percentile', quantile(times, 0.9), 'ms'),
    figure('trace and compile', compileMs, 'ms'),
  ];
  if (memorySteps === 0) return figures;
  for (let i = 0; i < memorySteps / 10; i++) step();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < memorySteps; i++) step();
  const growth = (100 * (process.memoryUsage().rss - before)) / before;
  return [...figures, figure(`growth of resident memory over ${memorySteps} steps`, growth, '%')];
};
