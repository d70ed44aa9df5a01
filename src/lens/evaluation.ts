/** How a model acts when it predicts. */
import { requireLayers } from '../require.js';
import type { Para, Parameters } from './para.js';

/**
 * The model as it predicts: normalization by running statistics, no dropout. Its parameters are the model's.
 * A composite's is the composite of its parts'; a layer that says nothing else of itself is its own.
 *
 * @example
 * const model = dense(2, 1);
 * const [y] = evaluation(model).run(model.init(key(1)), tensor([[1, 2]]));
 */
export const evaluation = <P extends Parameters, A, B>(f: Para<P, A, B>): Para<P, A, B> => {
  requireLayers('evaluation', { f });
  return f.evaluation?.() ?? f;
};
