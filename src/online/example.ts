/** Examples of plain numbers, and batches of them. */
import { fail, showShape } from '../error.js';
import { allocate, type Data, type DType } from '../tensor/dtype.js';
import { constant } from '../tensor/primitive/constant.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { AnyTensor } from '../tensor/tensor.js';

/** Numbers of one example: one, a list, or a record of such. */
export type Numbers = number | readonly number[] | { readonly [name: string]: Numbers };

/** What one example is: numbers that become a row of a batch's tensors. It is plain data, so that it can wait in a checkpoint. */
export type Example = { readonly input: Numbers; readonly target: Numbers };

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

const columnsOf = (part: unknown, path: readonly string[], dtype: DType): readonly Column[] => {
  if (typeof part === 'number') return [{ path, shape: [], dtype }];
  if (Array.isArray(part)) return [{ path, shape: [part.length], dtype }];
  if (typeof part !== 'object' || part === null)
    return fail({
      operation: 'online',
      path,
      what: 'an example of something else than numbers',
      got: typeof part,
      needed: 'numbers, lists of numbers, and records of these',
    });
  return Object.keys(part)
    .toSorted()
    .flatMap((name) => columnsOf((part as Part)[name], [...path, name], dtype));
};

const partAt = (example: Example, path: readonly string[]): unknown => {
  let part: unknown = example;
  for (const name of path) part = (part as Part)[name];
  return part;
};

/** Puts the numbers of one example into its row. */
const write = ({ path, shape }: Column, part: unknown, data: Data, row: number): void => {
  if (shape.length === 0 && typeof part === 'number') {
    data[row] = part;
    return;
  }
  const width = shape[0] ?? 0;
  if (shape.length === 1 && Array.isArray(part) && part.length === width) {
    const numbers = part as readonly number[];
    const first = row * width;
    for (let i = 0; i < width; i++) data[first + i] = numbers[i] ?? Number.NaN;
    return;
  }
  fail({
    operation: 'online',
    path,
    what: 'an example of another shape than the first',
    got: Array.isArray(part) ? showShape([part.length]) : typeof part,
    needed: showShape(shape),
  });
};

/** Stacks examples like the first one that it sees. */
export const stacker = (dtypes: ExampleDTypes): ((examples: readonly Example[]) => unknown) => {
  let columns: readonly Column[] | undefined;
  const columnsLike = ({ input, target }: Example): readonly Column[] => [
    ...columnsOf(input, ['input'], dtypes.input ?? 'float32'),
    ...columnsOf(target, ['target'], dtypes.target ?? 'float32'),
  ];
  return (examples) => {
    const [first] = examples;
    if (first === undefined) return fail({ operation: 'online', what: 'a batch without examples' });
    columns ??= columnsLike(first);
    const tree: Record<string, unknown> = {};
    for (const column of columns) {
      const { path, shape, dtype } = column;
      const data = allocate(dtype, examples.length * sizeOf(shape));
      let row = 0;
      for (const example of examples) write(column, partAt(example, path), data, row++);
      put(tree, path, constant<Shape, DType>(data, [examples.length, ...shape], dtype));
    }
    return tree;
  };
};

const put = (tree: Record<string, unknown>, path: readonly string[], tensor: AnyTensor): void => {
  let part = tree;
  for (const name of path.slice(0, -1)) {
    part[name] ??= {};
    part = part[name] as Record<string, unknown>;
  }
  part[path.at(-1) ?? ''] = tensor;
};
