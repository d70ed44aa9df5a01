/**
 * Contraction: the sum of products over shared indices, batched matrix products included.
 *
 * Each tensor's axes are named by one letter each: `ik,kj→ij` is a matrix product, `bik,bjk→bij` a batched
 * one with the second factor transposed. Every letter stands in at least two of the three, so that both
 * adjoints are contractions again.
 */
import { required } from '../../require.js';
import { fail, showShape } from '../../error.js';
import { allocate, type FloatDType, type IntegerDType } from '../dtype.js';
import { type Shape, sizeOf, stridesOf } from '../shape.js';
import type { Contracted } from '../shape-rule.js';
import type { AnyTensor, Tensor } from '../tensor.js';
import { requireKind, typed } from './elementwise.js';
import { apply, at, type Primitive, type Spec, noInput } from './primitive.js';
import { places } from './reduction.js';

const letters = (word: string): readonly string[] => word.split('');

/** The size of each letter; throws if two axes of one letter differ. */
const sizesOf = (words: readonly [string, string], inputs: readonly Spec[]): ReadonlyMap<string, number> => {
  const sizes = new Map<string, number>();
  for (const [i, word] of words.entries()) {
    const { shape } = required(inputs[i], 'a factor');
    for (const [axis, letter] of letters(word).entries()) {
      const [size, known] = [at(shape, axis), sizes.get(letter)];
      if (known !== undefined && known !== size)
        fail({
          operation: 'contract',
          what: `the sizes of '${letter}' differ in ${words.join(',')}`,
          got: inputs.map((input) => showShape(input.shape)).join(' and '),
          needed: `one size for '${letter}'`,
          hint: `axis ${axis} of the second is ${size}, that of the first ${known}`,
        });
      sizes.set(letter, size);
    }
  }
  return sizes;
};

const requireWords = (left: string, right: string, out: string, inputs: readonly Spec[]): void => {
  const words = [left, right, out];
  const once = words.every((word) => new Set(word).size === word.length);
  const twice = [...new Set(words.join(''))].every(
    (letter) => words.filter((word) => word.includes(letter)).length >= 2,
  );
  const ranks = left.length === inputs[0]?.shape.length && right.length === inputs[1]?.shape.length;
  if (!once || !twice || !ranks)
    fail({
      operation: 'contract',
      what: `not a contraction: ${left},${right}→${out}`,
      got: inputs.map(({ shape }) => showShape(shape)).join(' and '),
      needed: 'one letter for each axis, each at most once in a word and in at least two of the three words',
    });
};

/** Strides of one factor along these letters, 0 where it has no such letter. */
const stridesAlong = (along: readonly string[], word: string, shape: Shape): readonly number[] => {
  const strides = stridesOf(shape);
  return along.map((letter) => strides[word.indexOf(letter)] ?? 0);
};

