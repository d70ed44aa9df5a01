/** G-9: the sum over a batch, wherever it is taken, is the sum of the results of all examples. */
import { type AnyTensor, evaluate, type Tensor, tensor } from 'paralens';
import { pullback, withPullback } from 'paralens/operation';
import * as operation from 'paralens/operation';
import { expect, test } from 'vitest';
import { batchTensors } from '../../src/autodiff/batch.js';
import { divide } from '../../src/tensor/primitive/arithmetic.js';
import { examplesOf } from '../../src/tensor/primitive/batching.js';

const {
  add,
  cast,
  concat,
  contract,
  less,
  multiply,
  negate,
  pad,
  reshape,
  reverse,
  scatterAdd,
  select,
  slice,
} = operation;
const { subtract, sum, take, transpose, window, windowSum } = operation;

type Square = Tensor<readonly [2, 2]>;
type Indices = Tensor<readonly [2], 'int32'>;

/** Three examples of two matrices and of indices, and what they share; whole numbers, whose sums are exact. */
const x = tensor([[[1, -2], [3, 4]], [[0, 5], [-6, 7]], [[8, 1], [2, -3]]]); // prettier-ignore
const y = tensor([[[2, 0], [1, -1]], [[3, 3], [0, 1]], [[-2, 4], [5, 1]]]); // prettier-ignore
const places = tensor([[0, 1], [1, 1], [2, -1]], 'int32'); // prettier-ignore
const shared: Square = tensor([[1, 2], [-1, 4]]); // prettier-ignore
const at: Indices = tensor([1, 0], 'int32');

interface Example {
  readonly a: Square;
  readonly b: Square;
  readonly i: Indices;
}

/** Where examples meet. */
const product = ({ a, b }: Example): Tensor => contract(a, b, 'ik,jk->ij');
const windows = { sizes: [1], strides: [1], dilations: [1] };

const expressions: { readonly [name: string]: (example: Example) => AnyTensor } = {
  'an example': ({ a }) => a,
  'what is shared': () => shared,
  'a product of examples': product,
  'a product with what is shared': ({ a }) => contract(a, shared, 'ik,kj->ij'),
  'what is shared, times a product': (e) => contract(shared, product(e), 'ik,kj->ij'),
  'products of products': (e) => contract(product(e), product(e), 'ik,kj->ij'),
  'a sum with what is shared': (e) => add(product(e), shared as Tensor),
  'a difference': (e) => subtract(shared as Tensor, product(e)),
  'a sum of sums': (e) => sum(add(e.a, e.b), [0]),
  'a sum of a product': (e) => sum(product(e), [1]),
  'minus a product': (e) => negate(product(e)),
  'a product, scaled': (e) => multiply(product(e), shared as Tensor),
  'a product, divided': (e) => divide(product(e), shared as Tensor),
  'divided by an example': (e) => divide(shared, select(less(e.a, 1), shared, shared)),
  'a quotient of whole numbers': (e) =>
    divide(
      contract(cast(e.a as Tensor, 'int32'), cast(e.b as Tensor, 'int32'), 'ik,jk->ij'),
      cast(shared as Tensor, 'int32'),
    ),
  'a product times an example': (e) => multiply(product(e), e.a as Tensor),
  'a shared choice': (e) =>
    select(less(shared, 2) as Tensor<never, 'bool'>, product(e) as never, shared as never),
  'a choice of its own': (e) =>
    select(less(e.a, 2) as Tensor<never, 'bool'>, product(e) as never, shared as never),
  'a truth': (e) => cast(less(e.a, e.b), 'bool'),
  moved: (e) => reverse(transpose(reshape(product(e), [1, 2, 2]), [2, 0, 1]), [0]),
  'among zeros': (e) =>
    pad(slice(product(e), { start: [0, 1], stop: [2, 2] }), { low: [1, 0], high: [0, 2] }),
  joined: (e) => concat([product(e), shared as Tensor, e.a as Tensor], 1),
  'windows, added up': (e) => windowSum(window(product(e), windows), windows, [2, 2]),
  'spread out': (e) => operation.broadcast(product(e), [3, 2, 2], [1, 2]),
  'a take': (e) => take(product(e), at, 0),
  'a take by an example': (e) => take(product(e), e.i, 0),
  'a scatter of an example by its own': (e) => scatterAdd(e.i, e.a as Tensor, 1, 3),
  'a scatter of what is shared': (e) => scatterAdd(e.i, shared as Tensor, 0, 3),
  'a scatter by what is shared': (e) => scatterAdd(at, product(e), 0, 2),
};

const examples = examplesOf([x, y, places]);
const [a, b, i] = examples;
const example = { a, b, i } as Example;
const batch = new Map(examples.map((each, k) => [each, [x, y, places][k] ?? each]));

test.each(Object.entries(expressions))('G-9 the sum over a batch of %s', (_, f) => {
  const root = f(example);
  const { stack, total } = batchTensors([root], batch, 3);
  const results = evaluate(stack(root));
  const size = results.data.length / 3;
  const expected = Array.from({ length: size }, (__, k) =>
    root.dtype === 'bool' ? 0 : [0, 1, 2].reduce((all, n) => all + (results.data[n * size + k] ?? 0), 0),
  );
  const got = evaluate(total(root));
  expect(got.shape).toEqual(root.shape);
  expect([...got.data].map((value) => value + 0)).toEqual(expected.map((value) => value + 0));
});

test('G-9 a sum over a batch uses the custom backward of a function', () => {
  // y = a·s ⇒ da = 3·dy, ds = 5·dy, as nobody would derive
  const f = withPullback(
    ([p, s]: readonly [Square, Square]) => add(contract(p, s, 'ik,jk->ij'), contract(p, p, 'ik,jk->ij')),
    () =>
      (dy): readonly [Square, Square] => [multiply(dy, 3), multiply(dy, 5)],
  );
  const sums = ([all, s]: readonly [typeof x, Square]): AnyTensor => {
    const [one = all] = examplesOf([all]);
    const root = f([one as Square, s]);
    return batchTensors([root], new Map<AnyTensor, AnyTensor>([[one, all]]), 3).total(root);
  };
  const [value, back] = pullback(sums as (argument: readonly [typeof x, Square]) => Tensor)([x, shared]);
  expect(value.shape).toEqual([2, 2]);
  const [dx, ds] = back(operation.full([2, 2], 1));
  expect([...evaluate(dx as AnyTensor).data]).toEqual(Array.from({ length: 12 }, () => 3));
  // Each of three examples says the same of what they share.
  expect([...evaluate(ds as AnyTensor).data]).toEqual([15, 15, 15, 15]);
});
