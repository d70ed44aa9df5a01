/** Evaluation: loss and metrics over a whole data set. */
import type { Backend } from '../backend/backend.js';
import { compile } from '../backend/compile.js';
import { defaultBackend, dataOf, force } from '../backend/evaluate.js';
import type { Batch, Learner, Report } from '../learner/learner.js';
import { requireCount, required } from '../require.js';
import { leaves } from '../tree/tree.js';
import type { AnyTensor } from '../tensor/tensor.js';
import type { Score } from '../metric/metric.js';
import { statisticsOf } from './running-score.js';
import { datasetOf } from './dataset.js';

/** The mean loss and metrics over a data set. */
export interface Evaluation {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Scores of predictions and targets, by name. */
export type Scores<B, L> = Readonly<Record<string, Score<B, L, unknown>>>;

/** The value of each score. */
export type ScoreValues<S> = {
  readonly [K in keyof S]: S[K] extends Score<never, never, infer V> ? V : never;
};

/** The values of the scores, if there are any. */
export interface ScoreValuesOf<S> {
  readonly scores: ScoreValues<S>;
}

export interface EvaluatorOptions<S = Readonly<Record<never, never>>> {
  /** Scores of the whole data set. Their values do not depend on `size`. */
  readonly scores?: S;
  readonly backend?: Backend;
  /** The number of examples per evaluation step. */
  readonly size?: number;
}

/** An evaluation with the same number for the loss and each metric. */
const sameFor = ({ metrics }: Evaluation, each: number): Evaluation => ({
  loss: each,
  metrics: Object.fromEntries(Object.keys(metrics).map((name) => [name, each])),
});

/** Means over some examples, with a weight for each. */
interface Share {
  readonly value: Evaluation;
  readonly weight: Evaluation;
}

/**
 * The weighted means over all examples. Parts of weight 0 are ignored; if all weights are 0, the plain value is used.
 */
const weighted = (shares: readonly Share[]): Evaluation => {
  const mean = (of: (value: Evaluation) => number): number => {
    const counted = shares.filter(({ weight }) => of(weight) !== 0);
    const [only] = shares;
    if (counted.length === 0 && only !== undefined) return of(only.value);
    const total = counted.reduce((sum, { weight }) => sum + of(weight), 0);
    return counted.reduce((sum, { value, weight }) => sum + of(value) * of(weight), 0) / total;
  };
  const names = Object.keys(required(shares[0], 'a part').value.metrics);
  return {
    loss: mean(({ loss }) => loss),
    metrics: Object.fromEntries(
      names.map((name) => [name, mean(({ metrics }) => metrics[name] ?? Number.NaN)]),
    ),
  };
};

/**
 * Makes a function from a state to the loss and metrics over a whole data set, without training. The data set is
 * evaluated in parts of `size` examples. Each part is weighted by the number of its examples that count (not ignored,
 * or by their weights), so the means do not depend on `size`. Numbers that are not means belong to the option `scores`.
 * Compiles once for each shape. Throws if the data set is empty or the first axes differ.
 *
 * Law: F-10.
 *
 * @example
 * const onTest = evaluator(mnist, { input: testImages, target: testLabels });
 * steps.pipe(map(({ state }) => onTest(state).metrics['accuracy']));
 */
export const evaluator = <
  State,
  A,
  B,
  L,
  S extends Scores<NoInfer<B>, NoInfer<L>> = Readonly<Record<never, never>>,
>(
  learner: Learner<State, A, B, L>,
  dataset: Batch<NoInfer<A>, NoInfer<L>>,
  { backend = defaultBackend, size = 1000, scores }: EvaluatorOptions<S> = {},
): ((state: State) => Evaluation & ScoreValuesOf<S>) => {
  requireCount('evaluator', 'size', size);
  const { count, slice } = datasetOf('evaluator', dataset);
  const named = Object.entries(scores ?? {});
  const run = compile(
    (state: State, batch: Batch<A, L>) => {
      const prediction = named.length === 0 ? undefined : learner.predict(state, batch.input);
      const measured = named.map(([, score]) =>
        // The prediction exists if there is a score that takes it.
        score.measure(prediction as B, batch.target),
      );
      return {
        report: learner.evaluate(state, batch),
        weights: learner.weights === undefined ? [] : [learner.weights(state, batch)],
        measured,
      };
    },
    { backend },
  );
  const starts = Array.from({ length: Math.ceil(count / size) }, (_, i) => i * size);
  return (state) => {
    const known = force(state, { backend });
    const shares = starts.map((start) => {
      const stop = Math.min(start + size, count);
      // A slice of the data set is a batch, for any number of rows.
      const { report, weights, measured } = run(known, slice(start, stop) as Batch<A, L>);
      const numbers = (tree: unknown): readonly number[] =>
        dataOf(leaves<AnyTensor>(tree), backend).map(([number]) => required(number, 'a mean'));
      const evaluationOf = ({ loss: each, metrics }: Report): Evaluation => {
        const loss = required(numbers(each)[0], 'the loss');
        const names = Object.keys(metrics);
        const values = numbers(names.map((name) => metrics[name]));
        return {
          loss,
          metrics: Object.fromEntries(names.map((name, i) => [name, required(values[i], 'a metric')])),
        };
      };
      const value = evaluationOf(report);
      const kept = measured.map((each) => statisticsOf(each, backend));
      const examples = stop - start;
      const [own] = weights;
      const weight = own === undefined ? sameFor(value, examples) : evaluationOf(own);
      return { value, weight, kept };
    });
    if (scores === undefined) return weighted(shares) as Evaluation & ScoreValuesOf<S>;
    const values = named.map(([name, score], i) => {
      const all = shares.reduce(
        (sofar, { kept }) => score.concat(sofar, required(kept[i], 'a statistic')),
        score.empty,
      );
      return [name, score.value(all)] as const;
    });
    // A value for each score, under its name.
    return { ...weighted(shares), scores: Object.fromEntries(values) } as Evaluation & ScoreValuesOf<S>;
  };
};
