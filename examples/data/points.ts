/** Points of two kinds, told apart by a line that turns slowly, as lines of JSON; and a network that learns to. */
import * as t from 'io-ts';
import { adam, binaryCrossEntropy, dense, learner, sequential, tanh } from 'paralens';
import { pure } from 'paralens/online';

export const Point = t.type({ x: t.tuple([t.number, t.number]), y: t.number }, 'Point');

export const examples = pure(({ x, y }: t.TypeOf<typeof Point>) => [{ input: x, target: [y] }]);

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
