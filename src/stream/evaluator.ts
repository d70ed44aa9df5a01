/** Loss and metrics over a whole data set. */
import type { Backend } from '../backend/backend.js';
import { compile } from '../backend/compile.js';
import { defaultBackend } from '../backend/default.js';
import { dataOf, force } from '../backend/evaluate.js';
import type { Batch, Learner, LearnerState } from '../learner/learner.js';
import type { Parameters } from '../lens/para.js';
import { leaves } from '../tree/tree.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { requireSize } from './batches.js';
import { datasetOf } from './dataset.js';

/** The means over a data set. */
export interface Evaluation {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface EvaluatorOptions {
  readonly backend?: Backend;
  /** How many examples are looked at at once. */
  readonly size?: number;
}

/** A mean over some examples. */
interface Share {
  readonly value: Evaluation;
  readonly examples: number;
}

/** The means over all examples: each share counts as much as it has examples. */
const weighted = (shares: readonly Share[]): Evaluation => {
  const total = shares.reduce((sum, { examples }) => sum + examples, 0);
  const mean = (of: (value: Evaluation) => number): number =>
    shares.reduce((sum, { value, examples }) => sum + of(value) * examples, 0) / total;
  const names = Object.keys(shares[0]?.value.metrics ?? {});
  return {
    loss: mean(({ loss }) => loss),
    metrics: Object.fromEntries(
      names.map((name) => [name, mean(({ metrics }) => metrics[name] ?? Number.NaN)]),
    ),
  };
};

/**
 * The function from a state to the learner's loss and metrics over a whole data set, nothing learned. The
 * set is looked at in parts of `size` and a last one of what is left; each part counts as much as it has
 * examples, so that loss and metrics that are means over examples are exact means. Compiled once a shape.
 * Throws where the set is empty or its first axes differ.
 *
 * @example
 * const onTest = evaluator(mnist, { input: testImages, target: testLabels });
 * steps.pipe(map(({ state }) => onTest(state).metrics.accuracy));
 */
export const evaluator = <P extends Parameters, A, B, L>(
  learner: Learner<P, A, B, L>,
  dataset: Batch<NoInfer<A>, NoInfer<L>>,
  { backend = defaultBackend, size = 1000 }: EvaluatorOptions = {},
): ((state: LearnerState<P>) => Evaluation) => {
  requireSize('evaluator', size);
  const { count, slice } = datasetOf('evaluator', dataset);
  const run = compile(learner.evaluate, { backend });
  const starts = Array.from({ length: Math.ceil(count / size) }, (_, i) => i * size);
  return (state) => {
    const known = force(state, { backend });
    const shares = starts.map((start) => {
      const stop = Math.min(start + size, count);
      // Rows of the data set are what the learner takes, whatever their number.
      const report = run(known, slice(start, stop) as Batch<A, L>);
      const numbers = (tree: unknown): readonly number[] =>
        dataOf(leaves<AnyTensor>(tree), backend).map(([number]) => number ?? Number.NaN);
      const [loss = Number.NaN] = numbers(report.loss);
      const names = Object.keys(report.metrics);
      const values = numbers(names.map((name) => report.metrics[name]));
      const metrics = Object.fromEntries(names.map((name, i) => [name, values[i] ?? Number.NaN]));
      return { value: { loss, metrics }, examples: stop - start };
    });
    return weighted(shares);
  };
};
