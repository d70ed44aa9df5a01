/**
 * The sum over a batch of expressions over one example: what the change of a parameter is that all examples share.
 *
 * Through what is linear the sum goes down to where examples meet: of xᵀ·dy it is one product over all rows of all
 * examples, of an embedding one scatter, and the change that a single example makes never stands in memory.
 */
import { fail } from '../error.js';
import { isFloat } from '../tensor/dtype.js';
import type { BatchedTensors, BatchTensors } from '../tensor/primitive/batching.js';
import { multiply } from '../tensor/primitive/arithmetic.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { contractPrimitive, freshLetter } from '../tensor/primitive/contract.js';
import { custom, ruleOfBatch } from '../tensor/primitive/conversion.js';
import { scatterAddPrimitive } from '../tensor/primitive/indexing.js';
import { moveAxis } from '../tensor/primitive/movement.js';
import { apply } from '../tensor/primitive/primitive.js';
import { sum } from '../tensor/primitive/reduction.js';
import { primitives } from '../tensor/primitive/table.js';
import { behindOne } from '../tensor/shape.js';
import type { AnyTensor, Application, PrimitiveName, SomeApplication } from '../tensor/tensor.js';
import { isNothing } from './sweep.js';

/** A batch whose expressions are known: the values that differ from example to example, and their stacks. */
interface Batch extends Pick<BatchedTensors, 'stack'> {
  readonly differs: (tensor: AnyTensor) => boolean;
  readonly size: number;
  readonly expressions: BatchTensors;
}

/** Linear in all inputs together. */
const linear: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  ...(['negate', 'add', 'subtract', 'identity', 'stopGradient', 'sum', 'broadcast'] as const),
  ...(['reshape', 'transpose', 'reverse', 'slice', 'pad', 'concat', 'window', 'windowSum'] as const),
]);

/** Linear in these slots where the others are the same for all examples; a quotient of integers is cut. */
const linearIn: { readonly [N in PrimitiveName]?: readonly number[] } = {
  multiply: [0, 1],
  divide: [0],
  select: [1, 2],
  contract: [0, 1],
  take: [0],
  scatterAdd: [1],
};

const applied = <N extends PrimitiveName>(
  { name, attributes }: Application<N>,
  inputs: readonly AnyTensor[],
): AnyTensor => apply(primitives[name], attributes, inputs);

/** n times what is the same for all examples. */
const times = (n: number, tensor: AnyTensor): AnyTensor =>
  tensor.dtype === 'bool' || isNothing(tensor) ? tensor : multiply(tensor, fullLike(tensor, n));

/** The slots whose sum may be taken before the application: its inputs that differ, if it is linear in them. */
const summedSlots = (
  { name, inputs }: SomeApplication,
  { differs }: Batch,
): readonly number[] | undefined => {
  const slots = [...inputs.keys()];
  if (linear.has(name)) return slots;
  const [first] = inputs;
  const isCut = name === 'divide' && first !== undefined && !isFloat(first.dtype);
  const allowed = isCut ? [] : (linearIn[name] ?? []);
  const differing = slots.filter((slot) => {
    const input = inputs[slot];
    return input !== undefined && differs(input);
  });
  if (!differing.every((slot) => allowed.includes(slot))) return undefined;
  // Of a choice both branches are summed; of a product of what differs there is no such sum.
  if (name === 'select') return allowed;
  return differing.length === 1 ? differing : undefined;
};

