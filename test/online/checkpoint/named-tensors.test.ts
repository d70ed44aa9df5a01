/** Trees as named tensors and back, and what is said where they do not fit. */
import { either as E } from 'fp-ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adam, dense, evaluate, key, learner, meanSquaredError, named, sequential, tensor } from 'paralens';
import { add } from 'paralens/operation';
import { decodeSafetensors, encodeSafetensors } from 'paralens/format';
import { firstDifference, namedSpecs, namedTensors, restoreTree, structureHash } from 'paralens/online';
import { bitwise, drawing, drawTree, type TensorTree } from 'paralens/laws/kit';

/** Names with dots, backslashes and digits, which names of paths must keep apart. */
const awkward = fc.constantFrom('a', 'a.b', 'b', String.raw`\.`, '.', '10', '9', '1', 'constructor', '');

const trees: fc.Arbitrary<TensorTree> = fc.oneof(
  drawing((sampler) => drawTree(sampler)),
  fc.dictionary(
    awkward,
    fc.oneof(
      drawing((sampler) => drawTree(sampler, 2)),
      fc.dictionary(
        awkward,
        drawing((sampler) => drawTree(sampler, 1)),
        { noNullPrototype: true },
      ),
    ),
    { noNullPrototype: true },
  ),
  fc.array(
    drawing((sampler) => drawTree(sampler, 1)),
    { minLength: 11, maxLength: 12 },
  ),
);

// The type of a tree within trees within trees is more than TypeScript walks.
const valuesOf = (tree: unknown): unknown => evaluate<unknown>(tree);

test('a tree that is named, written, read and restored is bitwise the same', () => {
  fc.assert(
    fc.property(trees, (tree) => {
      const file = decodeSafetensors(encodeSafetensors({ tensors: namedTensors(tree), metadata: {} }));
      expect(E.isRight(file)).toBe(true);
      if (E.isLeft(file)) return;
      const restored = restoreTree(tree, file.right.tensors);
      expect(E.isRight(restored)).toBe(true);
      if (E.isRight(restored))
        expect(bitwise.between(valuesOf(restored.right), valuesOf(tree))).toBeUndefined();
    }),
  );
});

test('parameters and optimizer of a learner have the names of their paths', () => {
  const model = sequential(named('encoder', dense(3, 2)), dense(2, 1));
  const line = learner({ model, loss: meanSquaredError(), update: adam() });
  const state = line.init(key(1));
  const names = Object.keys(namedTensors(state));
  expect(names).toContain('parameters.0.encoder.0.kernel');
  expect(names).toContain('parameters.1.bias');
  expect(names).toContain('optimizer.count');
  expect(namedTensors(state)['parameters.1.kernel']?.data).toEqual(evaluate(state.parameters[1].kernel).data);
});

test('expressions are computed', () => {
  expect([...(namedTensors({ x: add(tensor([1, 2]), tensor([3, 4])) })['x']?.data ?? [])]).toEqual([4, 6]);
});

describe('the first mismatch is reported', () => {
  const like = { a: tensor([1, 2]), b: tensor(1, 'int32') };
  test.each([
    ['missing', { a: like.a }, 'missing', "'b' is missing, needed [] of int32"],
    [
      'another shape',
      { ...like, a: tensor([[1, 2]]) },
      'shape',
      "'a' is [1, 2] of float32, needed [2] of float32",
    ],
    ['another dtype', { ...like, b: tensor(1) }, 'dtype', "'b' is [] of float32, needed [] of int32"],
    ['one too many', { ...like, c: like.a }, 'superfluous', "'c' is superfluous"],
    ['deeper', { ...like, b: [like.b] }, 'missing', "'b' is missing"],
  ])('%s', (_, given: unknown, kind, message) => {
    const restored = restoreTree(like, namedTensors(given));
    expect(E.isLeft(restored) && restored.left).toMatchObject({
      kind,
      message: expect.stringContaining(message),
    });
  });

  test('inherited properties are not tensors', () => {
    const needed = { constructor: like.a };
    expect(restoreTree(needed, {})).toMatchObject({ left: { kind: 'missing', path: 'constructor' } });
  });

  test('data that do not match a shape', () => {
    const short = { dtype: 'float32', shape: [2], data: new Float32Array(1) } as const;
    expect(restoreTree({ a: like.a }, { a: short })).toMatchObject({ left: { kind: 'shape', path: 'a' } });
  });
});

test('hashes are equal exactly if nothing differs', () => {
  fc.assert(
    fc.property(trees, trees, fc.boolean(), (a, b, rest) => {
      const [first, second] = [namedSpecs(a), namedSpecs(b)];
      const turned = Object.fromEntries(Object.entries(first).toReversed());
      expect(structureHash(turned, { rest })).toBe(structureHash(first, { rest }));
      expect(structureHash(first, { rest })).not.toBe(structureHash(first, { rest: !rest }));
      expect(structureHash(first) === structureHash(second)).toBe(
        firstDifference(first, second) === undefined,
      );
    }),
  );
});

test('specs are those of the values, and the hash of either is the same', () => {
  fc.assert(
    fc.property(trees, (tree) => {
      expect(structureHash(namedSpecs(tree))).toBe(structureHash(namedTensors(tree)));
    }),
  );
});
