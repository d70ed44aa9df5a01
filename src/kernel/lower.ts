/** From a finished group to kernels: stores for what is asked for elsewhere, and as few loops as can be. */
import { required } from '../require.js';
import { accessOver, addressIn, placeOf } from './access.js';
import { permuteAxes, simplifyAxes, withTile } from './axes.js';
import type { Group } from './group.js';
import { alongAxis } from './index-map.js';
import type { Kernel, LoopKernel, ProductKernel, Store } from './kernel.js';
import { countOf, factor, lettersOf } from './product.js';
import { instructionAt, type Program, type ValueId } from '../graph/program.js';
import { isEmpty } from './scatter.js';

/** The kernels of a finished group, which stores what is asked for elsewhere. */
export const lower = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  group: Group,
  stored: ReadonlySet<ValueId>,
): readonly Kernel[] => {
  const { domain, reduced, reductions, values, product } = group;
  const [made] = values.keys();
  const rank = domain.length + reduced.length;
  const at = placeOf(domain, rank);
  const stores = [...values]
    .filter(([value]) => stored.has(value))
    .map(([value, expression]): Store => {
      const { dtype } = instructionAt(program, value);
      return { value, dtype, at, expression, mode: 'set' };
    });
  if (stores.length === 0) return [];
  const axes = [...domain, ...reduced];
  const kernel: LoopKernel = { kind: 'loop', axes, domain: domain.length, ordered: 0, reductions, stores };
  if (product === undefined) return [simplifyAxes(kernel)];
  return isEmpty(kernel) ? [] : lowerProduct(program, inMemory, required(made, 'a product'), product, kernel);
};

/** A product with its epilogue, whose loops are put in the order of the product's. */
const lowerProduct = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  id: ValueId,
  { operation, shape }: NonNullable<Group['product']>,
  loops: LoopKernel,
): readonly Kernel[] => {
  const { left, right, out } = operation.attributes;
  const [first, second] = operation.inputs;
  const letters = [...shape.batch, ...shape.row, ...shape.column, ...shape.inner];
  const access = accessOver(program, inMemory, [], letters.length);
  const factorOf = (
    input: ValueId | undefined,
    word: string,
    line: readonly string[],
  ): ProductKernel['left'] => {
    const map = lettersOf(word).map((letter) => alongAxis(letters.length, letters.indexOf(letter)));
    const [value, place] = addressIn(access, required(input, 'a factor'), map);
    return factor(shape, line, value, place, letters);
  };
  const [rowInput, columnInput] = shape.swapped ? [second, first] : [first, second];
  const [rowWord, columnWord] = shape.swapped ? [right, left] : [left, right];
  const order = letters.filter((letter) => out.includes(letter)).map((letter) => out.indexOf(letter));
  const lines = shape.batch.length + shape.row.length;
  const ordered = (kernel: LoopKernel): LoopKernel => simplifyAxes(permuteAxes(kernel, order), lines);
  const productWith = (epilogue: LoopKernel): ProductKernel => ({
    kind: 'product',
    batch: countOf(shape, shape.batch),
    rows: countOf(shape, shape.row),
    columns: countOf(shape, shape.column),
    inner: countOf(shape, shape.inner),
    left: factorOf(rowInput, rowWord, shape.row),
    right: factorOf(columnInput, columnWord, shape.column),
    epilogue,
  });
  const epilogue = ordered(loops);
  if (epilogue.axes.at(-1) === countOf(shape, shape.column)) return [productWith(epilogue)];
  // An access crosses the columns unevenly: the product goes to memory, and the rest is a pass of its own.
  const at = placeOf(operation.shape, loops.axes.length);
  const alone: Store = {
    value: id,
    dtype: 'float32',
    at,
    expression: { kind: 'tile', dtype: 'float32' },
    mode: 'set',
  };
  const others = loops.stores.filter(({ value }) => value !== id);
  const rest = withTile({ ...loops, stores: others }, { kind: 'load', dtype: 'float32', value: id, at });
  return [
    productWith(ordered({ ...loops, stores: [alone] })),
    ...(others.length > 0 ? [simplifyAxes(rest)] : []),
  ];
};
