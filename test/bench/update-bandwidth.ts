/** Updates of ten million parameters in place, beside a plain copy of as many bytes. */
import { type Backend, evaluate, rmsprop, sgd, type Tensor, type Update } from 'paralens';
import { compileChecked, leaves, trace, unflatten } from 'paralens/program';
import { full } from 'paralens/operation';
import { type Figure, figureOf, median, timesOf } from './measure.js';

const COUNT = 10_000_000;

/** Gigabytes a second that an update reads and writes; the gradient is the parameters themselves. */
const rateOf = (backend: Backend, update: Update, arrays: number): number => {
  const parameters = { weight: full([COUNT], 0.5) };
  const state = [update.init(parameters), parameters] as const;
  const parts = leaves<Tensor>(state);
  const program = trace(
    (...values) => {
      const [at, back] = update.lens<typeof parameters>().run(unflatten(state, values));
      return back(at);
    },
    parts,
    parts.length,
  );
  const machine = compileChecked(backend, program).start(parts.map((part) => evaluate(part).data));
  const ms = median(timesOf(() => void machine.step([]), 10, 2));
  return (arrays * 2 * 4 * COUNT) / ms / 1e6;
};

export const updateBandwidth = (backend: Backend): readonly Figure[] => {
  const [from, to] = [new Float32Array(COUNT).fill(1), new Float32Array(COUNT)];
  const copy = (2 * 4 * COUNT) / median(timesOf(() => to.set(from), 10, 2)) / 1e6;
  const figure = figureOf('update of 10 M parameters', backend);
  return [
    figure('copy of as much', copy, 'GB/s'),
    figure('SGD', rateOf(backend, sgd(), 1), 'GB/s'),
    figure('RMSprop', rateOf(backend, rmsprop(), 2), 'GB/s'),
  ];
};
