/** State must not be lost: what a derivative, a closure or a forgetful backward loses is refused. */
import { tensorsOf } from '../autodiff/variable.js';
import { fail } from '../error.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leafPaths } from '../tree/tree.js';
import { bare, COMPOSE, isNextOf, learnedBetween, placeOf } from './carried-marks.js';
import { CARRIED } from './differentiable.js';
import type { Parameters } from './para.js';
import { parameterPaths } from './parameters.js';

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