/** Where examples meet: sums of products, and what is added up by place. */
const meeting = (node: SomeApplication, { differs, stack }: Batch): AnyTensor | undefined => {
  const [first, second] = node.inputs;
  if (first === undefined || second === undefined || !differs(first) || !differs(second)) return undefined;
  // Σᵢ Σ aᵢ·bᵢ is one contraction, in whose result the examples' letter is missing.
  if (node.name === 'contract') {
    const { left, right, out } = node.attributes;
    const letter = freshLetter(left + right + out);
    const words = { left: letter + left, right: letter + right, out };
    return apply(contractPrimitive, words, [stack(first), stack(second)]);
  }
  // All examples' updates are added to one tensor: their indices are one tensor of indices.
  if (node.name === 'scatterAdd') {
    const { axis } = node.attributes;
    return apply(scatterAddPrimitive, node.attributes, [stack(first), moveAxis(stack(second), 0, axis)]);
  }
  return undefined;
};

/** A sum over all examples, and whether examples met below: else it is best taken of their results. */
interface Total {
  readonly tensor: AnyTensor;
  readonly met: boolean;
}

/** The sum over the examples of the results of each. */
const sumOfResults = (tensor: AnyTensor, { stack }: Batch): AnyTensor => {
  const { node } = tensor;
  const [x] = node.kind === 'application' && node.name === 'sum' ? node.inputs : [];
  if (tensor.dtype === 'bool') return fullLike(tensor, 0);
  // A sum of sums is one.
  return node.kind === 'application' && node.name === 'sum' && x !== undefined
    ? sum(stack(x), [0, ...behindOne(node.attributes.axes)])
    : sum(stack(tensor), [0]);
};

/** The sum over all examples, as a function of the expression over one. */
export const totalOf = (batch: Batch): BatchedTensors['total'] => {
  const { differs, stack, size, expressions } = batch;
  const totals = new Map<AnyTensor, Total>();
  /** The slots whose own sums that of a tensor is made of. */
  const neededSlots = ({ node }: AnyTensor): readonly number[] => {
    if (node.kind !== 'application') return [];
    return node.name === 'custom' ? [0] : (summedSlots(node, batch) ?? []);
  };
  /** The application to sums in the place of what is summed. */
  const ofTotals = (node: SomeApplication, slots: readonly number[]): AnyTensor => {
    const inputs = node.inputs.map((input, slot) =>
      slots.includes(slot) ? (totals.get(input)?.tensor ?? input) : input,
    );
    if (node.name !== 'custom') return applied<PrimitiveName>(node, inputs);
    const [y, ...x] = inputs;
    const many = x.map(differs);
    const given = x.map((each, i) => (many[i] === true ? stack(each) : each));
    const rule = ruleOfBatch(node.attributes.rule, { cotangents: false, many, size, expressions });
    return custom(y ?? fail({ operation: 'custom', what: 'the rule returned no result' }), given, rule);
  };
  const made = (tensor: AnyTensor, slots: readonly number[]): Total => {
    const { node } = tensor;
    if (!differs(tensor)) return { tensor: times(size, tensor), met: false };
    const together = node.kind === 'application' ? meeting(node, batch) : undefined;
    if (together !== undefined) return { tensor: together, met: true };
    const inputs = node.kind === 'application' ? node.inputs : [];
    const met = slots.some((slot) => {
      const input = inputs[slot];
      return input !== undefined && totals.get(input)?.met === true;
    });
    return node.kind === 'application' && met
      ? { tensor: ofTotals(node, slots), met }
      : { tensor: sumOfResults(tensor, batch), met };
  };
  return (root) => {
    // A stack of our own: expressions may be deeper than the machine's.
    const waiting = [root];
    for (let tensor = waiting.at(-1); tensor !== undefined; tensor = waiting.at(-1)) {
      const slots = differs(tensor) ? neededSlots(tensor) : [];
      const { node } = tensor;
      const inputs = node.kind === 'application' ? node.inputs : [];
      const missing = slots.flatMap((slot) => inputs[slot] ?? []).filter((input) => !totals.has(input));
      if (missing.length > 0) waiting.push(...missing);
      else {
        if (!totals.has(tensor)) totals.set(tensor, made(tensor, slots));
        waiting.pop();
      }
    }
    return totals.get(root)?.tensor ?? root;
  };
};
