/** P-11: what a layer carries from step to step reaches the next one. Asked of the expression, so of all numbers. */
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import { type Specifications, specified } from '../arbitrary/specification.js';
import { ParalensError } from '../../src/error.js';
import { zerosLike } from '../../src/lens/differentiable.js';
import { evaluation } from '../../src/lens/evaluation.js';
import { requireCarriedOn, requireNoLearning } from '../../src/lens/lost-state.js';
import type { Para, Parameters } from '../../src/lens/para.js';

/** What is refused, as a verdict. */
const unlessRefused = (subject: string, body: () => void): Verdict => {
  try {
    body();
    return holds;
  } catch (error) {
    if (!(error instanceof ParalensError)) throw error;
    const { mistake } = error;
    return broken({
      law: 'P-11',
      subject,
      what: `${mistake.operation}: ${mistake.what}`,
      path: mistake.path?.join('.'),
      hint: mistake.hint,
    });
  }
};

/**
 * P-11. The backward's slot for what is carried is the next value that the layer inside made, whether it learns or
 * predicts; no part learns with state that is none of the parameters; `evaluation(f)` learns nothing.
 */
export const stateGoesOn = <P extends Parameters, A, B>(
  name: string,
  layer: Para<P, A, B>,
  parameters: P,
  input: Specifications<A>,
): Verdict => {
  const { like } = specified<A>(input);
  const goesOn = (f: Para<P, A, B>) => () =>
    unlessRefused(name, () => {
      const [b, back] = f.run(parameters, like);
      const [gradient] = back(zerosLike(b));
      requireCarriedOn(name, { parameters, gradient, given: like, results: b });
    });
  return every([
    goesOn(layer),
    goesOn(evaluation(layer)),
    () =>
      unlessRefused(name, () => {
        const [b] = evaluation(layer).run(parameters, like);
        requireNoLearning(name, [parameters, like], b);
      }),
  ]);
};
