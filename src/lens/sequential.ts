/** Composition of any number of layers. */
import { kinds, requireMade } from '../require.js';
import { type AnyPara, compositeOf } from './composite.js';
import type { Para, Parameters } from './para.js';

type Ps = Parameters;

/**
 * Composition of up to sixteen parts, or of a list of parts that give what they take; a longer model is a composition of
 * compositions, which has the very same parameters. What one part gives, the next must take: a mismatch does not compile, and where sizes are
 * plain `number` it throws when the model is traced, with the part's place in front.
 */
// prettier-ignore
export interface Sequential {
  <A, P1 extends Ps, B>(f1: Para<P1, A, B>): Para<readonly [...P1], A, B>;
  // Of a spread list: TypeScript compares its elements with this parameter, and calls of two parts or more with it not at all.
  <A, P extends Ps>(each?: Para<P, A, A>): Para<readonly P[number][], A, A>;
  <A, P1 extends Ps, B, P2 extends Ps, C>(f1: Para<P1, A, B>, f2: Para<P2, B, C>): Para<readonly [...P1, ...P2], A, C>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>): Para<readonly [...P1, ...P2, ...P3], A, D>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>): Para<readonly [...P1, ...P2, ...P3, ...P4], A, E>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5], A, F>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6], A, G>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7], A, H>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H, P8 extends Ps, I>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>, f8: Para<P8, H, I>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8], A, I>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H, P8 extends Ps, I, P9 extends Ps, J>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>, f8: Para<P8, H, I>, f9: Para<P9, I, J>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9], A, J>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H, P8 extends Ps, I, P9 extends Ps, J, P10 extends Ps, K>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>, f8: Para<P8, H, I>, f9: Para<P9, I, J>, f10: Para<P10, J, K>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10], A, K>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H, P8 extends Ps, I, P9 extends Ps, J, P10 extends Ps, K, P11 extends Ps, L>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>, f8: Para<P8, H, I>, f9: Para<P9, I, J>, f10: Para<P10, J, K>, f11: Para<P11, K, L>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11], A, L>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H, P8 extends Ps, I, P9 extends Ps, J, P10 extends Ps, K, P11 extends Ps, L, P12 extends Ps, M>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>, f8: Para<P8, H, I>, f9: Para<P9, I, J>, f10: Para<P10, J, K>, f11: Para<P11, K, L>, f12: Para<P12, L, M>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12], A, M>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H, P8 extends Ps, I, P9 extends Ps, J, P10 extends Ps, K, P11 extends Ps, L, P12 extends Ps, M, P13 extends Ps, N>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>, f8: Para<P8, H, I>, f9: Para<P9, I, J>, f10: Para<P10, J, K>, f11: Para<P11, K, L>, f12: Para<P12, L, M>, f13: Para<P13, M, N>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12, ...P13], A, N>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H, P8 extends Ps, I, P9 extends Ps, J, P10 extends Ps, K, P11 extends Ps, L, P12 extends Ps, M, P13 extends Ps, N, P14 extends Ps, O>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>, f8: Para<P8, H, I>, f9: Para<P9, I, J>, f10: Para<P10, J, K>, f11: Para<P11, K, L>, f12: Para<P12, L, M>, f13: Para<P13, M, N>, f14: Para<P14, N, O>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12, ...P13, ...P14], A, O>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H, P8 extends Ps, I, P9 extends Ps, J, P10 extends Ps, K, P11 extends Ps, L, P12 extends Ps, M, P13 extends Ps, N, P14 extends Ps, O, P15 extends Ps, Q>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>, f8: Para<P8, H, I>, f9: Para<P9, I, J>, f10: Para<P10, J, K>, f11: Para<P11, K, L>, f12: Para<P12, L, M>, f13: Para<P13, M, N>, f14: Para<P14, N, O>, f15: Para<P15, O, Q>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12, ...P13, ...P14, ...P15], A, Q>;
  <A, P1 extends Ps, B, P2 extends Ps, C, P3 extends Ps, D, P4 extends Ps, E, P5 extends Ps, F, P6 extends Ps, G, P7 extends Ps, H, P8 extends Ps, I, P9 extends Ps, J, P10 extends Ps, K, P11 extends Ps, L, P12 extends Ps, M, P13 extends Ps, N, P14 extends Ps, O, P15 extends Ps, Q, P16 extends Ps, R>(f1: Para<P1, A, B>, f2: Para<P2, B, C>, f3: Para<P3, C, D>, f4: Para<P4, D, E>, f5: Para<P5, E, F>, f6: Para<P6, F, G>, f7: Para<P7, G, H>, f8: Para<P8, H, I>, f9: Para<P9, I, J>, f10: Para<P10, J, K>, f11: Para<P11, K, L>, f12: Para<P12, L, M>, f13: Para<P13, M, N>, f14: Para<P14, N, O>, f15: Para<P15, O, Q>, f16: Para<P16, Q, R>): Para<readonly [...P1, ...P2, ...P3, ...P4, ...P5, ...P6, ...P7, ...P8, ...P9, ...P10, ...P11, ...P12, ...P13, ...P14, ...P15, ...P16], A, R>;
}

/**
 * The layers one after the other.
 *
 * @example
 * const model = sequential(dense(784, 512), relu(), dense(512, 10));
 * const blocks = Array.from({ length: 24 }, () => residual(sequential(dense(64, 64), relu())));
 * const deep = sequential(dense(784, 64), sequential(...blocks), dense(64, 10));
 */
export const sequential: Sequential = (
  ...layers: readonly (AnyPara | undefined)[]
): Para<never, unknown, unknown> => {
  // One that is `undefined` is a mistake as well: a model without it would be another one.
  const all = layers.map((layer, i) =>
    requireMade<unknown>('sequential', `layers[${i}]`, layer, kinds.layer),
  );
  // The overloads say what the layers are; here they are only composed.
  return compositeOf(all as readonly AnyPara[]) as Para<never, unknown, unknown>;
};
