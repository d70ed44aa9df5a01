/** A layer with buffers does not compile where they would be lost, and its types read like the model. */
import {
  batched,
  dense,
  differentiable,
  dropout,
  type DropoutKey,
  evaluation,
  key,
  named,
  type Para,
  recurrent,
  repeat,
  sequential,
  simpleCell,
  type Tensor,
} from 'paralens';
import { asLens } from 'paralens/lens';
import { expect, expectTypeOf, test } from 'vitest';

type Rows = Tensor<readonly [number, 2]>;
const drop = dropout<readonly [number, 2]>(0.5);

test('buffers concatenate in the type like parameters, and layers without buffers add none', () => {
  expectTypeOf(dense(2, 3).buffers.size).toEqualTypeOf<0>();
  expectTypeOf(drop.buffers.init(key(1))).toEqualTypeOf<readonly [DropoutKey]>();
  const model = sequential(dense(2, 2), drop, named('head', sequential(dense(2, 2), drop)));
  expectTypeOf(model.buffers.init(key(1))).toEqualTypeOf<
    readonly [DropoutKey, { readonly head: readonly [DropoutKey] }]
  >();
  expectTypeOf(named('head', dense(2, 2)).buffers.size).toEqualTypeOf<0>();
  expectTypeOf(repeat(3, dense(2, 2)).buffers.init(key(1))).toEqualTypeOf<readonly []>();
  expectTypeOf(evaluation(drop, ...drop.buffers.init(key(1)))).toEqualTypeOf<Para<readonly [], Rows, Rows>>();
  expect(model.buffers.size).toBe(2);
});

test('code that would lose them does not compile', () => {
  const refused = [
    // @ts-expect-error each example of a batch would draw another key
    () => batched(drop),
    // @ts-expect-error a lens has no place for the next buffers
    () => asLens(drop),
    // @ts-expect-error which place of time would hand them on
    () => recurrent({ ...simpleCell(2, 2), ...drop }),
    () =>
      differentiable(
        () => ({}),
        // @ts-expect-error it runs without its key
        (_, x: Rows) => drop.run([], x)[0],
      ),
    // @ts-expect-error it predicts without its key
    () => evaluation(drop),
  ];
  expect(refused).toHaveLength(5);
});
