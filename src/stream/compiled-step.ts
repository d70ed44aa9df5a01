/** A learner's step as one compiled program: it carries the state, takes a batch, and returns loss and metrics. */
import type { Backend, Executable } from '../backend/backend.js';
import { compileChecked } from '../backend/execute.js';
import { fail, showShape } from '../error.js';
import { required } from '../require.js';
import type { Batch, Learner } from '../learner/learner.js';
import { placeholder, traceTensors } from '../graph/trace.js';
import type { Spec } from '../tensor/primitive/primitive.js';
import { sameShape } from '../tensor/shape.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { isLeaf, leafPaths, leaves, unflatten } from '../tree/tree.js';

export interface CompiledStep {
  readonly executable: Executable;
  /**
   * The tensors of a batch, in the order of the program; `undefined` if the sizes differ, so that another program is
   * needed. Throws if the structure, a dtype or a number of axes differs.
   */
  readonly tensorsOf: (batch: unknown) => readonly AnyTensor[] | undefined;
  readonly metricNames: readonly string[];
  /**
   * The form of the model's predictions before the step, which follow the metrics in the results; only if requested.
   */
  readonly predicted: unknown;
  /** The traced inputs and results, for debugging. */
  readonly places: readonly AnyTensor[];
  readonly names: readonly string[];
  readonly results: { readonly loss: AnyTensor; readonly state: readonly AnyTensor[] };
}

const describe = ({ dtype, shape }: Spec): string => `${dtype} ${showShape(shape)}`;

const partAt = (tree: unknown, path: readonly string[]): unknown => {
  let part = tree;
  for (const key of path)
    part = typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined;
  return part;
};

const refuseStructure = (path: readonly string[]): never =>
  fail({
    operation: 'train',
    what: 'the batch has another structure than the first',
    got: `no tensor at '${path.join('.')}'`,
    needed: 'the structure of the first batch',
  });

const refuseSpec = (path: readonly string[], got: Spec, needed: Spec): never =>
  fail({
    operation: 'train',
    what: 'the batch has another dtype or number of axes than the first',
    got: `${path.join('.')} ${describe(got)}`,
    needed: `${path.join('.')} ${describe(needed)}`,
    hint: 'only the sizes may change from batch to batch, such as the number of examples',
  });

/**
 * Makes a reader of the leaves of batches that checks them against this one. It runs for every batch, so it uses plain
 * loops.
 */
const readerLike = (batch: unknown): CompiledStep['tensorsOf'] => {
  const paths = leafPaths(batch);
  const specs = leaves<AnyTensor>(batch);
  return (other) => {
    const found: AnyTensor[] = [];
    let fits = true;
    for (let i = 0; i < specs.length; i++) {
      const [path, needed] = [required(paths[i], 'a path'), specs[i]];
      const part = partAt(other, path);
      if (!isLeaf(part) || needed === undefined) return refuseStructure(path);
      // The leaves of a batch are tensors.
      const tensor = part as AnyTensor;
      if (tensor.dtype !== needed.dtype || tensor.shape.length !== needed.shape.length)
        refuseSpec(path, tensor, needed);
      fits &&= sameShape(tensor.shape, needed.shape);
      found.push(tensor);
    }
    return fits ? found : undefined;
  };
};

/** Throws if the form of a state differs from that of the state before. */
export const requireCarried = (
  from: 'step' | 'revise',
  before: readonly AnyTensor[],
  after: readonly AnyTensor[],
): void => {
  for (const [i, was] of before.entries()) {
    const is = after[i];
    if (
      is !== undefined &&
      after.length === before.length &&
      was.dtype === is.dtype &&
      sameShape(was.shape, is.shape)
    )
      continue;
    fail({
      operation: 'train',
      what: `\`${from}\` changes the shape of the state`,
      got: is === undefined ? `${after.length} tensors` : describe(is),
      needed: describe(was),
    });
  }
};

export interface CompileStepOptions {
  /** Whether each step returns the predictions for its batch before the step. */
  readonly predictions?: boolean;
}

/** Traces and compiles the step of a learner for states and batches of these shapes. Throws the errors of tracing. */
export const compileStep = <State, A, B, L>(
  learner: Learner<State, A, B, L>,
  state: State,
  batch: Batch<A, L>,
  backend: Backend,
  { predictions = false }: CompileStepOptions = {},
): CompiledStep => {
  const named = (part: string, tree: unknown): readonly string[] =>
    leafPaths(tree).map((path) => [part, ...path].join('.'));
  const names = [...named('state', state), ...named('batch', batch)];
  const given = [...leaves<AnyTensor>(state), ...leaves<AnyTensor>(batch)];
  const places = given.map((tensor, i) => placeholder(tensor, required(names[i], 'a name')));
  const carried = leaves(state).length;
  const before = unflatten(state, places.slice(0, carried));
  const examples = unflatten(batch, places.slice(carried));
  const [next, { loss, metrics }] = learner.step(before, examples);
  const predicted = predictions ? learner.predict(before, examples.input) : [];
  const after = leaves<AnyTensor>(next);
  requireCarried('step', places.slice(0, carried), after);
  const program = traceTensors(
    places,
    [...after, loss, ...Object.values(metrics), ...leaves<AnyTensor>(predicted)],
    carried,
  );
  return {
    executable: compileChecked(backend, program),
    tensorsOf: readerLike(batch),
    metricNames: Object.keys(metrics),
    predicted,
    places,
    names,
    results: { loss, state: after },
  };
};
