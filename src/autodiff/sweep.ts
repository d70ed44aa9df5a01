/** The backward sweep: cotangents from results to what they depend on, over the expression. */
import { type DType, isFloat } from '../tensor/dtype.js';
import { add } from '../tensor/primitive/arithmetic.js';
import { primitives } from '../tensor/primitive/table.js';
import type { AnyTensor, Application, PrimitiveName } from '../tensor/tensor.js';

/**
 * The applications that lie between `sources` and `results`, each after those it is made of.
 *
 * A tensor less deep than every source cannot depend on one, so the walk ends there: what it costs is the
 * size of the expression in between, not of all that came before. It ends as well where a dtype lets nothing
 * through, as whole numbers do with derivatives.
 */
export const between = (
  sources: readonly AnyTensor[],
  results: readonly AnyTensor[],
  passes: (dtype: DType) => boolean = isFloat,
): readonly AnyTensor[] => {
  const floor = sources.reduce((least, { depth }) => Math.min(least, depth), Number.POSITIVE_INFINITY);
  const reaches = new Map<AnyTensor, boolean>(sources.map((source) => [source, true]));
  const order: AnyTensor[] = [];
  const stack = results.map((tensor) => ({ tensor, entered: false })).toReversed();
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { tensor, entered } = top;
    const inputs = tensor.node.kind === 'application' ? tensor.node.inputs : [];
    if (entered) {
      const found = inputs.some((input) => reaches.get(input) === true);
      reaches.set(tensor, found);
      if (found) order.push(tensor);
    } else if (!reaches.has(tensor)) {
      reaches.set(tensor, false);
      if (tensor.depth <= floor || !passes(tensor.dtype)) continue;
      stack.push({ tensor, entered: true });
      for (const input of inputs) if (!reaches.has(input)) stack.push({ tensor: input, entered: false });
    }
  }
  return order;
};

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
    const shares =
      node.name === 'custom'
        ? customShares(node, cotangent)
        : sharesOf<PrimitiveName>(node, cotangent, tensor, needed);
    for (const [slot, input] of node.inputs.entries()) {
      const share = shares[slot];
      if (share !== undefined && needed.has(input) && isFloat(input.dtype)) flow(input, share);
    }
  }
  return sources.map(get);
};
