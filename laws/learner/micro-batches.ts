/** F-10 and F-12: a batch is a set of examples, and its loss the mean over them. */
import { same } from '../base/compare.js';
import { bitwise, type Equality, normWise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import { compile } from '../../src/backend/compile.js';
import { evaluate } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import { valueAndGradient } from '../../src/autodiff/gradient.js';
import type { Batch, Learner, LearnerState } from '../../src/learner/learner.js';
import type { Data } from '../../src/tensor/dtype.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leafPaths, leaves } from '../../src/tree/tree.js';
import { chosenExamples, countOf, joinedBatches } from './examples.js';

/** Loss and gradient of a batch, leaf by leaf. */
type Measured = Readonly<Record<string, Data>>;

/** What the laws of batches are said of: loss and gradient as a function of the batch. */
export interface BatchGradient<B> {
  readonly name: string;
  readonly of: (batch: B) => Measured;
  /** How much a batch counts; its number of examples, if nothing is said. */
  readonly weight?: ((batch: B) => number) | undefined;
}

export interface Precision {
  readonly backend: Backend;
  /** ≡ on whole numbers whose counts are powers of two. */
  readonly equality: Equality;
}

/** In float64, where the order of a sum costs no more than this. */
export const inFloat64: Precision = {
  backend: reference({ precision: 'float64' }),
  equality: normWise({ rtol: 1e-11, atol: 1e-13 }),
};

/** On a backend, of whole numbers. */
export const onWholeNumbers = (backend: Backend): Precision => ({ backend, equality: bitwise });

/** Loss and gradient of a learner at parameters. */
export const gradientOf = <State extends Pick<LearnerState<unknown>, 'parameters'>, A, B, L>(
  name: string,
  learner: Learner<State, A, B, L>,
  state: State,
  backend: Backend,
): BatchGradient<Batch<A, L>> => {
  const run = compile(
    (at: State, batch: Batch<A, L>) =>
      valueAndGradient(
        (parameters: State['parameters']) => learner.evaluate({ ...at, parameters }, batch).loss,
      )(at.parameters),
    { backend },
  );
  const { weights } = learner;
  return {
    name: `${name} (${backend.name})`,
    weight: weights && ((batch) => evaluate(weights(state, batch).loss, { backend }).data[0] ?? Number.NaN),
    of: (batch) => {
      const [loss, gradient] = run(state, batch);
      const paths = leafPaths(gradient).map((path) => ['gradient', ...path].join('.'));
      const data = leaves<AnyTensor>(gradient).map((each) => evaluate(each, { backend }).data);
      return {
        loss: evaluate(loss, { backend }).data,
        ...Object.fromEntries(data.map((each, i) => [paths[i] ?? '', each])),
      };
    },
  };
};

/** Σ weightᵢ·measuredᵢ, in the order of the batches */
const weighted = (parts: readonly Measured[], weights: readonly number[]): Measured => {
  const [first = {}] = parts;
  return Object.fromEntries(
    Object.entries(first).map(([path, data]) => [
      path,
      data.map((_, i) => parts.reduce((sum, part, k) => sum + (weights[k] ?? 0) * (part[path]?.[i] ?? 0), 0)),
    ]),
  );
};

/**
 * F-10. Loss and gradient of a batch = the mean of those of its parts, each weighing as much as it has
 * examples, or examples that count; of equal parts the plain mean
 */
export const meanOfParts = <B>(
  { name, of, weight = countOf }: BatchGradient<B>,
  parts: readonly [B, ...B[]],
  { equality }: Pick<Precision, 'equality'> = inFloat64,
): Verdict => {
  const counts = parts.map(weight);
  // Where nothing counts the mean is 0.
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  return same(
    equality,
    of(joinedBatches(parts)),
    weighted(
      parts.map(of),
      counts.map((count) => count / total),
    ),
    {
      law: 'F-10',
      subject: name,
      what: `a batch of ${total} is not the mean of its parts of ${counts.join(', ')}`,
      hint: 'the loss is no mean over examples, or examples look at each other',
    },
  );
};

/**
 * F-12. The order of a batch's examples does not matter
 */
export const orderOfExamples = <B>(
  { name, of }: BatchGradient<B>,
  batch: B,
  order: readonly number[],
  { equality }: Pick<Precision, 'equality'> = inFloat64,
): Verdict =>
  same(equality, of(chosenExamples(batch, order)), of(batch), {
    law: 'F-12',
    subject: name,
    what: `examples in the order ${order.join(', ')} give another loss or gradient`,
    hint: 'an example counts by its place in the batch',
  });

/** Means over a data set, and how they are made. */
export interface DatasetMean<B> {
  readonly name: string;
  /** Loss and metrics, in parts of a size. */
  readonly of: (dataset: B, size: number) => Readonly<Record<string, number>>;
}

/**
 * F-10. The mean over a data set does not depend on the size of the parts that it is looked at in, the last of
 * which may be shorter
 */
export const anyParts = <B>(
  { name, of }: DatasetMean<B>,
  dataset: B,
  sizes: readonly number[],
  equality: Equality = normWise({ rtol: 1e-6, atol: 1e-7 }),
): Verdict => {
  const whole = of(dataset, countOf(dataset));
  return every(
    sizes.map(
      (size) => () =>
        same(equality, of(dataset, size), whole, {
          law: 'F-10',
          subject: name,
          what: `in parts of ${size} of ${countOf(dataset)} examples another mean`,
          hint: 'a mean of means: the last part has fewer examples, and must count less',
        }),
    ),
  );
};
