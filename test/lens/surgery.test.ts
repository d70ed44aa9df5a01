/** Parts of parameters by name. */
import { dense, evaluate, key, named, sequential, type Tensor } from 'paralens';
import { partOf, reinitialize, replacePart } from 'paralens/lens';
import { expect, expectTypeOf, test } from 'vitest';

const model = sequential(
  named('encoder', sequential(dense(4, 3), named('inner', dense(3, 2)))),
  named('head', dense(2, 1)),
);
const [a, b] = [model.init(key(1)), model.init(key(2))];
const numbers = (each: Tensor): readonly number[] => [...evaluate(each).data];

test('a part is found at any depth, with its type', () => {
  const inner = partOf(a, 'head');
  expectTypeOf(inner[0].kernel.shape).toEqualTypeOf<readonly [2, 1]>();
  expect(partOf(a, 'head')[0].kernel).toBe(a[1].head[0].kernel);
});

test('only the named part is replaced', () => {
  const next = replacePart(a, 'head', b[1].head);
  expect(next[1].head[0].kernel).toBe(b[1].head[0].kernel);
  expect(next[0].encoder[0].kernel).toBe(a[0].encoder[0].kernel);
  expect(numbers(a[1].head[0].kernel)).not.toEqual(numbers(next[1].head[0].kernel));
});

test('a part is reinitialized as by init', () => {
  const next = reinitialize(model, a, 'head', key(2));
  expect(numbers(next[1].head[0].kernel)).toEqual(numbers(b[1].head[0].kernel));
});

test('mistakes throw', () => {
  expect(() => partOf(a, 'decoder' as 'head')).toThrow(
    "partOf: no part has this name, got 'decoder', needed the name of exactly one part; there are 0.encoder.0.bias",
  );
  const other = named('head', dense(3, 1)).init(key(1))[0].head;
  expect(() => replacePart(a, 'head', other as never)).toThrow(
    "replacePart: the new part has another shape or dtype than 'head' at 0.kernel, got float32 [3, 1], needed float32 [2, 1]",
  );
});
