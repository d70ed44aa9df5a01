/** Where an expression is in a model, told by the marks on the way to it. */
import type { Scope } from '../tensor.js';

/** Walking from a result to its arguments, `open` leads into a part of the model and `close` out of it. */
export const inScope = (path: string, scope: Scope | undefined): string => {
  if (scope === undefined) return path;
  if ('open' in scope) return path === '' ? scope.open : `${path}.${scope.open}`;
  if (path === scope.close) return '';
  return path.endsWith(`.${scope.close}`) ? path.slice(0, -scope.close.length - 1) : path;
};
