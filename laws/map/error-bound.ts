/**
 * Running error analysis: the float64 values of a program, and for each element how far a float32 backend
 * may be from it. A bound follows the numbers: it is tight where the program is well conditioned, and wide
 * only where the program itself loses digits.
 *
 * Source: N. Higham, "Accuracy and Stability of Numerical Algorithms" (2002), 3.3, running error analysis,
 * with γ_k = k·u/(1 − k·u) for a sum of k terms in any order.
 */
import { allocate, type Data, isFloat } from '../../src/tensor/dtype.js';
import { interpreter } from '../../src/backend/reference/reference.js';
import type { KernelName, Operation, Program, SomeOperation } from '../../src/graph/program.js';
import { unroll } from '../../src/graph/unroll.js';
import { widen } from '../../src/graph/widen.js';
import type { Value } from '../../src/tensor/primitive/primitive.js';
import { primitives } from '../../src/tensor/primitive/table.js';
import { sizeOf } from '../../src/tensor/shape.js';
import { mapped, type Vector } from './vector.js';

/** Half the distance from 1 to the next float32. */
const UNIT = 2 ** -24;
const LARGEST = 3.4028234663852886e38;
/** Below the normal numbers a float32 is no more exact than this. */
const SMALLEST = 2 ** -126;

/** How many units of rounding an element-wise operation may be off: the last figure of what it computes. */
const roundings: { readonly [N in KernelName]?: number } = {
  exp: 8,
  expm1: 8,
  log: 8,
  log1p: 8,
  tanh: 8,
  sigmoid: 8,
  erf: 8,
  mills: 8,
  sin: 8,
  cos: 8,
  divide: 2,
  sqrt: 2,
};

const gamma = (terms: number): number => (terms * UNIT) / (1 - terms * UNIT);

/** A value and how far from it a float32 one may be. */
interface Bounded {
  readonly value: Value;
  readonly error: Float64Array;
}

const evaluateAs = <N extends KernelName>(
  { name, attributes, shape, dtype }: Operation<N>,
  inputs: readonly Value[],
): Data => primitives[name].evaluate({ inputs, attributes, output: { shape, dtype } });

const wideValue = ({ shape, dtype }: Value, data: Float64Array): Value => ({
  shape,
  dtype: isFloat(dtype) ? 'float64' : dtype,
  data,
});

/** The operation in float64 whatever its dtype, on these numbers in place of its inputs'. */
const onNumbers = (operation: SomeOperation, inputs: readonly Value[]): Float64Array =>
  Float64Array.from(evaluateAs<KernelName>({ ...operation, dtype: 'float64' }, inputs));

const magnitudes = ({ value }: Bounded): Value =>
  wideValue({ ...value, dtype: 'float64' }, mapped(value.data, Math.abs));
const errors = ({ value, error }: Bounded): Value => wideValue({ ...value, dtype: 'float64' }, error);

const added = (...parts: readonly Float64Array[]): Float64Array =>
  parts.reduce((sum, part) => mapped(sum, (x, i) => x + (part[i] ?? 0)));

const times = (factor: number, numbers: Float64Array): Float64Array => numbers.map((x) => factor * x);

/** How many terms a sum has: elements of the input for each of the result. */
const termsOf = (operation: SomeOperation, [first, second]: readonly Bounded[]): number => {
  const [size, inputs] = [Math.max(1, sizeOf(operation.shape)), sizeOf(first?.value.shape ?? [])];
  switch (operation.name) {
    case 'contract': {
      const { left, out } = operation.attributes;
      const summed = left
        .split('')
        .flatMap((letter, axis) => (out.includes(letter) ? [] : [first?.value.shape[axis] ?? 1]));
      return sizeOf(summed) + 1;
    }
    case 'scatterAdd':
      return sizeOf(first?.value.shape ?? []) + 1;
    case 'windowSum':
      return sizeOf(operation.attributes.sizes) + 1;
    default:
      return inputs / size + (second === undefined ? 0 : 1);
  }
};

/** A map that is linear in its floats: errors go the way of the numbers, and each sum adds its roundings. */
const linear = (operation: SomeOperation, inputs: readonly Bounded[]): Float64Array => {
  const integer = ({ value }: Bounded): boolean => !isFloat(value.dtype);
  const through = (f: (input: Bounded) => Value): Float64Array =>
    onNumbers(
      operation,
      inputs.map((input) => (integer(input) ? input.value : f(input))),
    );
  if (operation.name !== 'contract') {
    const carried = through(errors);
    const sums =
      operation.name === 'sum' || operation.name === 'scatterAdd' || operation.name === 'windowSum';
    return sums
      ? added(carried, times(gamma(termsOf(operation, inputs)), added(through(magnitudes), carried)))
      : carried;
  }
  const [a, b] = inputs;
  if (a === undefined || b === undefined) return new Float64Array(0);
  const product = (x: Value, y: Value): Float64Array => onNumbers(operation, [x, y]);
  const carried = added(
    product(magnitudes(a), errors(b)),
    product(errors(a), magnitudes(b)),
    product(errors(a), errors(b)),
  );
  return added(
    carried,
    times(gamma(termsOf(operation, inputs)), added(product(magnitudes(a), magnitudes(b)), carried)),
  );
};

/** A side for each of n inputs, up or down: every corner of the box that their errors span. */
const corners = (n: number): readonly (readonly (0 | 1)[])[] =>
  Array.from({ length: 2 ** n }, (_, i) =>
    Array.from({ length: n }, (__, j) => ((i >> j) % 2 === 0 ? 0 : 1)),
  );

