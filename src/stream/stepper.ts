/** The step of a learner as a pure function, on a machine that keeps the state in its memory. */
import type { Backend } from '../backend/backend.js';
import { dataOf, tensorsOfData } from '../backend/evaluate.js';
import type { Batch, Learner } from '../learner/learner.js';
import { required } from '../require.js';
import type { Data } from '../tensor/dtype.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leaves, unflatten } from '../tree/tree.js';
import { type CompiledStep, compileStep, type CompileStepOptions, requireCarried } from './compiled-step.js';
import { type History, historyOf } from './state-history.js';

/** A state whose numbers may be in a machine's memory. It never changes, and is copied when it is read. */
export interface StateHandle<State> {
  readonly state: () => State;
  readonly data: () => readonly Data[];
}

/** A completed step. */
export interface Taken<State> {
  /** Of the batch, before the step. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** The numbers of the model's prediction of the batch, where it was asked for: valid until the next step. */
  readonly predictions: readonly Data[];
  readonly after: StateHandle<State>;
  /** The numbers of the batch. */
  readonly inputs: readonly Data[];
  readonly compiled: CompiledStep;
}

/** A learner's step as a pure function from state to state, on a machine that keeps the state in its memory. */
export interface Stepper<State, A, L> {
  /** A handle to a state to step from. Throws if it has another form than the first. */
  readonly at: (state: State) => StateHandle<State>;
  /**
   * Takes a step from any state. If the machine has this state in its memory, it continues in place; otherwise it starts
   * again from the numbers of the state. Batches of the same sizes share a program.
   */
  readonly step: (from: StateHandle<State>, batch: Batch<A, L>) => Taken<State>;
}

/** The number of cached programs, one for each batch size; the least recently used one is dropped. */
const MOST_PROGRAMS = 8;

/** Of a learner without metrics. */
const NONE: Readonly<Record<string, number>> = Object.freeze({});

/** The one number of an output. */
const numberOf = (output: Data | undefined): number => required(output?.[0], 'an output');

/** The metrics, which stand behind the loss. */
const metricsOf = (names: readonly string[], outputs: readonly Data[]): Taken<never>['metrics'] =>
  names.length === 0 ? NONE : Object.fromEntries(names.map((name, i) => [name, numberOf(outputs[1 + i])]));

/** A value that is made when it is first asked for; what it was made from is let go of. */
const lazily = <T>(make: () => T): (() => T) => {
  let held: { readonly make: () => T } | { readonly made: T } = { make };
  return () => {
    if ('make' in held) held = { made: held.make() };
    return held.made;
  };
};

/** A handle to a state that was given. */
export const handleOf = <State>(state: State, backend: Backend): StateHandle<State> => ({
  data: lazily(() => dataOf(leaves<AnyTensor>(state), backend)),
  state: () => state,
});

/** The step of a learner, for states like this one. */
export const stepper = <State, A, B, L>(
  learner: Learner<State, A, B, L>,
  like: State,
  backend: Backend,
  options: CompileStepOptions = {},
): Stepper<State, A, L> => {
  const tensors = leaves<AnyTensor>(like);
  const handle = (data: () => readonly Data[]): StateHandle<State> => ({
    data,
    state: lazily(() => unflatten(like, tensorsOfData(tensors, data()))),
  });
  // The latest first.
  let programs: readonly CompiledStep[] = [];
  /** The program in use, and the state that its machine stands at; nothing after a step that failed. */
  let run: { readonly compiled: CompiledStep; readonly history: History } | undefined;
  let at: StateHandle<State> | undefined;

  /** The program for batches of these sizes: the one in use, one that was, or a new one. */
  const programFor = (batch: Batch<A, L>): readonly [CompiledStep, readonly AnyTensor[]] => {
    const given = run?.compiled.tensorsOf(batch);
    if (run !== undefined && given !== undefined) return [run.compiled, given];
    const known = programs.find((program) => program.tensorsOf(batch) !== undefined);
    const compiled = known ?? compileStep(learner, like, batch, backend, options);
    programs = [compiled, ...programs.filter((program) => program !== compiled)].slice(0, MOST_PROGRAMS);
    return [compiled, required(compiled.tensorsOf(batch), 'the tensors of a batch')];
  };

  return {
    at: (state) => {
      const own = leaves<AnyTensor>(state);
      requireCarried('revise', tensors, own);
      // As numbers, where the state is an expression: what is read of it is computed once.
      return handle(lazily(() => dataOf(own, backend)));
    },
    step: (from, batch) => {
      const [compiled, given] = programFor(batch);
      const inputs = dataOf(given, backend);
      if (at !== from || run?.compiled !== compiled)
        run = { compiled, history: historyOf(compiled.executable, from.data()) };
      at = undefined;
      const { outputs, state: data } = run.history.step(inputs);
      const after = handle(data);
      at = after;
      return {
        loss: numberOf(outputs[0]),
        metrics: metricsOf(compiled.metricNames, outputs),
        predictions: outputs.slice(1 + compiled.metricNames.length),
        after,
        inputs,
        compiled,
      };
    },
  };
};
