/** The functions of one float64 that a module imports. */
import { errorFunction } from '../../tensor/primitive/error-function.js';
import { millsRatio } from '../../tensor/primitive/mills-ratio.js';

/** In the order in which modules import them. */
export const HOST_FUNCTIONS = ['exp', 'expm1', 'log', 'log1p', 'tanh', 'erf', 'mills', 'sin', 'cos'] as const;

export type HostFunction = (typeof HOST_FUNCTIONS)[number];

export const isHostFunction = (name: string): name is HostFunction =>
  (HOST_FUNCTIONS as readonly string[]).includes(name);

export const hostFunctions: { readonly [N in HostFunction]: (x: number) => number } = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  erf: errorFunction,
  mills: millsRatio,
  sin: Math.sin,
  cos: Math.cos,
};

/** Those that JavaScript has not. They refer to nothing outside themselves. */
const OWN: { readonly [N in HostFunction]?: (x: number) => number } = {
  erf: errorFunction,
  mills: millsRatio,
};

/** The same as source text, for workers. */
export const hostFunctionsSource = `{ ${HOST_FUNCTIONS.map(
  (name) => `${name}: ${OWN[name]?.toString() ?? `Math.${name}`}`,
).join(', ')} }`;
