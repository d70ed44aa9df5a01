/**
 * Random programs over all primitives. Most values are small whole numbers, on which every order of a sum
 * gives the same; what came through a transcendental function is kept apart and compared with a tolerance.
 */
import { type Builder, builder } from '../../src/graph/builder.js';
import type { KernelName, Program, SomeOperation, ValueId } from '../../src/graph/program.js';
import { allocate, type DType, isFloat } from '../../src/tensor/dtype.js';
import type { Draw, Primitive, Spec } from '../../src/tensor/primitive/primitive.js';
import { primitives } from '../../src/tensor/primitive/table.js';
import { range, sameShape, type Shape, sizeOf } from '../../src/tensor/shape.js';
import type { AttributesOf } from '../../src/tensor/tensor.js';

interface Item extends Spec {
  readonly id: ValueId;
  readonly exact: boolean;
}

export interface RandomProgram {
  readonly program: Program;
  /** Of each output, whether it is the same bit for bit whatever the order of its sums. */
  readonly exact: readonly boolean[];
}

interface Writer {
  readonly draw: Draw;
  readonly items: Item[];
  readonly apply: <N extends KernelName>(
    name: N,
    inputs: readonly Item[],
    attributes: AttributesOf[N],
  ) => Item;
  readonly constant: (spec: Spec, value: number) => Item;
}

const writerOf = (draw: Draw, { add }: Pick<Builder, 'add'>, items: Item[]): Writer => ({
  draw,
  items,
  apply: (name, inputs, attributes) => {
    const primitive: Primitive<typeof name> = primitives[name];
    const { shape, dtype } = primitive.shape(inputs, attributes);
    const ids = inputs.map(({ id }) => id);
    const operation = {
      kind: 'operation',
      name,
      attributes,
      inputs: ids,
      shape,
      dtype,
      path: '',
    } as SomeOperation;
    return { id: add(operation), shape, dtype, exact: inputs.every(({ exact }) => exact) };
  },
  constant: ({ shape, dtype }, value) => {
    const data = allocate(dtype, 1);
    data[0] = value;
    const id = add({ kind: 'constant', data, exact: value, shape: [], dtype, path: '' });
    const axes: readonly number[] = [];
    const item = { id, shape: [], dtype, exact: true };
    if (shape.length === 0) return item;
    const operation = {
      kind: 'operation',
      name: 'broadcast',
      attributes: { shape, axes },
      inputs: [id],
      shape,
      dtype,
      path: '',
    };
    return { id: add(operation as SomeOperation), shape, dtype, exact: true };
  },
});

/** Held within ±9, so that products and sums stay whole numbers of few bits. */
const held = (writer: Writer, item: Item): Item => {
  if (item.dtype === 'bool' || (!isFloat(item.dtype) && item.dtype !== 'int32')) return item;
  const upper = writer.apply('minimum', [item, writer.constant(item, 9)], {});
  return writer.apply('maximum', [upper, writer.constant(item, -9)], {});
};

const UNARY = ['negate', 'abs', 'sign'] as const;
const BINARY = ['add', 'subtract', 'multiply', 'maximum', 'minimum'] as const;
const COMPARE = ['equal', 'less', 'lessOrEqual'] as const;
const TRANSCENDENTAL = ['exp', 'tanh', 'sigmoid', 'expm1', 'erf', 'sin', 'cos'] as const;

const axesOf = (draw: Draw, rank: number): readonly number[] =>
  range(rank).filter(() => draw.integer(0, 1) === 1);

/** A value of this shape and dtype: one that there is, or a constant. */
const matching = (writer: Writer, like: Spec, exactOnly: boolean): Item => {
  const fits = writer.items.filter(
    ({ shape, dtype, exact }) =>
      dtype === like.dtype && sameShape(shape, like.shape) && (exact || !exactOnly),
  );
  const { draw } = writer;
  return draw.integer(0, 4) === 0 || fits.length === 0
    ? writer.constant(like, draw.integer(0, like.dtype === 'bool' ? 1 : 3))
    : (fits[draw.integer(0, fits.length - 1)] ?? writer.constant(like, 1));
};

