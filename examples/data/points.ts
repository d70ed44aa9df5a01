/** Points of two kinds, told apart by a line that turns slowly, as lines of JSON; and a network that learns to. */
import * as t from 'io-ts';
import { adam, binaryCrossEntropy, dense, learner, sequential, tanh } from 'paralens';
import { type Fold, type Numbers, standardize } from 'paralens/online';

export type Place = readonly [number, number];

export const Point = t.type({ x: t.tuple([t.number, t.number]), y: t.number }, 'Point');

/** The two numbers of a point by their means and deviations so far, which are the state. */
const standard = standardize({ clip: 5 });

const numbers = t.readonlyArray(t.number);

/** What points are answered with, as it is read from a message. */
export const PointState = t.type(
  {
    features: t.type({ counts: numbers, means: numbers, squares: numbers }),
    form: t.type({ input: t.number, target: t.number }),
  },
  'PointState',
);

/** From a point that is to be answered to what the network takes: with the state of `examples`. */
export const inputs: Fold<typeof standard.initial, Place, Numbers> = {
  ...standard,
  step: (state, place) => standard.step(state, place),
};

/** From a labeled point to an example. */
export const examples = {
  ...standard,
  step: (state: typeof standard.initial, { x, y }: t.TypeOf<typeof Point>) => {
    const [next, input] = standard.step(state, x);
    return [next, [{ input, target: [y] }]] as const;
  },
};

export const points = learner({
  model: sequential(dense(2, 16), tanh(), dense(16, 1)),
  loss: binaryCrossEntropy(),
  update: adam({ learningRate: 0.01 }),
  gradientNorm: true,
});

/** The n-th line; each hundredth is torn. */
export const lineOf = (n: number): string => {
  // Low-discrepancy points of the square from −2 to 2.
  const [a, b] = [((n * 0.754_877_67) % 1) * 4 - 2, ((n * 0.569_840_29) % 1) * 4 - 2];
  const angle = n / 1e6;
  const y = a * Math.cos(angle) + b * Math.sin(angle) > 0 ? 1 : 0;
  const line = JSON.stringify({ x: [a, b], y });
  return n % 100 === 99 ? line.slice(0, 9) : line;
};
