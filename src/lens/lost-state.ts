/**
 * State must not be lost. Marks in the expression tell which results come of a layer that learns with carried state,
 * and which values are the next ones of such state; what a derivative, a closure or a forgetful backward loses is
 * refused.
 */
import { tensorsOf } from '../autodiff/variable.js';
import { fail } from '../error.js';
import { identity } from '../tensor/primitive/conversion.js';
import { dependents } from '../tensor/primitive/dependents.js';
import { inScope } from '../tensor/primitive/scope.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leafPaths, mapTree, zipTrees } from '../tree/tree.js';
import { CARRIED } from './differentiable.js';
import { parameterPaths } from './parameters.js';
import type { Parameters } from './para.js';

/** The tensor below, where a tensor is another one under a mark, a fence or held constant. */
const below = ({ node }: AnyTensor): AnyTensor | undefined =>
  node.kind === 'application' &&
  (node.name === 'identity' || node.name === 'stopGradient' || node.name === 'fence')
    ? node.inputs[0]
    : undefined;

/** A tensor without marks and steering. */
export const bare = (tensor: AnyTensor): AnyTensor => {
  let at = tensor;
  for (let next = below(at); next !== undefined; next = below(at)) at = next;
  return at;
};

/** The results of a layer that learns with this state and gives it a next value. */
export const learningWith = <B>(carried: unknown, results: B): B => {
  const runs = tensorsOf(carried).map(bare);
  // The leaves of what a layer gives are tensors.
  return mapTree(results, (each) => identity(each as AnyTensor, { runs }));
};

/** The next values of this state, marked as such. */
export const nextOf = <C>(carried: C, next: C): C =>
  zipTrees('carried state', next, carried, (after, before) =>
    identity(after as AnyTensor, { next: bare(before as AnyTensor) }),
  );

const isNextOf = (tensor: AnyTensor | undefined, before: AnyTensor): boolean => {
  const source = bare(before);
  for (let at = tensor; at !== undefined; at = below(at)) {
    const { node } = at;
    const scope = node.kind === 'application' && node.name === 'identity' ? node.attributes.scope : undefined;
    if (scope !== undefined && 'next' in scope && scope.next === source) return true;
  }
  return false;
};

/** A layer that learned, found in an expression: its result, and the state that it learned with. */
interface Learned {
  readonly result: AnyTensor;
  readonly runs: readonly AnyTensor[];
}

/** The results of a whole step, whose state is among them: nothing in it is lost to whoever uses them. */
export const handedOn = <T>(results: T): T =>
  mapTree(results, (each) => identity(each as AnyTensor, { handedOn: true }));

const isOpen = ({ node }: AnyTensor): boolean =>
  !(
    node.kind === 'application' &&
    node.name === 'identity' &&
    node.attributes.scope !== undefined &&
    'handedOn' in node.attributes.scope
  );

/** The layers with carried state that learned on the way from `sources` to `results`, in the bodies of loops too. */
const learnedBetween = (sources: readonly AnyTensor[], results: readonly AnyTensor[]): readonly Learned[] =>
  dependents(sources, results, isOpen).flatMap((result) => {
    const { node } = result;
    if (node.kind !== 'application') return [];
    if (node.name === 'scan') {
      const { inputs, outputs } = node.attributes.body;
      return learnedBetween(inputs, outputs).map(({ runs }) => ({ result, runs }));
    }
    const scope = node.name === 'identity' ? node.attributes.scope : undefined;
    return scope !== undefined && 'runs' in scope ? [{ result, runs: scope.runs }] : [];
  });

/** Where in the model a tensor was made, read from the marks between it and the results. */
const placeOf = (target: AnyTensor, results: readonly AnyTensor[]): readonly string[] => {
  const seen = new Set<AnyTensor>();
  const open = results.map((tensor) => ({ tensor, path: '' }));
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const { tensor, path } = top;
    if (tensor === target) return path === '' ? [] : [path];
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    const { node } = tensor;
    if (node.kind !== 'application') continue;
    const inside = node.name === 'identity' ? inScope(path, node.attributes.scope) : path;
    for (const input of node.inputs) open.push({ tensor: input, path: inside });
  }
  return [];
};

const COMPOSE = 'compose layers with compose, sequential, parallel or fanOut';

/** Throws if a function whose backward is derived runs a layer that carries state: a derivative carries nothing on. */
export const requireNothingCarried = <A, B>(operation: string, f: (a: A) => B): ((a: A) => B) => {
  return (a) => {
    const b = f(a);
    const results = tensorsOf(b);
    const [first] = learnedBetween(tensorsOf(a), results);
    if (first !== undefined)
      fail({
        operation,
        path: placeOf(first.result, results),
        what: 'a layer that carries state runs inside, and a derived backward loses that state',
        hint: `${COMPOSE}; to use the layer as it predicts, run evaluation(layer)`,
      });
    return b;
  };
};

const partAt = (tree: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined),
    tree,
  );

/** A step of learning, as far as it was told. */
export interface Learning<P extends Parameters> {
  readonly parameters: P;
  /** What the model's backward gave for the parameters. */
  readonly gradient: P;
  /** What else the results are made of. */
  readonly given: unknown;
  readonly results: unknown;
}

/**
 * Throws if state is lost in a step: if a backward gives another value for what is carried than the next one, or if a
 * layer learned with state that is none of the parameters.
 */
export const requireCarriedOn = <P extends Parameters>(
  operation: string,
  { parameters, gradient, given, results: told }: Learning<P>,
): void => {
  const tensors = tensorsOf(parameters);
  const carried = new Set<AnyTensor>();
  for (const [i, path] of leafPaths(parameters).entries()) {
    const [before, next] = [tensors[i], partAt(gradient, path)];
    if (before === undefined || !path.includes(CARRIED)) continue;
    carried.add(bare(before));
    // What stands in place of a change is a tensor, or nothing.
    if (isNextOf(next as AnyTensor | undefined, before)) continue;
    fail({
      operation,
      path: [parameterPaths(parameters)[i] ?? path.join('.')],
      what: 'the backward does not hand on the next value of what is carried',
      got: next === undefined ? 'nothing' : 'a change',
      needed: 'what the backward of the layer gave',
      hint: `${COMPOSE}, or hand on the backward of the layer inside; a layer with state of its own is made with carrying`,
    });
  }
  const results = tensorsOf(told);
  const lost = learnedBetween([...tensors, ...tensorsOf(given)], results).find(
    ({ runs }) => !runs.every((state) => carried.has(state)),
  );
  if (lost !== undefined)
    fail({
      operation,
      path: placeOf(lost.result, results),
      what: 'a layer learns with carried state that is no parameter of the model, so that the state is lost',
      hint: 'freeze(parameters, layer) holds a layer as it predicts; to train it, make its parameters those of the model',
    });
};

/** Throws if a layer with carried state learns on the way from what is given to these results of a prediction. */
export const requireNoLearning = (operation: string, given: unknown, told: unknown): void => {
  const results = tensorsOf(told);
  const [first] = learnedBetween(tensorsOf(given), results);
  if (first !== undefined)
    fail({
      operation,
      path: placeOf(first.result, results),
      what: 'a layer that carries state runs as it learns while the model predicts',
      hint: `${COMPOSE}, or give the layer around it a method evaluation`,
    });
};
