/** Numbers of an update in the dtype of the parameters that they move. */
import { type DType, isFloat } from '../tensor/dtype.js';
import { scalar } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { apply } from '../tensor/primitive/primitive.js';
import { primitives } from '../tensor/primitive/table.js';
import type { AnyTensor, AttributesOf, PrimitiveName, SomeApplication } from '../tensor/tensor.js';

const again = <N extends PrimitiveName>(
  name: N,
  attributes: AttributesOf[N],
  inputs: readonly AnyTensor[],
): AnyTensor => apply<N>(primitives[name], attributes, inputs);

/** A primitive on inputs that are wider, and so is its result. */
const widerOf = (node: SomeApplication, inputs: readonly AnyTensor[]): AnyTensor => {
  switch (node.name) {
    case 'cast':
      return again('cast', { dtype: wider(node.attributes.dtype) }, inputs);
    case 'iota':
      return again('iota', { ...node.attributes, dtype: wider(node.attributes.dtype) }, inputs);
    default:
      return again<PrimitiveName>(node.name, node.attributes, inputs);
  }
};

const wider = (dtype: DType): DType => (dtype === 'float32' ? 'float64' : dtype);

/** What is a value as it stands: integers, data, and primitives that are not what they compute. */
const stays = ({ dtype, node }: AnyTensor): boolean =>
  !(isFloat(dtype) || dtype === 'bool') ||
  node.kind !== 'application' ||
  ['custom', 'scan', 'check'].includes(node.name);

/**
 * An expression of float32 computed in float64 from its integers and its literal numbers on, which regain their digits:
 * a rate of 0.1 is 0.1 beside parameters of float64, and not the float32 next to it.
 */
export const inFloat64 = (expression: AnyTensor): AnyTensor => {
  const known = new Map<AnyTensor, AnyTensor>();
  const rebuilt = (tensor: AnyTensor): AnyTensor => {
    const { node, dtype } = tensor;
    if (node.kind === 'constant' && node.exact !== undefined && dtype === 'float32')
      return scalar(node.exact, 'float64');
    if (stays(tensor) || node.kind !== 'application') return cast(tensor, wider(dtype));
    return widerOf(node, node.inputs.map(visit));
  };
  const visit = (tensor: AnyTensor): AnyTensor => {
    const found = known.get(tensor) ?? rebuilt(tensor);
    known.set(tensor, found);
    return found;
  };
  return visit(expression);
};
