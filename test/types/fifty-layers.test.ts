/** Fifty layers in one model: every size is checked from left to right. */
import { expect, expectTypeOf, test } from 'vitest';
import { dense, type Para, sequential, tanh, type Tensor } from 'paralens';

const fifty = sequential(
  sequential(
    dense(2, 3),
    tanh(),
    dense(3, 4),
    tanh(),
    dense(4, 5),
    tanh(),
    dense(5, 6),
    tanh(),
    dense(6, 7),
    tanh(),
  ),
  sequential(
    dense(7, 8),
    tanh(),
    dense(8, 9),
    tanh(),
    dense(9, 10),
    tanh(),
    dense(10, 11),
    tanh(),
    dense(11, 12),
    tanh(),
  ),
  sequential(
    dense(12, 13),
    tanh(),
    dense(13, 14),
    tanh(),
    dense(14, 15),
    tanh(),
    dense(15, 16),
    tanh(),
    dense(16, 17),
    tanh(),
  ),
  sequential(
    dense(17, 18),
    tanh(),
    dense(18, 19),
    tanh(),
    dense(19, 20),
    tanh(),
    dense(20, 21),
    tanh(),
    dense(21, 22),
    tanh(),
  ),
  sequential(
    dense(22, 23),
    tanh(),
    dense(23, 24),
    tanh(),
    dense(24, 25),
    tanh(),
    dense(25, 26),
    tanh(),
    dense(26, 27),
    tanh(),
  ),
);

type InputOf<F> = F extends Para<infer _P, infer A, infer _B> ? A : never;
type OutputOf<F> = F extends Para<infer _P, infer _A, infer B> ? B : never;

test('fifty layers keep every size in the type', () => {
  expectTypeOf<InputOf<typeof fifty>>().toEqualTypeOf<Tensor<readonly [number, 2]>>();
  expectTypeOf<OutputOf<typeof fifty>>().toEqualTypeOf<Tensor<readonly [number, 27]>>();
  expectTypeOf(fifty.size).toEqualTypeOf<25>();
  expect(fifty.size).toBe(25);
});

test('a model of fifty layers whose last does not fit does not compile', () => {
  // @ts-expect-error the fiftieth layer gives 27, the next wants 28
  expect(sequential(fifty, dense(28, 1)).size).toBe(26);
});
