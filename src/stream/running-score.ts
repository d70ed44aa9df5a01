/** A score over a stream: the value of everything so far. */
import { map } from 'rxjs/internal/operators/map';
import { scan } from 'rxjs/internal/operators/scan';
import type { OperatorFunction } from 'rxjs';
import type { Backend } from '../backend/backend.js';
import { compile } from '../backend/compile.js';
import { defaultBackend, dataOf } from '../backend/evaluate.js';
import type { Score, Statistics } from '../metric/metric.js';
import { required } from '../require.js';
import type { AnyTensor } from '../tensor/tensor.js';

/** Converts tensors of statistics to plain numbers. */
export const statisticsOf = (measured: Readonly<Record<string, AnyTensor>>, backend: Backend): Statistics => {
  const names = Object.keys(measured);
  const data = dataOf(Object.values(measured), backend);
  return Object.fromEntries(names.map((name, i) => [name, [...required(data[i], 'a statistic')]]));
};

/**
 * An operator that emits, for each pair of predictions and targets, the score of all pairs so far. It folds the
 * statistics with the monoid of the score.
 *
 * @example
 * const pairs = [[tensor([[1, 0]]), tensor([0], 'int32')]] as const;
 * from(pairs).pipe(runningScore(confusionMatrix(2)));
 */
export const runningScore = <B, L, V>(
  score: Score<B, L, V>,
  { backend = defaultBackend }: { readonly backend?: Backend } = {},
): OperatorFunction<readonly [prediction: B, target: L], V> => {
  const measure = compile((prediction: B, target: L) => score.measure(prediction, target), { backend });
  return (source) =>
    source.pipe(
      map(([prediction, target]) => statisticsOf(measure(prediction, target), backend)),
      scan((sofar: Statistics, next) => score.concat(sofar, next), score.empty),
      map((statistics) => score.value(statistics)),
    );
};
