/** Composition of any number of layers. */
import { kinds, requireCount, requireLayers, requireMade } from '../require.js';
import { type AnyPara, compositeOf } from './composite.js';
import type { Buffers, Para, Parameters } from './para.js';

// Parameters and buffers.
type Ps = Parameters;

/** The records of a layer, repeated. */
export type Repeated<R extends readonly unknown[]> = R extends readonly []
  ? readonly []
  : readonly R[number][];

/**
 * Composition of up to sixteen layers, or of a list of layers whose output has the type of their input. Nest
 * `sequential` for longer models; the parameters are the same. The output of each layer must fit the next: a mismatch
 * is a type error; with sizes of type `number` it throws when the model is traced, with the path of the layer.
 */
// prettier-ignore
export interface Sequential {
  <A, P1 extends Ps, B, S1 extends Ps>(f1: Para<P1, A, B, S1>): Para<readonly [...P1], A, B, readonly [...S1]>;
  // For a spread list, whose elements TypeScript compares with this parameter. Calls with two or more layers never
  // match it.
  <A, P extends Ps, S extends Ps>(each?: Para<P, A, A, S>): Para<Repeated<P>, A, A, Repeated<S>>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>): Para<readonly [...P1, ...P2], A, C, readonly [...S1, ...S2]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>): Para<readonly [...P1, ...P2, ...P3], A, D, readonly [...S1, ...S2, ...S3]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>): Para<readonly [...P1, ...P2, ...P3, ...P4], A, E, readonly [...S1, ...S2, ...S3, ...S4]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5], A, F, readonly [...S1, ...S2, ...S3, ...S4, ...S5]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6], A, G, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7], A, H, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps, P8 extends Ps, I, S8 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>, f8: Para<P8, H, I, S8>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8], A, I, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7, ...S8]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps, P8 extends Ps, I, S8 extends Ps, P9 extends Ps, J, S9 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>, f8: Para<P8, H, I, S8>, f9: Para<P9, I, J, S9>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9], A, J, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7, ...S8, ...S9]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps, P8 extends Ps, I, S8 extends Ps, P9 extends Ps, J, S9 extends Ps, P10 extends Ps, K, S10 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>, f8: Para<P8, H, I, S8>, f9: Para<P9, I, J, S9>, f10: Para<P10, J, K, S10>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10], A, K, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7, ...S8, ...S9, ...S10]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps, P8 extends Ps, I, S8 extends Ps, P9 extends Ps, J, S9 extends Ps, P10 extends Ps, K, S10 extends Ps, P11 extends Ps, L, S11 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>, f8: Para<P8, H, I, S8>, f9: Para<P9, I, J, S9>, f10: Para<P10, J, K, S10>, f11: Para<P11, K, L, S11>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11], A, L, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7, ...S8, ...S9, ...S10, ...S11]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps, P8 extends Ps, I, S8 extends Ps, P9 extends Ps, J, S9 extends Ps, P10 extends Ps, K, S10 extends Ps, P11 extends Ps, L, S11 extends Ps, P12 extends Ps, M, S12 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>, f8: Para<P8, H, I, S8>, f9: Para<P9, I, J, S9>, f10: Para<P10, J, K, S10>, f11: Para<P11, K, L, S11>, f12: Para<P12, L, M, S12>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12], A, M, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7, ...S8, ...S9, ...S10, ...S11, ...S12]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps, P8 extends Ps, I, S8 extends Ps, P9 extends Ps, J, S9 extends Ps, P10 extends Ps, K, S10 extends Ps, P11 extends Ps, L, S11 extends Ps, P12 extends Ps, M, S12 extends Ps, P13 extends Ps, N, S13 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>, f8: Para<P8, H, I, S8>, f9: Para<P9, I, J, S9>, f10: Para<P10, J, K, S10>, f11: Para<P11, K, L, S11>, f12: Para<P12, L, M, S12>, f13: Para<P13, M, N, S13>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12, ...P13], A, N, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7, ...S8, ...S9, ...S10, ...S11, ...S12, ...S13]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps, P8 extends Ps, I, S8 extends Ps, P9 extends Ps, J, S9 extends Ps, P10 extends Ps, K, S10 extends Ps, P11 extends Ps, L, S11 extends Ps, P12 extends Ps, M, S12 extends Ps, P13 extends Ps, N, S13 extends Ps, P14 extends Ps, O, S14 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>, f8: Para<P8, H, I, S8>, f9: Para<P9, I, J, S9>, f10: Para<P10, J, K, S10>, f11: Para<P11, K, L, S11>, f12: Para<P12, L, M, S12>, f13: Para<P13, M, N, S13>, f14: Para<P14, N, O, S14>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12, ...P13, ...P14], A, O, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7, ...S8, ...S9, ...S10, ...S11, ...S12, ...S13, ...S14]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps, P8 extends Ps, I, S8 extends Ps, P9 extends Ps, J, S9 extends Ps, P10 extends Ps, K, S10 extends Ps, P11 extends Ps, L, S11 extends Ps, P12 extends Ps, M, S12 extends Ps, P13 extends Ps, N, S13 extends Ps, P14 extends Ps, O, S14 extends Ps, P15 extends Ps, Q, S15 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>, f8: Para<P8, H, I, S8>, f9: Para<P9, I, J, S9>, f10: Para<P10, J, K, S10>, f11: Para<P11, K, L, S11>, f12: Para<P12, L, M, S12>, f13: Para<P13, M, N, S13>, f14: Para<P14, N, O, S14>, f15: Para<P15, O, Q, S15>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12, ...P13, ...P14, ...P15], A, Q, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7, ...S8, ...S9, ...S10, ...S11, ...S12, ...S13, ...S14, ...S15]>;
  <A, P1 extends Ps, B, S1 extends Ps, P2 extends Ps, C, S2 extends Ps, P3 extends Ps, D, S3 extends Ps, P4 extends Ps, E, S4 extends Ps, P5 extends Ps, F, S5 extends Ps, P6 extends Ps, G, S6 extends Ps, P7 extends Ps, H, S7 extends Ps, P8 extends Ps, I, S8 extends Ps, P9 extends Ps, J, S9 extends Ps, P10 extends Ps, K, S10 extends Ps, P11 extends Ps, L, S11 extends Ps, P12 extends Ps, M, S12 extends Ps, P13 extends Ps, N, S13 extends Ps, P14 extends Ps, O, S14 extends Ps, P15 extends Ps, Q, S15 extends Ps, P16 extends Ps, R, S16 extends Ps>(f1: Para<P1, A, B, S1>, f2: Para<P2, B, C, S2>, f3: Para<P3, C, D, S3>, f4: Para<P4, D, E, S4>, f5: Para<P5, E, F, S5>, f6: Para<P6, F, G, S6>, f7: Para<P7, G, H, S7>, f8: Para<P8, H, I, S8>, f9: Para<P9, I, J, S9>, f10: Para<P10, J, K, S10>, f11: Para<P11, K, L, S11>, f12: Para<P12, L, M, S12>, f13: Para<P13, M, N, S13>, f14: Para<P14, N, O, S14>, f15: Para<P15, O, Q, S15>, f16: Para<P16, Q, R, S16>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12, ...P13, ...P14, ...P15, ...P16], A, R, readonly [...S1, ...S2, ...S3, ...S4, ...S5, ...S6, ...S7, ...S8, ...S9, ...S10, ...S11, ...S12, ...S13, ...S14, ...S15, ...S16]>;
}