/** One more value made of `x`, or nothing where the choice does not fit. */
const grow = (writer: Writer, x: Item): Item | undefined => {
  const { draw, apply } = writer;
  const rank = x.shape.length;
  const isNumber = x.dtype !== 'bool';
  switch (draw.integer(0, 22)) {
    case 0:
      return isNumber ? apply(draw.pick(UNARY), [x], {}) : apply('not', [x], {});
    case 1:
    case 2:
    case 3:
      if (!isNumber) return apply(draw.pick(['and', 'or']), [x, matching(writer, x, true)], {});
      return held(writer, apply(draw.pick(BINARY), [x, matching(writer, x, x.exact)], {}));
    case 4:
      if (!isNumber || !x.exact) return undefined;
      return apply(draw.pick(COMPARE), [x, matching(writer, x, true)], {});
    case 5: {
      const condition = matching(writer, { shape: x.shape, dtype: 'bool' }, true);
      return apply('select', [condition, x, matching(writer, x, x.exact)], {});
    }
    case 6:
      if (x.dtype !== 'float32') return undefined;
      return { ...held(writer, apply(draw.pick(TRANSCENDENTAL), [x], {})), exact: false };
    case 7: {
      if (!x.exact) return undefined;
      const dtypes: readonly DType[] = ['float32', 'int32', 'bool', 'float64'];
      return apply('cast', [x], { dtype: draw.pick(dtypes) ?? 'float32' });
    }
    case 8:
      return isNumber ? held(writer, apply('sum', [x], { axes: axesOf(draw, rank) })) : undefined;
    case 9: {
      const axis = draw.integer(0, rank - 1);
      if (!isNumber || !x.exact || (x.shape[axis] ?? 0) === 0) return undefined;
      return apply(draw.pick(['max', 'argmax']), [x], { axis });
    }
    case 10: {
      const axis = draw.integer(0, rank);
      const shape = [...x.shape.slice(0, axis), draw.integer(1, 5), ...x.shape.slice(axis)];
      if (sizeOf(shape) > 4000) return undefined;
      return apply('broadcast', [x], { shape, axes: range(rank + 1).filter((each) => each !== axis) });
    }
    case 11:
      return apply('reshape', [x], {
        shape: draw.pick([[sizeOf(x.shape)], x.shape.toReversed(), [1, ...x.shape]]) ?? x.shape,
      });
    case 12:
      return apply('transpose', [x], { permutation: range(rank).toReversed() });
    case 13:
      return apply('reverse', [x], { axes: axesOf(draw, rank) });
    case 14: {
      const start = x.shape.map((size) => draw.integer(0, Math.floor(size / 2)));
      return apply('slice', [x], { start, stop: x.shape, stride: x.shape.map(() => draw.integer(1, 2)) });
    }
    case 15: {
      const counts = (): Shape => x.shape.map(() => draw.integer(0, 2));
      if (sizeOf(x.shape) > 500) return undefined;
      return apply('pad', [x], { low: counts(), high: counts(), interior: counts() });
    }
    case 16:
      if (rank === 0 || sizeOf(x.shape) > 2000) return undefined;
      return apply('concat', [x, matching(writer, x, x.exact)], { axis: draw.integer(0, rank - 1) });
    case 17:
      return contraction(writer, x);
    case 18: {
      if (rank === 0 || !isNumber) return undefined;
      const window = { sizes: [2], strides: [draw.integer(1, 2)], dilations: [draw.integer(1, 2)] };
      const windows = apply('window', [x], window);
      return draw.integer(0, 1) === 0
        ? windows
        : held(writer, apply('windowSum', [windows], { ...window, shape: x.shape }));
    }
    case 19: {
      const indices = matching(writer, { shape: draw.shape(1), dtype: 'int32' }, true);
      return rank === 0 ? undefined : apply('take', [x, indices], { axis: draw.integer(0, rank - 1) });
    }
    case 20: {
      if (rank === 0 || !isNumber) return undefined;
      const axis = draw.integer(0, rank - 1);
      const indices = matching(writer, { shape: [x.shape[axis] ?? 0], dtype: 'int32' }, true);
      return held(writer, apply('scatterAdd', [indices, x], { axis, size: draw.integer(0, 6) }));
    }
    case 21: {
      // What it waits for may be anything that is there already; the value knows nothing of it.
      const after = writer.items[draw.integer(0, writer.items.length - 1)] ?? x;
      return { ...apply('fence', [x, after], {}), exact: x.exact };
    }
    default: {
      if (rank === 0) return undefined;
      return apply('iota', [], { shape: x.shape, axis: draw.integer(0, rank - 1), dtype: 'int32' });
    }
  }
};

