/** What of an expression depends on some of its parts. */
import type { AnyTensor } from '../tensor.js';

/**
 * The applications between `sources` and `results`, each after those it is made of; only such as `through` holds of.
 *
 * A tensor less deep than every source cannot depend on one, so the walk ends there: what it costs is the
 * size of the expression in between, not of all that came before.
 */
export const dependents = (
  sources: readonly AnyTensor[],
  results: readonly AnyTensor[],
  through: (tensor: AnyTensor) => boolean = () => true,
): readonly AnyTensor[] => {
  const floor = sources.reduce((least, { depth }) => Math.min(least, depth), Number.POSITIVE_INFINITY);
  const depends = new Map<AnyTensor, boolean>(sources.map((source) => [source, true]));
  const order: AnyTensor[] = [];
  const stack = results.map((tensor) => ({ tensor, entered: false })).toReversed();
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { tensor, entered } = top;
    const inputs = tensor.node.kind === 'application' ? tensor.node.inputs : [];
    if (entered) {
      const found = inputs.some((input) => depends.get(input) === true);
      depends.set(tensor, found);
      if (found) order.push(tensor);
    } else if (!depends.has(tensor)) {
      depends.set(tensor, false);
      if (tensor.depth <= floor || !through(tensor)) continue;
      stack.push({ tensor, entered: true });
      for (const input of inputs) if (!depends.has(input)) stack.push({ tensor: input, entered: false });
    }
  }
  return order;
};
