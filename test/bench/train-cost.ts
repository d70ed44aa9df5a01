/**
 * What stands around a compiled step in `train`: steps of the first network with a subscriber that reads the
 * loss, that keeps hold of every state, or that reads every state; and the resident memory of two epochs.
 */
import {
  type AnyTensor,
  type Backend,
  evaluate,
  key,
  type LearnerState,
  rmsprop,
  type Step,
  train,
} from 'paralens';
import { leaves } from 'paralens/program';
import { from, type Observable } from 'rxjs';
import { type Figure, figureOf, growthOf, median } from './measure.js';
import { MNIST } from './mnist-step.js';
import { perceptron } from './training-step.js';

/** Of 60,000 examples in batches of 128. */
const EPOCH = 469;

/** What a subscriber does with a step. */
const SUBSCRIBERS: { readonly [name: string]: () => (step: Step<LearnerState<unknown>>) => unknown } = {
  'reading the loss': () => {
    let total = 0;
    return ({ loss }) => (total += loss);
  },
  'keeping every state': () => {
    const kept: unknown[] = [];
    return ({ state }) => kept.push(state);
  },
  'reading every state':
    () =>
    ({ state }) =>
      leaves<AnyTensor>(state.parameters).map((leaf) => evaluate(leaf).data),
};

export const trainCost = (backend: Backend, epochs: number): readonly Figure[] => {
  const { subject, batch } = perceptron(rmsprop({ learningRate: 1e-3 }), MNIST);
  const steps = (count: number): Observable<Step<LearnerState<unknown>>> =>
    from(Array.from({ length: count }, () => batch)).pipe(train(subject, { key: key(1), backend }));
  const figure = figureOf('mnist step, through train', backend);
  const times = Object.entries(SUBSCRIBERS).map(([name, subscriber]) => {
    const hear = subscriber();
    const moments: number[] = [];
    steps(200).subscribe((step) => {
      hear(step);
      moments.push(performance.now());
    });
    const each = moments.slice(1).map((moment, i) => moment - (moments[i] ?? 0));
    return figure(`step, ${name}`, median(each.slice(50)), 'ms');
  });
  if (epochs === 0) return times;
  const resident: number[] = [];
  steps((epochs + 2) * EPOCH).subscribe(({ step }) => {
    // Two epochs go by before memory is looked at: what came before is let go of.
    if (step > 2 * EPOCH && step % 10 === 0) resident.push(process.memoryUsage.rss());
  });
  return [...times, figure(`growth of resident memory over ${epochs} epochs`, growthOf(resident), '%')];
};
