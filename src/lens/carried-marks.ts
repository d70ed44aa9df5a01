/**
 * Marks in the expression tell which results come of a layer that learns with carried state, and which values are the
 * next ones of such state.
 */
import { tensorsOf } from '../autodiff/variable.js';
import { fail } from '../error.js';
import { identity } from '../tensor/primitive/conversion.js';
import { dependents } from '../tensor/primitive/dependents.js';
import { inScope } from '../tensor/primitive/scope.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { mapTree, zipTrees } from '../tree/tree.js';

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

/** Whether a tensor is marked as the next value of this one. */
export const isNextOf = (tensor: AnyTensor | undefined, before: AnyTensor): boolean => {
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
export const learnedBetween = (
  sources: readonly AnyTensor[],
  results: readonly AnyTensor[],
): readonly Learned[] =>
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
export const placeOf = (target: AnyTensor, results: readonly AnyTensor[]): readonly string[] => {
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

/** The remedy for lost state. */
export const COMPOSE = 'compose layers with compose, sequential, parallel or fanOut';

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
