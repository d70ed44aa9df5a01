/** Converts trees of tensors to values by name, and back. */
import { either as E } from 'fp-ts';
import { dataOf, dtypeOfData, tensorsOfData, defaultBackend } from '../../backend/evaluate.js';
import type { Backend } from '../../backend/backend.js';
import { required } from '../../require.js';
import type { Spec, Value } from '../../tensor/primitive/primitive.js';
import { sizeOf } from '../../tensor/shape.js';
import type { AnyTensor } from '../../tensor/tensor.js';
import { leafPaths, leaves, unflatten } from '../../tree/tree.js';
import { firstDifference, type StructureError } from './structure-hash.js';

/** A path as one name; dots and backslashes are escaped, so that names are unique. */
const nameOf = (path: readonly string[]): string =>
  path.map((step) => step.replaceAll(/[\\.]/g, String.raw`\$&`)).join('.');

/**
 * The tensors of a tree by path. Expressions are computed; data are not copied, since tensors never change. Throws if a
 * leaf is not a tensor.
 *
 * @example
 * const tensors = namedTensors([{ kernel: tensor([[1, 2]]), bias: tensor([0, 0]) }]);
 * Object.keys(tensors); // ['0.bias', '0.kernel']
 */
export const namedTensors = (
  tree: unknown,
  { backend = defaultBackend }: { readonly backend?: Backend } = {},
): Readonly<Record<string, Value>> => {
  const tensors = leaves<AnyTensor>(tree);
  const data = dataOf(tensors, backend);
  const names = leafPaths(tree).map(nameOf);
  return Object.fromEntries(
    tensors.map(({ shape, dtype }, i) => {
      const own = required(data[i], 'a tensor');
      return [required(names[i], 'a name'), { shape, dtype: dtypeOfData(own, dtype), data: own }];
    }),
  );
};

/** The shape and dtype of each tensor of a tree by path, without computing anything. */
export const namedSpecs = (tree: unknown): Readonly<Record<string, Spec>> => {
  const tensors = leaves<AnyTensor>(tree);
  const names = leafPaths(tree).map(nameOf);
  return Object.fromEntries(
    tensors.map(({ shape, dtype }, i) => [required(names[i], 'a name'), { shape, dtype }]),
  );
};

/**
 * Rebuilds a tree with the structure of `like` from tensors by name. Returns a `Left` with the first name that is
 * missing, superfluous, or has another shape or dtype. Never throws.
 *
 * @example
 * const like = { weight: tensor([0, 0]) };
 * restoreTree(like, namedTensors({ weight: tensor([1, 2]) })); // right({ weight: tensor([1, 2]) })
 */
export const restoreTree = <T>(
  like: T,
  tensors: Readonly<Record<string, Value>>,
): E.Either<StructureError, T> => {
  const difference = firstDifference(tensors, namedSpecs(like));
  if (difference !== undefined) return E.left(difference);
  const values: Value[] = [];
  for (const path of leafPaths(like).map(nameOf)) {
    const value = tensors[path];
    // It exists, as checked above; its data must also match its shape.
    if (value === undefined || value.data.length !== sizeOf(value.shape))
      return E.left({ kind: 'shape', path, message: `'${path}' does not have as many numbers as its shape` });
    values.push(value);
  }
  const data = values.map((value) => value.data);
  // With the dtypes of `like`; float64 data of a float32 tensor keep their digits.
  return E.right(unflatten(like, tensorsOfData(leaves<AnyTensor>(like), data)));
};
