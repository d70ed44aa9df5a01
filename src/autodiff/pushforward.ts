/** Forward mode: the value of a function, and the tangent of its result along one of its argument. */
import { unflatten } from '../tree/tree.js';
import { isFloat } from '../tensor/dtype.js';
import { add } from '../tensor/primitive/arithmetic.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { primitives } from '../tensor/primitive/table.js';
import type { AnyTensor, Application, PrimitiveName } from '../tensor/tensor.js';
import { requireLike, tensorsOf, variablesOf } from './variable.js';
import { scanTangent } from './scan.js';
import { between, sweep } from './sweep.js';

const shareOf = <N extends PrimitiveName>(
  { name, attributes, inputs }: Application<N>,
  tangent: AnyTensor,
  slot: number,
  output: AnyTensor,
): AnyTensor | undefined => primitives[name].pushforward(tangent, slot, { inputs, attributes, output });

/** A user's backward is linear in its cotangent, so its transpose is the pullback of the rule itself. */
const transposed = (
  { inputs: [, ...x], attributes: { rule } }: Application<'custom'>,
  tangents: readonly (AnyTensor | undefined)[],
  output: AnyTensor,
): AnyTensor | undefined => {
  const [, ...along] = tangents;
  const [w] = variablesOf([fullLike(output, 0), ...x]);
  if (w === undefined) return undefined;
  const pairs = rule(x, w).flatMap((result, i) => {
    const tangent = along[i];
    return result === undefined || tangent === undefined ? [] : [[result, tangent] as const];
  });
  return sweep(
    [w],
    pairs.map(([result]) => result),
    pairs.map(([, tangent]) => tangent),
  )[0];
};

const tangentOf = (tensor: AnyTensor, tangents: ReadonlyMap<AnyTensor, AnyTensor>): AnyTensor | undefined => {
  const { node } = tensor;
  if (node.kind !== 'application') return undefined;
  const along = node.inputs.map((input) => tangents.get(input));
  if (along.every((each) => each === undefined)) return undefined;
  if (node.name === 'custom') return transposed(node, along, tensor);
  if (node.name === 'scan') return scanTangent(node, along, push);
  const shares = along.flatMap((tangent, slot) => {
    const share = tangent && shareOf<PrimitiveName>(node, tangent, slot, tensor);
    return share === undefined ? [] : [share];
  });
  const [first, ...others] = shares;
  return first && others.reduce(add, first);
};

/** The tangents of results, given those of some of what they are made of. */
const push = (
  given: ReadonlyMap<AnyTensor, AnyTensor>,
  results: readonly AnyTensor[],
): readonly (AnyTensor | undefined)[] => {
  const tangents = new Map(given);
  for (const tensor of between([...given.keys()], results)) {
    const found = tangentOf(tensor, tangents);
    if (found !== undefined) tangents.set(tensor, found);
  }
  return results.map((result) => tangents.get(result));
};

/**
 * The value of `f` at a tree of tensors and its derivative J·v along a tangent like the argument. Tangents
 * of leaves that are no floats are not looked at; where nothing flows the derivative is zeros. Throws if a
 * tangent is unlike its argument.
 *
 * @example
 * pushforward((x: Tensor<[]>) => multiply(x, x))(scalar(3), scalar(1))[1]; // 6
 */
export const pushforward =
  <A, B>(f: (a: A) => B) =>
  (a: A, tangent: A): readonly [b: B, db: B] => {
    const sources = variablesOf(tensorsOf(a));
    const directions = tensorsOf(tangent);
    requireLike({ operation: 'pushforward', what: 'tangent', like: 'argument' }, sources, directions);
    const b = f(unflatten(a, sources));
    const results = tensorsOf(b);
    const tangents = new Map<AnyTensor, AnyTensor>();
    for (const [i, direction] of directions.entries()) {
      const source = sources[i];
      if (source !== undefined && isFloat(source.dtype)) tangents.set(source, direction);
    }
    const pushed = push(tangents, results);
    return [
      b,
      unflatten(
        b,
        results.map((result, i) => pushed[i] ?? fullLike(result, 0)),
      ),
    ];
  };
