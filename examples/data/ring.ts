/**
 * Lenses over the two-element ring, whole numbers 0 and 1: built from generators whose reverse derivatives are those of
 * polynomials, and composed as lenses compose. Over this ring the chain rule holds for circuits, not for any function.
 *
 * Source: P. Wilson, F. Zanasi, "Reverse derivative ascent" (arXiv 2101.10488).
 */
import { scalar } from 'paralens';
import type { Loss, Shape, Tensor, Update } from 'paralens';
import type { SimpleLens } from 'paralens/lens';
import { zipTrees } from 'paralens/program';
import {
  add,
  broadcast,
  cast,
  concat,
  contract,
  divide,
  full,
  fullLike,
  mean,
  multiply,
  reshape,
  slice,
  subtract,
} from 'paralens/operation';

export type Bits = Tensor<Shape, 'int32'>;

/** The remainder by two; a quotient of whole numbers is cut. */
const parity = (a: Bits): Bits => subtract(a, multiply(divide(a, 2), 2) as Tensor<never, 'int32'>);

/** a + b: one of both, not both. */
export const xor = (a: Bits, b: Bits): Bits => parity(add(a, b as Tensor<never, 'int32'>));

/** (a, b) ↦ a + b, (dc, dc) ↤ dc */
export const addition: SimpleLens<readonly [Bits, Bits], Bits> = {
  run: ([a, b]) => [xor(a, b), (dc) => [dc, dc]],
};

/** (a, b) ↦ a·b, (dc·b, dc·a) ↤ dc */
export const multiplication: SimpleLens<readonly [Bits, Bits], Bits> = {
  run: ([a, b]) => [
    multiply(a, b as Tensor<never, 'int32'>),
    (dc) => [multiply(dc, b as Tensor<never, 'int32'>), multiply(dc, a as Tensor<never, 'int32'>)],
  ],
};

/** a ↦ a + 1, da ↤ da */
export const negation: SimpleLens<Bits, Bits> = {
  run: (a) => [xor(a, fullLike(a, 1)), (da) => da],
};

/** (m, t) ↦ m·t, a sum of products: dm = dy·tᵀ, dt = mᵀ·dy, all sums in the ring */
const product: SimpleLens<readonly [Bits, Bits], Bits> = {
  run: ([m, t]) => [
    parity(contract(m, t, 'nj,jk->nk')),
    (dy) => [parity(contract(dy, t, 'nk,jk->nj')), parity(contract(m, dy, 'nj,nk->jk'))],
  ],
};

/** All products of bits or their negations, one for each address: of `[n, bits]` to `[n, 2^bits]`. */
const addresses: SimpleLens<Bits, Bits> = {
  run: (x) => {
    const [rows = 0, bits = 0] = x.shape;
    const bit = (i: number): Bits => reshape(slice(x, { start: [0, i], stop: [rows, i + 1] }), [rows]);
    let wires: Bits = full([rows, 1], 1, 'int32');
    for (let i = 0; i < bits; i++) {
      const [is, isNot] = [bit(i), negation.run(bit(i))[0]];
      const wide = (each: Bits): Bits => broadcast(each, wires.shape, [0]);
      wires = concat(
        [multiplication.run([wires, wide(isNot)])[0], multiplication.run([wires, wide(is)])[0]],
        1,
      );
    }
    // What is looked up is not what is learned.
    return [wires, () => fullLike(x, 0)];
  },
};

/** A table looked up by the bits of its address: a layer like any other. */
export const lookup: SimpleLens<readonly [table: Bits, x: Bits], Bits> = {
  run: ([table, x]) => {
    const [wires, back] = addresses.run(x);
    const [y, backProduct] = product.run([wires, table]);
    return [
      y,
      (dy) => {
        const [dWires, dTable] = backProduct(dy);
        return [dTable, back(dWires)];
      },
    ];
  },
};

/** The share of bits that are wrong; its change is which. */
export const mismatch: Loss<Bits, Bits> = {
  run: ([prediction, target]) => {
    const wrong = xor(prediction, target);
    return [mean(cast(wrong, 'float32')), () => [wrong, wrong]];
  },
};

/** p′ = p + dp, which is ascent and descent in one. */
export const ascent: Update = {
  init: () => ({ count: scalar(0, 'int32'), scalars: {}, slots: {} }),
  lens: () => ({
    run: ([state, parameters]) => [
      parameters,
      (change) => [
        { ...state, count: add(state.count, 1) },
        zipTrees('ascent', parameters, change, (p, dp) => xor(p as Bits, dp as Bits)),
      ],
    ],
  }),
};
