/** Training: a fold of a learner's step over a stream of batches. */
import { defer } from 'rxjs/internal/observable/defer';
import { map } from 'rxjs/internal/operators/map';
import type { OperatorFunction } from 'rxjs';
import type { Backend } from '../backend/backend.js';
import { defaultBackend } from '../backend/default.js';
import { dataOf, tensorsOfData } from '../backend/evaluate.js';
import { withSegment } from '../error.js';
import type { Batch, Learner, LearnerState } from '../learner/learner.js';
import type { Parameters } from '../lens/para.js';
import type { Key } from '../operation/random.js';
import type { Data } from '../tensor/dtype.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leaves, unflatten } from '../tree/tree.js';
import { type CompiledStep, compileStep, requireCarried } from './compiled-step.js';
import { type History, historyOf } from './history.js';
import { isFinite, refuseNonFinite } from './non-finite.js';

/** What training tells of each step. */
export interface Step<P> {
  /** From 1. */
  readonly step: number;
  /** Of the batch, before the step. */
  readonly loss: number;
  /** The learner's metrics of the batch, before the step. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The state after the step. It never changes; it is copied when it is first read, and costs nothing until then. */
  readonly state: LearnerState<P>;
}

export type TrainOptions<P> = {
  readonly backend?: Backend;
  /** On a number that is not finite, says also which operation of which layer made it; slower. */
  readonly debug?: boolean;
  /**
   * What the next step begins with, where that is not the state that this step has come to: a pure function of what is
   * told, which then tells of the state that it gives. `reduceOnPlateau` is one.
   */
  readonly revise?: (step: Step<P>) => LearnerState<P> | undefined;
} & ({ readonly state: LearnerState<P> } | { readonly key: Key });

/** Of a learner without metrics. */
const NONE: Readonly<Record<string, number>> = Object.freeze({});

const metricsOf = (names: readonly string[], values: readonly number[]): Step<never>['metrics'] =>
  names.length === 0 ? NONE : Object.fromEntries(names.map((name, i) => [name, values[i] ?? Number.NaN]));

/** A fold at its start: the function from each batch to its step. */
const folding = <P extends Parameters, A, B, L>(
  learner: Learner<P, A, B, L>,
  options: TrainOptions<P>,
): ((batch: Batch<A, L>, index: number) => Step<P>) => {
  const { backend = defaultBackend, debug = false, revise } = options;
  const initial = 'state' in options ? options.state : learner.init(options.key);
  const tensors = leaves<AnyTensor>(initial);
  const data = dataOf(tensors, backend);
  let run: { readonly compiled: CompiledStep; readonly history: History } | undefined;
  let before = () => data;
  const stateOf = (values: readonly Data[]): LearnerState<P> =>
    unflatten(initial, tensorsOfData(tensors, values));

  const begin = (batch: Batch<A, L>): NonNullable<typeof run> => {
    const compiled = compileStep(learner, initial, batch, backend);
    return { compiled, history: historyOf(compiled.executable, data) };
  };

  const take = (batch: Batch<A, L>, step: number): Step<P> => {
    run ??= begin(batch);
    const { compiled, history } = run;
    const inputs = dataOf(compiled.tensorsOf(batch), backend);
    const { outputs, state } = history.step(inputs);
    const [loss = Number.NaN, ...values] = outputs.map((output) => output[0] ?? Number.NaN);
    if (!Number.isFinite(loss) || (debug && !state().every(isFinite)))
      refuseNonFinite(loss, compiled, debug ? [...before(), ...inputs] : undefined);
    before = state;
    // First what makes the state, then the state itself: what it was made from is let go of.
    let held: (() => readonly Data[]) | LearnerState<P> = state;
    const told = {
      step,
      loss,
      metrics: metricsOf(compiled.metricNames, values),
      get state() {
        if (typeof held === 'function') held = stateOf(held());
        return held;
      },
    };
    const revised = revise?.(told);
    if (revised === undefined) return told;
    // The machine stands at the state that it has come to; another begins at the one that is wanted.
    const wanted = leaves<AnyTensor>(revised);
    requireCarried('revise', tensors, wanted);
    const next = dataOf(wanted, backend);
    run = { compiled, history: historyOf(compiled.executable, next) };
    before = () => next;
    return { step, loss, metrics: told.metrics, state: stateOf(next) };
  };
  return (batch, index) => {
    try {
      return take(batch, index + 1);
    } catch (error) {
      throw withSegment(`step ${index + 1}`, error);
    }
  };
};

/**
 * Trains a learner over a stream of batches, as an rxjs operator: a step for every batch, in order. It means
 * `scan` of the learner's step, bit for bit. The step is compiled once, for the shapes of the first batch,
 * and the state stays in the backend's memory. Every subscription starts afresh from the state that is given,
 * or made from the key; unsubscribing ends it before the next step; a stream without batches gives no steps.
 *
 * What goes wrong arrives as the Observable's error, the number of the step in front: a batch unlike the
 * first, a loss that is not finite, a check that does not hold. The last step's state stays readable.
 *
 * Laws: F-1 to F-5, F-7, F-8, F-13.
 *
 * @example
 * from(batches({ input, target }, { size: 128 }))
 *   .pipe(train(mnist, { key: key(1) }))
 *   .subscribe(({ step, loss }) => console.log(step, loss));
 */
export const train =
  <P extends Parameters, A, B, L>(
    learner: Learner<P, A, B, L>,
    options: TrainOptions<P>,
  ): OperatorFunction<Batch<A, L>, Step<P>> =>
  (source) =>
    defer(() => source.pipe(map(folding(learner, options))));