const contraction = (writer: Writer, x: Item): Item | undefined => {
  const { draw, apply } = writer;
  if (x.dtype !== 'float32' && x.dtype !== 'int32') return undefined;
  const [rows = 1, inner = 1] = x.shape;
  if (x.shape.length === 1)
    return held(
      writer,
      apply('contract', [x, matching(writer, x, x.exact)], { left: 'k', right: 'k', out: '' }),
    );
  if (x.shape.length !== 2) return undefined;
  const columns = draw.integer(0, 40);
  const [word, shape] = draw.pick([
    ['kj', [inner, columns]],
    ['jk', [columns, inner]],
  ]);
  const other = matching(writer, { shape: shape ?? [], dtype: x.dtype }, x.exact);
  const out = draw.pick(['ij', 'ji']);
  if (rows * columns > 4000) return undefined;
  return held(writer, apply('contract', [x, other], { left: 'ik', right: word ?? 'kj', out: out ?? 'ij' }));
};

/** A random program with state; `sizes` are those that its inputs draw from. */
export const drawProgram = (draw: Draw): RandomProgram => {
  const made = builder();
  const items: Item[] = [];
  const carriedCount = draw.integer(0, 3);
  const dtypes: readonly DType[] = ['float32', 'float32', 'float32', 'int32', 'bool', 'float64'];
  const base = draw.shape();
  for (let position = 0; position < 5; position++) {
    const shape = draw.integer(0, 1) === 0 ? base : draw.shape();
    const dtype = position === 0 ? 'float32' : (draw.pick(dtypes) ?? 'float32');
    const id = made.add({ kind: 'input', position, shape, dtype, path: '' });
    items.push({ id, shape, dtype, exact: true });
  }
  const inputs = items.map(({ shape, dtype }) => ({ shape, dtype }));
  const writer = writerOf(draw, made, items);
  const length = draw.integer(1, 30);
  for (let tries = 0; made.instructions.length < length + 5 && tries < 200; tries++) {
    const x = items[Math.max(draw.integer(0, items.length - 1), draw.integer(0, items.length - 1))];
    const next = x && grow(writer, x);
    if (next !== undefined && sizeOf(next.shape) <= 20000) items.push(next);
  }
  const carried = range(carriedCount).map((position) => {
    const fits = items.filter(
      ({ shape, dtype, exact }) =>
        exact && dtype === inputs[position]?.dtype && sameShape(shape, inputs[position].shape),
    );
    // Late ones most of the time; inputs, itself or another, now and then.
    const late = draw.integer(0, 2) > 0 ? fits.slice(-3) : fits;
    return late[draw.integer(0, late.length - 1)] ?? items[position];
  });
  const free = range(draw.integer(1, 4)).map(() => items[draw.integer(0, items.length - 1)]);
  const results = [...carried, ...free, items.at(-1)].flatMap((item) => (item === undefined ? [] : [item]));
  return {
    program: {
      inputs,
      instructions: made.instructions,
      outputs: results.map(({ id }) => id),
      checks: [],
      carried: carriedCount,
    },
    exact: results.map(({ exact }) => exact),
  };
};
