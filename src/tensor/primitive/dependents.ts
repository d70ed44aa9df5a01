/** What of an expression depends on some of its parts. */
import type { AnyTensor } from '../tensor.js';

const NOTHING: readonly AnyTensor[] = [];

const inputsOf = ({ node }: AnyTensor): readonly AnyTensor[] =>
  node.kind === 'application' ? node.inputs : NOTHING;

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
  // Whether each tensor depends on a source; of those that have been reached but not left it is pending.
  const depends = new Map<AnyTensor, boolean | 'pending'>();
  for (const source of sources) depends.set(source, true);
  const order: AnyTensor[] = [];
  const stack: AnyTensor[] = results.toReversed();
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const known = depends.get(top);
    if (known === undefined && top.depth > floor && through(top)) {
      depends.set(top, 'pending');
      for (const input of inputsOf(top)) if (!depends.has(input)) stack.push(input);
      continue;
    }
    stack.pop();
    if (known === undefined) depends.set(top, false);
    if (known !== 'pending') continue;
    const found = inputsOf(top).some((input) => depends.get(input) === true);
    depends.set(top, found);
    if (found) order.push(top);
  }
  return order;
};
