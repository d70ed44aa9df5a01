/** The backward sweep: cotangents from results to what they depend on, over the expression. */
import { isFloat } from '../tensor/dtype.js';
import { add } from '../tensor/primitive/arithmetic.js';
import { dependents } from '../tensor/primitive/dependents.js';
import { primitives } from '../tensor/primitive/table.js';
import type { AnyTensor, Application, PrimitiveName, SomeApplication } from '../tensor/tensor.js';
import { scanCotangents } from './scan.js';

/** The applications between `sources` and `results` through which derivatives flow. */
export const between = (sources: readonly AnyTensor[], results: readonly AnyTensor[]): readonly AnyTensor[] =>
  dependents(sources, results, ({ dtype }) => isFloat(dtype));

/** The cotangents of the input slots of an application, as far as they are needed. */
const sharesOf = <N extends PrimitiveName>(
  { name, attributes, inputs }: Application<N>,
  cotangent: AnyTensor,
  output: AnyTensor,
  needed: ReadonlySet<AnyTensor>,
): readonly (AnyTensor | undefined)[] =>
  inputs.map((input, slot) =>
    needed.has(input) && isFloat(input.dtype)
      ? primitives[name].pullback(cotangent, slot, { inputs, attributes, output })
      : undefined,
  );

/** A user's backward gives the cotangents of all its slots at once. */
const customShares = (
  { attributes: { rule }, inputs: [, ...x] }: Application<'custom'>,
  cotangent: AnyTensor,
): readonly (AnyTensor | undefined)[] => [undefined, ...rule(x, cotangent)];

/** The cotangents of the input slots of any application, as far as they are needed. */
const sharesIn = (
  node: SomeApplication,
  cotangent: AnyTensor,
  output: AnyTensor,
  needed: ReadonlySet<AnyTensor>,
): readonly (AnyTensor | undefined)[] => {
  if (node.name === 'custom') return customShares(node, cotangent);
  if (node.name !== 'scan') return sharesOf<PrimitiveName>(node, cotangent, output, needed);
  const isNeeded = (slot: number): boolean => {
    const input = node.inputs[slot];
    return input !== undefined && needed.has(input);
  };
  return scanCotangents(node, output, cotangent, isNeeded, sweep);
};

/** Whether a tensor is 0 everywhere, and was made as such: nothing flows then. */
export const isNothing = ({ node }: AnyTensor): boolean => {
  if (node.kind === 'constant') return node.exact === 0;
  const [operand] = node.kind === 'application' && node.name === 'broadcast' ? node.inputs : [];
  return operand?.node.kind === 'constant' && operand.node.exact === 0;
};

/** Sums cotangents as they arrive; a tensor that nothing flowed to has none. */
const accumulator = (): {
  readonly get: (tensor: AnyTensor) => AnyTensor | undefined;
  readonly flow: (tensor: AnyTensor, cotangent: AnyTensor) => void;
} => {
  const totals = new Map<AnyTensor, AnyTensor>();
  const flow = (tensor: AnyTensor, cotangent: AnyTensor): void => {
    if (isNothing(cotangent)) return;
    const before = totals.get(tensor);
    totals.set(tensor, before === undefined ? cotangent : add(before, cotangent));
  };
  return { get: (tensor) => totals.get(tensor), flow };
};

/** The cotangents of `sources` given those of `results`; `undefined` where nothing flows. */
export const sweep = (
  sources: readonly AnyTensor[],
  results: readonly AnyTensor[],
  cotangents: readonly AnyTensor[],
): readonly (AnyTensor | undefined)[] => {
  const order = between(sources, results);
  const needed = new Set<AnyTensor>([...sources, ...order]);
  const { get, flow } = accumulator();
  for (const [i, result] of results.entries()) {
    const cotangent = cotangents[i];
    if (cotangent !== undefined && isFloat(result.dtype)) flow(result, cotangent);
  }
  for (const tensor of order.toReversed()) {
    const { node } = tensor;
    const cotangent = get(tensor);
    if (cotangent === undefined || node.kind !== 'application') continue;
    const shares = sharesIn(node, cotangent, tensor, needed);
    for (const [slot, input] of node.inputs.entries()) {
      const share = shares[slot];
      if (share !== undefined && needed.has(input) && isFloat(input.dtype)) flow(input, share);
    }
  }
  return sources.map(get);
};
