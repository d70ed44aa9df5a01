/** One training step of the first network: 784→512 relu→10, batch 128, RMSprop. */
import { type Backend, rmsprop } from 'paralens';
import { type Figure, figureOf, median, quantile, timesOf } from './measure.js';
import { prepare } from './training-step.js';

export const MNIST = { batch: 128, inputs: 784, hidden: 512, outputs: 10 };

/** The time of a step, and of compiling it. */
export const mnistStep = (backend: Backend): readonly Figure[] => {
  const { machine, batch, compileMs } = prepare(backend, rmsprop({ learningRate: 1e-3 }), MNIST);
  const times = timesOf(() => void machine.step(batch), 300, 30);
  const figure = figureOf('mnist step', backend);
  return [
    figure('step, median', median(times), 'ms'),
    figure('step, 10th percentile', quantile(times, 0.1), 'ms'),
    figure('step, 90th percentile', quantile(times, 0.9), 'ms'),
    figure('trace and compile', compileMs, 'ms'),
  ];
};