/**
 * Composes layers one after the other.
 *
 * @example
 * const model = sequential(dense(784, 512), relu(), dense(512, 10));
 * const blocks = Array.from({ length: 24 }, () => residual(sequential(dense(64, 64), relu())));
 * const deep = sequential(dense(784, 64), sequential(...blocks), dense(64, 10));
 */
export const sequential: Sequential = (
  ...layers: readonly (AnyPara | undefined)[]
): Para<never, unknown, unknown> => {
  // `undefined` is refused as well, since the model without it would be another one.
  const all = layers.map((layer, i) =>
    requireMade<unknown>('sequential', `layers[${i}]`, layer, kinds.layer),
  );
  // The overloads state the types; here the layers are only composed.
  return compositeOf(all as readonly AnyPara[]) as Para<never, unknown, unknown>;
};

/**
 * Repeats a layer `count` times, one after the other, each with its own parameters and buffers. Throws if `count` is
 * not a positive integer.
 *
 * @example
 * const deep = sequential(dense(784, 64), repeat(24, residual(sequential(dense(64, 64), relu()))), dense(64, 10));
 */
export const repeat = <P extends Parameters, A, S extends Buffers>(
  count: number,
  f: Para<P, A, A, S>,
): Para<Repeated<P>, A, A, Repeated<S>> => {
  requireCount('repeat', 'count', count);
  requireLayers('repeat', { f });
  return sequential(...Array.from({ length: count }, () => f));
};
