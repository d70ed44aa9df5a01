/** What the tests of this folder share: seeded choices, a plain interpreter, and distances between floats. */
import type { Backend } from '../../src/backend/backend.js';
import { wasm } from '../../src/backend/wasm/index.js';
import { builder } from '../../src/graph/builder.js';
import type { KernelName, Program, SomeOperation } from '../../src/graph/program.js';
import { unroll } from '../../src/graph/unroll.js';
import { allocate, type Data, isFloat } from '../../src/tensor/dtype.js';
import type {
  Draw,
  Evaluation,
  Primitive,
  SampledInput,
  Spec,
  Value,
} from '../../src/tensor/primitive/primitive.js';
import { primitives } from '../../src/tensor/primitive/table.js';
import { sizeOf } from '../../src/tensor/shape.js';
import type { AttributesOf, PrimitiveName } from '../../src/tensor/tensor.js';

/** Sizes 0 and 1 among others, some past a vector, and past a turn of a loop, which is four. */
const SIZES = [0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 17, 21, 37];

export const drawOf = (random: () => number, sizes: readonly number[] = SIZES): Draw => {
  const integer = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  return {
    integer,
    shape: (rank = integer(0, 3)) =>
      Array.from({ length: rank }, () => sizes[integer(0, sizes.length - 1)] ?? 1),
    pick: (choices) => choices[integer(0, choices.length - 1)],
  };
};

const SPECIAL = [0, -0, Infinity, -Infinity, Number.NaN, 1e-40, -1e-40, 3e38, -3e38, 1, -1];

/** Random data; with `special`, a third of the floats are zeros, infinities, NaN and denormals. */
export const fill = (
  random: () => number,
  { shape, dtype, low, high }: SampledInput,
  special = false,
): Data => {
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const value = low + random() * (high - low);
    if (isFloat(dtype))
      data[i] = special && random() < 0.33 ? (SPECIAL[Math.floor(random() * SPECIAL.length)] ?? 0) : value;
    else data[i] = Math.floor(low + random() * (high - low + 1));
  }
  return data;
};

/** The result of one primitive by its reference evaluation. */
export const evaluateOne = <N extends PrimitiveName>(
  name: N,
  inputs: readonly Value[],
  attributes: AttributesOf[N],
  output: Spec,
): Data => {
  const primitive: Primitive<N> = primitives[name];
  const evaluation: Evaluation<N> = { inputs, attributes, output };
  return stored(primitive.evaluate(evaluation), output);
};

/** An evaluation may hand back its totals; they are rounded to the dtype where they are stored. */
const stored = (data: Data, { dtype }: Spec): Data => {
  const result = allocate(dtype, data.length);
  result.set(data);
  return result;
};

/** Every instruction by itself, by its reference evaluation. */
export const interpret = (whole: Program, inputs: readonly Data[]): readonly Data[] => {
  const program = unroll(whole);
  const values: Value[] = [];
  for (const instruction of program.instructions) {
    const { shape, dtype } = instruction;
    const data = (): Data => {
      if (instruction.kind === 'input') return inputs[instruction.position] ?? allocate(dtype, 0);
      if (instruction.kind === 'constant') return instruction.data;
      const operands = instruction.inputs.flatMap((id) => values[id] ?? []);
      return evaluateOne(instruction.name, operands, instruction.attributes, { shape, dtype });
    };
    values.push({ shape, dtype, data: data() });
  }
  return program.outputs.map((id) => values[id]?.data ?? allocate('float32', 0));
};

/** The program of one operation on its inputs. */
export const single = (
  name: KernelName,
  inputs: readonly Spec[],
  attributes: object,
  output: Spec,
): Program => {
  const { add, instructions } = builder();
  const ids = inputs.map(({ shape, dtype }, position) =>
    add({ kind: 'input', position, shape, dtype, path: '' }),
  );
  const { shape, dtype } = output;
  // Name and attributes come from one sample.
  const operation = {
    kind: 'operation',
    name,
    attributes,
    inputs: ids,
    shape,
    dtype,
    path: '',
  } as SomeOperation;
  const id = add(operation);
  const specs = inputs.map((spec) => ({ shape: spec.shape, dtype: spec.dtype }));
  return { inputs: specs, instructions, outputs: [id], checks: [], carried: 0 };
};

export const plain = wasm({ relaxedSimd: false });

/** Runs a program without state once. */
export const run = (program: Program, inputs: readonly Data[], backend: Backend = plain): readonly Data[] =>
  backend.compile(program).start(inputs.slice(0, program.carried)).step(inputs.slice(program.carried));

const float = new Float32Array(1);
const bitsOfFloat = new Int32Array(float.buffer);

/** The place of a float32 on the line of all of them; neighbours differ by one, and the zeros are one. */
export const rankOf = (value: number): number => {
  float[0] = value;
  const bits = bitsOfFloat[0] ?? 0;
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
};

/** Floats of float32 between two, which are NaN together or not at all. */
export const ulps = (a: number, b: number): number => {
  if (a === b) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  return Math.abs(rankOf(a) - rankOf(b));
};

/** The first place at which results differ in a bit, NaN being NaN, or −1: quicker than `toEqual` on long arrays. */
export const differAt = (a: readonly Data[], b: readonly Data[]): readonly number[] =>
  b.map((data, i) => {
    const other = a[i];
    return other?.length === data.length ? data.findIndex((x, k) => !Object.is(x, other[k])) : 0;
  });