/** A value at one end of its error. */
const movedBy = ({ value, error }: Bounded, sign: 1 | -1): Value => {
  if (isFloat(value.dtype))
    return wideValue(
      value,
      mapped(value.data, (x, i) => x + sign * (error[i] ?? 0)),
    );
  if (value.dtype !== 'bool') return value;
  // A truth that may be either is both.
  return {
    ...value,
    data: Uint8Array.from(value.data, (x, i) => (sign < 0 && (error[i] ?? 0) > 0 ? 1 - x : x)),
  };
};

/** A quotient has no bound where its divisor may be 0, as one that rounding alone made may be, nor where it is unknown. */
const isPole = (operation: SomeOperation, [, divisor]: readonly Bounded[], i: number): boolean => {
  const error = divisor?.error[i] ?? 0;
  return operation.name === 'divide' && error > 0 && !(Math.abs(divisor?.value.data[i] ?? 0) > error);
};

/** An element-wise map: how far it moves over the corners of its inputs' errors, and its own rounding. */
const elementwise = (operation: SomeOperation, inputs: readonly Bounded[], y: Data): Float64Array => {
  // A truth and a whole number are not rounded.
  const unit = isFloat(operation.dtype) ? (roundings[operation.name] ?? 1) * UNIT : 0;
  const error = mapped(y, (value) => unit * Math.abs(value));
  const sides = inputs.map((input) => [movedBy(input, 1), movedBy(input, -1)] as const);
  for (const corner of corners(inputs.length)) {
    const shifted = sides.map((side, k) => side[corner[k] ?? 0]);
    const at = evaluateAs<KernelName>(operation, shifted);
    for (let i = 0; i < y.length; i++) {
      const [here, there] = [y[i] ?? 0, at[i] ?? 0];
      const gap = Object.is(here, there) ? 0 : Math.abs(there - here);
      const own = unit * Math.max(Math.abs(here), Math.abs(there));
      error[i] = Math.max(
        error[i] ?? 0,
        Number.isNaN(gap) || isPole(operation, inputs, i) ? Number.POSITIVE_INFINITY : gap * (1 + UNIT) + own,
      );
    }
  }
  return error;
};

/** Of the largest of a line: no further than the furthest of its elements. */
const extremum = (operation: SomeOperation, [x]: readonly Bounded[]): Float64Array => {
  if (x === undefined) return new Float64Array(sizeOf(operation.shape));
  const furthest = onNumbers({ ...operation, name: 'max' } as SomeOperation, [errors(x)]);
  // An index is exact unless some error could change the order.
  return operation.name === 'argmax' ? furthest.map((e) => (e > 0 ? Number.POSITIVE_INFINITY : 0)) : furthest;
};

const errorOf = (operation: SomeOperation, inputs: readonly Bounded[], y: Data): Float64Array => {
  switch (operation.name) {
    case 'max':
    case 'argmax':
      return extremum(operation, inputs);
    case 'sum':
    case 'broadcast':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'slice':
    case 'pad':
    case 'concat':
    case 'contract':
    case 'window':
    case 'windowSum':
    case 'take':
    case 'scatterAdd':
      return linear(operation, inputs);
    case 'iota':
    case 'randomBits':
      return new Float64Array(y.length);
    default:
      return elementwise(operation, inputs, y);
  }
};

/** What leaves the range of float32 on the way is not bounded any more; what is tiny is exact to a tiny number. */
const settled = (error: Float64Array, y: Data, dtype: SomeOperation['dtype']): Float64Array =>
  isFloat(dtype)
    ? mapped(error, (e, i) => {
        const value = Math.abs(y[i] ?? 0);
        return value + e > LARGEST || Number.isNaN(e)
          ? Number.POSITIVE_INFINITY
          : e + (value < SMALLEST && value > 0 ? SMALLEST : 0);
      })
    : error;

export interface Bounds {
  readonly values: Vector;
  readonly errors: readonly Float64Array[];
}

const evaluatorOf = (program: Program): ((inputs: Vector) => Bounds) => {
  const wide = unroll(widen(program));
  const run = interpreter(wide);
  return (inputs) => {
    const known: Bounded[] = [];
    run(inputs, (instruction, data) => {
      const { shape, dtype } = instruction;
      const operands =
        instruction.kind === 'operation' ? instruction.inputs.flatMap((id) => known[id] ?? []) : [];
      // A literal is rounded to float32; an argument is one already.
      const given =
        instruction.kind === 'constant' && isFloat(dtype)
          ? mapped(data, (x) => Math.abs(Math.fround(x) - x))
          : new Float64Array(data.length);
      const error =
        instruction.kind === 'operation' ? settled(errorOf(instruction, operands, data), data, dtype) : given;
      known.push({ value: { shape, dtype, data }, error });
    });
    return {
      values: wide.outputs.map((id) => known[id]?.value.data ?? allocate('float64', 0)),
      errors: wide.outputs.map((id) => known[id]?.error ?? new Float64Array(0)),
    };
  };
};

/** Of one program several laws ask, on many examples. */
const evaluators = new WeakMap<Program, (inputs: Vector) => Bounds>();

/** The outputs of a program in float64, and for each element how far off a float32 backend may be. */
export const withErrorBounds = (program: Program): ((inputs: Vector) => Bounds) => {
  const known = evaluators.get(program) ?? evaluatorOf(program);
  evaluators.set(program, known);
  return known;
};
