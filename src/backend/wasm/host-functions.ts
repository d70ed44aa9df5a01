/** The functions of one float64 that a module imports: those that are approximated in float32. */
import { approximatedPrimitives, isApproximated, primitiveNames } from '../../tensor/primitive/table.js';

/** In the order in which modules import them. */
export const hostFunctionNames = primitiveNames.filter(isApproximated);

export const hostFunctions: Readonly<Record<string, (x: number) => number>> = Object.fromEntries(
  hostFunctionNames.map((name) => [name, approximatedPrimitives[name].of]),
);

const sourceOf = (f: (x: number) => number): string =>
  f.toString().includes('[native code]') ? `Math.${f.name}` : f.toString();

/** The same as source text, for workers. */
export const hostFunctionsSource = `{ ${hostFunctionNames
  .map((name) => `${name}: ${sourceOf(approximatedPrimitives[name].of)}`)
  .join(', ')} }`;