export const contractPrimitive: Primitive<'contract', 'product'> = {
  name: 'contract',
  kind: 'product',
  cost: 1,
  exact: true,
  linear: [0, 1],
  shape: (inputs, { left, right, out }) => {
    const [a = noInput('contract'), b = noInput('contract')] = inputs;
    requireKind('contract', 'number', a.dtype);
    if (a.dtype !== b.dtype)
      fail({
        operation: 'contract',
        what: 'the dtypes differ',
        got: `${a.dtype} and ${b.dtype}`,
        needed: 'one dtype',
      });
    requireWords(left, right, out, inputs);
    const sizes = sizesOf([left, right], inputs);
    return { shape: letters(out).map((letter) => required(sizes.get(letter), 'a size')), dtype: a.dtype };
  },
  evaluate: ({
    inputs: [a = noInput('contract'), b = noInput('contract')],
    attributes: { left, right, out },
    output,
  }) => {
    const result = allocate(output.dtype, sizeOf(output.shape));
    const multiply =
      output.dtype === 'int32' || output.dtype === 'uint32' ? Math.imul : (x: number, y: number) => x * y;
    const sizes = sizesOf([left, right], [a, b]);
    const summed = letters(left).filter((letter) => !out.includes(letter));
    const over = summed.map((letter) => required(sizes.get(letter), 'a size'));
    const [fromA, fromB] = [
      places(output.shape, stridesAlong(letters(out), left, a.shape)),
      places(output.shape, stridesAlong(letters(out), right, b.shape)),
    ];
    const [alongA, alongB] = [
      places(over, stridesAlong(summed, left, a.shape)),
      places(over, stridesAlong(summed, right, b.shape)),
    ];
    // In arrays of one kind the engine reads several times as fast as in those of all dtypes.
    const [x, y] = [new Float64Array(a.data), new Float64Array(b.data)];
    for (let i = 0; i < result.length; i++) {
      const [rowOfA, rowOfB] = [fromA[i] ?? Number.NaN, fromB[i] ?? Number.NaN];
      let total = 0;
      for (let k = 0; k < alongA.length; k++)
        total += multiply(
          x[rowOfA + (alongA[k] ?? Number.NaN)] ?? Number.NaN,
          y[rowOfB + (alongB[k] ?? Number.NaN)] ?? Number.NaN,
        );
      result[i] = total;
    }
    return result;
  },
  // y = Σ a·b ⇒ da = Σ dy·b, db = Σ a·dy, each over the letters that the factor lacks
  pullback: (dy, slot, { inputs: [a, b], attributes: { left, right, out } }) => {
    if (a === undefined || b === undefined) return undefined;
    return slot === 0 ? contractAny(dy, b, out, right, left) : contractAny(a, dy, left, out, right);
  },
  pushforward: (tangent, slot, { inputs: [a, b], attributes: { left, right, out } }) => {
    if (a === undefined || b === undefined) return undefined;
    return slot === 0 ? contractAny(tangent, b, left, right, out) : contractAny(a, tangent, left, right, out);
  },
  // One more letter of the factors that are batches: examples times what all share stay one product, whose
  // rows are those of all examples.
  batch: ({ inputs, batched, attributes: { left, right, out } }) => {
    const letter = freshLetter(left + right + out);
    const word = (slot: number, of: string): string => (batched[slot] === true ? letter + of : of);
    const attributes = { left: word(0, left), right: word(1, right), out: letter + out };
    return apply(contractPrimitive, attributes, inputs);
  },
  sample: (draw) => {
    const [left, right, out] = draw.pick([
      ['ik', 'kj', 'ij'],
      ['ki', 'jk', 'ij'],
      ['bik', 'bjk', 'bij'],
      ['ik', 'jk', 'ji'],
      ['k', 'k', ''],
      ['i', 'j', 'ij'],
      ['bi', 'bi', 'bi'],
      ['kbi', 'ib', 'bk'],
      ['ibk', 'kbj', 'bij'],
    ]);
    const sizes = new Map(letters('bijk').map((letter) => [letter, draw.integer(0, 5)]));
    const shapeOf = (word: string): Shape =>
      letters(word).map((letter) => required(sizes.get(letter), 'a size'));
    const dtype = draw.pick(['float32', 'float32', 'int32']);
    return {
      inputs: [left, right].map((word) => ({ shape: shapeOf(word), dtype, low: -4, high: 4 })),
      attributes: { left, right, out },
    };
  },
};

/** A letter that no word has. */
export const freshLetter = (words: string): string => {
  let code = 'a'.charCodeAt(0);
  while (words.includes(String.fromCharCode(code))) code++;
  return String.fromCharCode(code);
};

const contractAny = (a: AnyTensor, b: AnyTensor, left: string, right: string, out: string): AnyTensor =>
  apply(contractPrimitive, { left, right, out }, [a, b]);

/**
 * The sum of products over the letters that the result lacks.
 *
 * @example
 * contract(x, kernel, 'ik,kj->ij'); // the matrix product
 */
export const contract = <
  A extends Shape,
  B extends Shape,
  D extends FloatDType | IntegerDType,
  const Words extends string,
>(
  a: Tensor<A, D>,
  b: Tensor<B, D>,
  words: Words,
): Tensor<Contracted<A, B, Words>, D> => {
  const [left, right, out] = words.split(/,|->/);
  if (left === undefined || right === undefined || out === undefined)
    return fail({
      operation: 'contract',
      what: 'not a contraction',
      got: words,
      needed: 'words like ik,kj->ij',
    });
  return typed(contractAny(a, b, left, right, out));
};
