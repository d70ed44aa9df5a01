/** Threefry-2x32-20 on four lanes: the words of `random/threefry.ts`, bit for bit. */
import { required } from '../../require.js';
import { PARITY, ROTATIONS } from '../../random/threefry.js';
import type { Expr, Scope } from './emitter.js';
import { i32x4, v128 } from './instructions.js';

type V = Expr<'v128'>;

const rotate = (scope: Scope, word: V, by: number): V => {
  const held = scope.hold(word);
  return v128.or(i32x4.shl(held, by), i32x4.shrU(held, 32 - by));
};

/** In each lane, the word of this number: words 2i and 2i + 1 are those of the block of counter (0, i). */
export const randomWords = (scope: Scope, [k0, k1]: readonly [V, V], word: V): V => {
  const keys = [k0, k1, scope.hold(v128.xor(v128.xor(k0, k1), i32x4.const(PARITY)))];
  const key = (i: number): V => required(keys[i % 3], 'a key');
  let a = k0;
  let b = scope.hold(i32x4.add(i32x4.shrU(word, 1), k1));
  for (let round = 0; round < 20; round++) {
    a = scope.hold(i32x4.add(a, b));
    b = scope.hold(v128.xor(rotate(scope, b, ROTATIONS[(round % 8) as 0]), a));
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      a = scope.hold(i32x4.add(a, key(injection)));
      b = scope.hold(i32x4.add(i32x4.add(b, key(injection + 1)), i32x4.const(injection)));
    }
  }
  const even = i32x4.eq(v128.and(word, i32x4.const(1)), v128.zero);
  return v128.bitselect(a, b, even);
};
