/** Takes the steps of a learner in the memory of the backend. `train` and `online` are built on it. */
import type { Backend } from '../backend/backend.js';
import { dataOf, tensorsOfData } from '../backend/evaluate.js';
import type { Batch, Learner } from '../learner/learner.js';
import { required } from '../require.js';
import type { Data } from '../tensor/dtype.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leaves, unflatten } from '../tree/tree.js';
import { type CompiledStep, compileStep, type CompileStepOptions, requireCarried } from './compiled-step.js';
import { type History, historyOf } from './state-history.js';

/** A completed step. */
export interface Taken<State> {
  /** The loss of the batch, before the step. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** The predictions for the batch, if requested. The arrays are valid until the next step. */
  readonly predictions: readonly Data[];
  /** The data of the state after the step. */
  readonly data: () => readonly Data[];
  /** The state after the step, copied when it is first read. */
  readonly state: () => State;
  /** The state before the step, and the batch. */
  readonly before: () => readonly Data[];
  readonly stateBefore: () => State;
  readonly inputs: readonly Data[];
  readonly compiled: CompiledStep;
}

export interface Stepper<State, A, L> {
  /** Takes a step. Batches of the same sizes share a program; the state is moved between programs. */
  readonly step: (batch: Batch<A, L>) => Taken<State>;
  /** Continues from another state of the same form. Returns the state backed by its data. */
  readonly goOnFrom: (state: State) => State;
}

/** The number of cached programs, one for each batch size. The least recently used one is dropped. */
const MOST_PROGRAMS = 8;

/** The metrics of a learner without metrics. */
const NONE: Readonly<Record<string, number>> = Object.freeze({});

const metricsOf = (
  names: readonly string[],
  values: readonly (number | undefined)[],
): Taken<never>['metrics'] =>
  names.length === 0
    ? NONE
    : Object.fromEntries(names.map((name, i) => [name, required(values[i], 'a metric')]));

/** A value that is computed on first use; its inputs can be freed after that. */
const lazily = <T>(make: () => T): (() => T) => {
  let lazy: { readonly make: () => T } | { readonly made: T } = { make };
  return () => {
    if ('make' in lazy) lazy = { made: lazy.make() };
    return lazy.made;
  };
};

/** Makes a stepper of a learner, from an initial state. */
export const stepper = <State, A, B, L>(
  learner: Learner<State, A, B, L>,
  initial: State,
  backend: Backend,
  options: CompileStepOptions = {},
): Stepper<State, A, L> => {
  const tensors = leaves<AnyTensor>(initial);
  // The most recently used first.
  let programs: readonly CompiledStep[] = [];
  let run: { readonly compiled: CompiledStep; readonly history: History } | undefined;
  let now: () => readonly Data[] = lazily(() => dataOf(tensors, backend));
  const stateOf = (data: readonly Data[]): State => unflatten(initial, tensorsOfData(tensors, data));

  /** The run of the program for batches of these sizes: the current one, a cached one, or a new one. */
  const runFor = (batch: Batch<A, L>): NonNullable<typeof run> & { readonly given: readonly AnyTensor[] } => {
    const given = run?.compiled.tensorsOf(batch);
    if (run !== undefined && given !== undefined) return { ...run, given };
    const known = programs.find((program) => program.tensorsOf(batch) !== undefined);
    const compiled = known ?? compileStep(learner, initial, batch, backend, options);
    programs = [compiled, ...programs.filter((program) => program !== compiled)].slice(0, MOST_PROGRAMS);
    run = { compiled, history: historyOf(compiled.executable, now()) };
    return { ...run, given: required(compiled.tensorsOf(batch), 'the tensors of a batch') };
  };

  return {
    step: (batch) => {
      const { compiled, history, given } = runFor(batch);
      const inputs = dataOf(given, backend);
      const before = now;
      const { outputs, state: data } = history.step(inputs);
      now = data;
      const [loss, ...values] = outputs.map((output) => output[0]);
      const metrics = metricsOf(compiled.metricNames, values);
      return {
        loss: required(loss, 'the loss'),
        metrics,
        predictions: outputs.slice(1 + compiled.metricNames.length),
        data,
        state: lazily(() => stateOf(data())),
        before,
        stateBefore: () => stateOf(before()),
        inputs,
        compiled,
      };
    },
    goOnFrom: (state) => {
      // The current program already has this state; another one starts from it.
      const targets = leaves<AnyTensor>(state);
      requireCarried('revise', tensors, targets);
      const data = dataOf(targets, backend);
      now = () => data;
      run = undefined;
      return stateOf(data);
    },
  };
};
