/** Scalars of an update in the dtype of the parameters. */
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

/** The primitive applied to wider inputs, with a wider result. */
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

/** Whether the expression stays as it is: integers, data, and primitives that must not be recomputed. */
const stays = ({ dtype, node }: AnyTensor): boolean =>
  !(isFloat(dtype) || dtype === 'bool') ||
  node.kind !== 'application' ||
  ['custom', 'scan', 'check'].includes(node.name);

/**
 * Recomputes a float32 expression in float64, from its integers and literal numbers. So for float64 parameters a rate
 * of 0.1 is 0.1, and not the nearest float32.
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
