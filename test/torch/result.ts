/** What a case is made of, for both sides, and what it comes to on ours. */
import { type AnyTensor, type Backend, evaluate, key, type Shape, tensor } from 'paralens';
import { advance, pullback, randomBits, uniform } from 'paralens/operation';
import type { Case, Fitting, Input } from './case.js';

/** Numbers of a shape. */
export interface Numbers {
  readonly shape: Shape;
  readonly dtype: string;
  readonly data: readonly number[];
}

/** What the other side is asked. */
export interface Question {
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Numbers>>;
  /** What the result is multiplied by, element by element, before it is summed and differentiated. */
  readonly cotangent: Numbers;
  readonly gradients: boolean;
}

/** The result, and the gradients of the float inputs under their names. */
export interface Answer {
  readonly result: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

type Tensors = Readonly<Record<string, AnyTensor>>;

/** Numbers of a key that are exact in float32, and so the same everywhere. */
const drawn = (
  seed: number,
  n: number,
  { shape, low = -1, high = 1, dtype = 'float32' }: Input,
): AnyTensor => {
  const from = advance(key(seed), n + 1);
  if (dtype === 'float32') return tensor(evaluate(uniform(from, shape, low, high)).data, shape);
  const [least, count] = dtype === 'bool' ? [0, 2] : [low, high - low + 1];
  const words = [...evaluate(randomBits(from, shape)).data];
  return tensor(
    words.map((word) => least + (word % count)),
    shape,
    dtype,
  );
};

const inputsOf = (seed: number, { inputs }: Case): Tensors =>
  Object.fromEntries(Object.entries(inputs).map(([name, input], n) => [name, drawn(seed, n, input)]));

const numbersOf = (each: AnyTensor): Numbers => ({
  shape: each.shape,
  dtype: each.dtype,
  data: [...evaluate(each).data],
});

/** The cotangent of a result of this shape. */
const cotangentOf = (seed: number, { inputs }: Case, shape: Shape): AnyTensor =>
  drawn(seed, Object.keys(inputs).length, { shape });

const run = ({ f }: Case, inputs: Tensors): AnyTensor => f(inputs as Readonly<Record<string, Fitting>>);

/** A case as the other side is told it. */
export const questionOf = (seed: number, drawnCase: Case): Question => {
  const inputs = inputsOf(seed, drawnCase);
  const { options = {}, gradients = true } = drawnCase;
  return {
    options,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, each]) => [name, numbersOf(each)])),
    cotangent: numbersOf(cotangentOf(seed, drawnCase, run(drawnCase, inputs).shape)),
    gradients,
  };
};

/** What a case comes to on a backend. */
export const answerOf = (seed: number, drawnCase: Case, backend: Backend): Answer => {
  const inputs = inputsOf(seed, drawnCase);
  const [result, back] = pullback((all: Tensors) => run(drawnCase, all))(inputs);
  const changes = drawnCase.gradients === false ? {} : back(cotangentOf(seed, drawnCase, result.shape));
  const floats = Object.entries(changes).filter(([, { dtype }]) => dtype === 'float32');
  const values = evaluate([result, ...floats.map(([, each]) => each)], { backend });
  const [first = [], ...others] = values.map(({ data }) => [...data]);
  return {
    result: first,
    gradients: Object.fromEntries(floats.map(([name], i) => [name, others[i] ?? []])),
  };
};
