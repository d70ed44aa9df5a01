/** Evaluation: from a tree of tensors to plain numbers. */
import { required } from '../require.js';
import { leaves, unflatten } from '../tree/tree.js';
import { traceTensors } from '../graph/trace.js';
import { type Data, type DType, truthsOf } from '../tensor/dtype.js';
import type { Value } from '../tensor/primitive/primitive.js';
import { constant } from '../tensor/primitive/constant.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import type { Shape } from '../tensor/shape.js';
import type { Backend } from './backend.js';
import { compileChecked } from './execute.js';
import { wasm } from './wasm/wasm.js';

/** The backend that is used where none is named. */
export const defaultBackend: Backend = wasm();

/** A tree with plain values in place of tensors. */
export type Evaluated<T> =
  T extends Tensor<infer S, infer D>
    ? Value<D> & { readonly shape: S }
    : { readonly [K in keyof T]: Evaluated<T[K]> };

export interface EvaluateOptions {
  readonly backend?: Backend;
}

/** What is given as data below these tensors: handed to the program, not written into it as single numbers are. */
const constantsBelow = (roots: readonly AnyTensor[]): readonly AnyTensor[] => {
  const seen = new Set<AnyTensor>(roots);
  for (const tensor of seen)
    if (tensor.node.kind === 'application') for (const input of tensor.node.inputs) seen.add(input);
  return [...seen].filter(({ node }) => node.kind === 'constant' && node.exact === undefined);
};

/** The data of tensors; those given as data are only handed on. */
export const dataOf = (tensors: readonly AnyTensor[], backend: Backend): readonly Data[] => {
  const given: Data[] = [];
  for (const { node } of tensors) if (node.kind === 'constant') given.push(node.data);
  if (given.length === tensors.length) return given;
  const pending = tensors.filter(({ node }) => node.kind !== 'constant');
  const computed = new Map<AnyTensor, Data>();
  if (pending.length > 0) {
    const constants = constantsBelow(pending);
    const executable = compileChecked(backend, traceTensors(constants, pending));
    const inputs = constants.flatMap(({ node }) => (node.kind === 'constant' ? [node.data] : []));
    const outputs = executable.start([]).step(inputs);
    for (const [i, tensor] of pending.entries()) computed.set(tensor, required(outputs[i], 'an output'));
  }
  return tensors.map((tensor) =>
    tensor.node.kind === 'constant' ? tensor.node.data : required(computed.get(tensor), 'a result'),
  );
};

/** The dtype of a typed array; a backend may compute in more precision than was declared. */
export const dtypeOfData = (data: Data, declared: DType): DType =>
  declared === 'float32' && data instanceof Float64Array ? 'float64' : declared;

/**
 * Computes a tree of tensors: each becomes `{ shape, dtype, data }`, the data a typed array of its own,
 * row-major. Throws if a part is no tensor, and if a check does not hold.
 *
 * @example
 * evaluate(add(tensor([1, 2]), tensor([3, 4]))).data; // Float32Array [4, 6]
 */
export const evaluate = <T>(tree: T, { backend = defaultBackend }: EvaluateOptions = {}): Evaluated<T> => {
  const tensors = leaves<AnyTensor>(tree);
  const data = dataOf(tensors, backend);
  const values = tensors.map(({ shape, dtype }, i) => {
    const own = required(data[i], 'the data of a tensor').slice();
    return { shape, dtype: dtypeOfData(own, dtype), data: own };
  });
  // Each leaf has become a value, which is what the type says.
  return unflatten<unknown>(tree, values) as Evaluated<T>;
};

/**
 * The same tree with every tensor computed: expressions become data. A state that is kept for long is made
 * short by this.
 */
export const force = <T>(tree: T, { backend = defaultBackend }: EvaluateOptions = {}): T => {
  const tensors = leaves<AnyTensor>(tree);
  return unflatten(tree, tensorsOfData(tensors, dataOf(tensors, backend)));
};

/**
 * Tensors like `specs` that own these arrays, of the dtypes that were declared: a float32 that the float64 reference
 * made has more digits, and may be handed to any program that takes a float32.
 */
export const tensorsOfData = (
  specs: readonly { readonly shape: Shape; readonly dtype: DType }[],
  data: readonly Data[],
): readonly AnyTensor[] =>
  specs.map(({ shape, dtype }, i) => {
    const own = required(data[i], 'the data of a tensor');
    return constant<Shape, DType>(dtype === 'bool' ? truthsOf(own) : own, shape, dtype);
  });
