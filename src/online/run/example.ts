/** Examples of plain numbers, and batches of them. */
import { required } from '../../require.js';
import { allocate, type Data, type DType } from '../../tensor/dtype.js';
import { constant } from '../../tensor/primitive/constant.js';
import { type Shape, sizeOf } from '../../tensor/shape.js';
import { ownOf, setOwn } from '../../tree/tree.js';

/** Numbers of one example: one, a list, or a record of such. */
export type Numbers = number | readonly number[] | { readonly [name: string]: Numbers };

/** What one example is: numbers that become a row of a batch's tensors. It is plain data, so that it can wait in a checkpoint. */
export type Example = { readonly input: Numbers; readonly target: Numbers };

/** A number, a list of so many, or a record of such. */
export type PartForm = 'number' | number | { readonly [name: string]: PartForm };

/** Plain data, so that a checkpoint holds it. */
export type ExampleForm = { readonly input: PartForm; readonly target: PartForm };

/** The dtypes that numbers become: float32 unless another is named. */
export interface ExampleDTypes {
  readonly input?: DType;
  readonly target?: DType;
}

interface Column {
  readonly path: readonly string[];
  readonly shape: Shape;
  readonly dtype: DType;
}

type Part = { readonly [name: string]: unknown };

const columnsOf = (form: unknown, path: readonly string[], dtype: DType): readonly Column[] => {
  if (typeof form === 'number') return [{ path, shape: [form], dtype }];
  if (typeof form !== 'object' || form === null) return [{ path, shape: [], dtype }];
  return Object.keys(form)
    .toSorted()
    .flatMap((name) => columnsOf((form as Part)[name], [...path, name], dtype));
};

const partAt = (example: Example, path: readonly string[]): unknown => {
  let part: unknown = example;
  for (const name of path)
    part = typeof part === 'object' && part !== null ? ownOf(part as Part, name) : undefined;
  return part;
};

/** Puts the numbers of one example, which fits, into its row. */
const write = ({ shape }: Column, part: unknown, data: Data, row: number): void => {
  if (typeof part === 'number') {
    data[row] = part;
    return;
  }
  const width = required(shape[0], 'a width');
  const numbers = part as readonly number[];
  const first = row * width;
  for (let i = 0; i < width; i++) data[first + i] = required(numbers[i], 'a number');
};

/** Stacks examples of a form, which must fit: `misfit` says whether they do. */
export const stacker = (
  form: ExampleForm,
  { input = 'float32', target = 'float32' }: ExampleDTypes,
): ((examples: readonly Example[]) => unknown) => {
  const columns = [...columnsOf(form.input, ['input'], input), ...columnsOf(form.target, ['target'], target)];
  return (examples) => {
    const tree: Record<string, unknown> = {};
    for (const column of columns) {
      const { path, shape, dtype } = column;
      const data = allocate(dtype, examples.length * sizeOf(shape));
      let row = 0;
      for (const example of examples) write(column, partAt(example, path), data, row++);
      putAt(tree, path, constant<Shape, DType>(data, [examples.length, ...shape], dtype));
    }
    return tree;
  };
};

/** Puts a value into a tree, under the names of its path. */
export const putAt = (tree: Record<string, unknown>, path: readonly string[], value: unknown): void => {
  let part = tree;
  for (const name of path.slice(0, -1)) {
    const inside = ownOf(part, name) ?? {};
    setOwn(part, name, inside);
    part = inside as Record<string, unknown>;
  }
  setOwn(part, required(path.at(-1), 'a name'), value);
};
