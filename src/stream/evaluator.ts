/** Loss and metrics over a whole data set. */
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

/** The means over a data set. */
export interface Evaluation {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Scores by name, of predictions and targets. */
export type Scores<B, L> = Readonly<Record<string, Score<B, L, unknown>>>;

/** The value of each score. */
export type ScoreValues<S> = {
  readonly [K in keyof S]: S[K] extends Score<never, never, infer V> ? V : never;
};

/** Beside loss and metrics, where scores are asked for. */
export interface ScoreValuesOf<S> {
  readonly scores: ScoreValues<S>;
}

export interface EvaluatorOptions<S = Readonly<Record<never, never>>> {
  /** What else is to be said of the whole set: of parts as exactly as of the whole. */
  readonly scores?: S;
  readonly backend?: Backend;
  /** How many examples are looked at at once. */
  readonly size?: number;
}

/** The same number for the loss and each metric. */
const sameFor = ({ metrics }: Evaluation, each: number): Evaluation => ({
  loss: each,
  metrics: Object.fromEntries(Object.keys(metrics).map((name) => [name, each])),
});

/** Means over some examples, and how much each counts. */
interface Share {
  readonly value: Evaluation;
  readonly weight: Evaluation;
}

/** The means over all examples; a share that counts for nothing is left out, and where all do it is what each says. */
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
 * The function from a state to the learner's loss and metrics over a whole data set, nothing learned. The
 * set is looked at in parts of `size` and a last one of what is left; each part counts as much as its loss or metric
 * is a mean of: its examples, or those that are not ignored, or their weights. So means are exact, whatever `size` is;
 * scores, which are no means, are given in the options. Compiled once a shape.
 * Throws if the set is empty or its first axes differ.
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
        // Made where there is a score to take it.
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
      // Rows of the data set are what the learner takes, whatever their number.
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
