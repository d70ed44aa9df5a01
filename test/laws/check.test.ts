/** The calls for users: they pass what is right, and name what is wrong with what is not. */
import { dense, differentiable, gelu, para, sequential, stateless, type Tensor, tensor } from 'paralens';
import { pullback, withPullback } from 'paralens/operation';
import { checkGradient, checkPara } from 'paralens/laws';
import fc from 'fast-check';
import {
  abs,
  add,
  broadcast,
  exp,
  full,
  less,
  matmul,
  mean,
  multiply,
  select,
  sqrt,
  subtract,
  sum,
  tanh,
  transpose,
  divide,
} from 'paralens/operation';
import { key, type Key } from 'paralens';
import { normal } from 'paralens/operation';
import { beforeEach, describe, expect, test, vi } from 'vitest';

// What is tested is what users are told, who set no number of examples.
beforeEach(() => vi.stubEnv('PARALENS_LAWS_TIMES', undefined));

type Matrix = Tensor<readonly [number, number]>;
interface Kernel {
  readonly kernel: Matrix;
}

const init = (from: Key): Kernel => ({ kernel: normal(from, [3, 3]) });
const transposed = (x: Matrix): Matrix => transpose(x, [1, 0]);
const product = (x: Matrix, y: Matrix): Matrix => matmul<readonly [number], number, number, 'float32'>(x, y);

/** y = x·W, with a backward given as its two halves. */
const linear = (
  back: (r: Kernel, x: Matrix, dy: Matrix) => readonly [Kernel, Matrix],
): ReturnType<typeof para<Kernel, Matrix, Matrix>> =>
  para({ init, run: (r: Kernel, x: Matrix) => [product(x, r.kernel), (dy: Matrix) => back(r, x, dy)] });

// y = x·W ⇒ dx = dy·Wᵀ, dW = xᵀ·dy
const right = linear(({ kernel }, x, dy) => [
  { kernel: product(transposed(x), dy) },
  product(dy, transposed(kernel)),
]);

const square = { input: { shape: [3, 3] } } as const;

describe('correct subjects pass', () => {
  test('a hand-written backward', () => {
    checkPara(right, square, { name: 'linear' });
  });

  test('a composite', () => {
    checkPara(sequential(dense(4, 3), gelu(), dense(3, 2)), { input: { shape: [2, 4] } });
  });

  test('a function of a tree', () => {
    const f = ({
      a,
      b,
    }: {
      readonly a: Tensor<readonly [3]>;
      readonly b: Tensor<readonly []>;
    }): Tensor<readonly []> => sum(multiply(tanh(a), b));
    checkGradient(f, { a: { shape: [3] }, b: { shape: [], low: 0.5, high: 2 } });
  });

  test('own arguments', () => {
    const argument = fc
      .array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 })
      .map((x) => tensor(x, [3]));
    checkGradient((x: Tensor<readonly [3]>) => sqrt(x), { shape: [3] }, { argument });
  });
});

type Backward = Parameters<typeof linear>[0];

/** What is said of some planted bugs; test/laws/self-test has more of them. */
const bugs: { readonly [bug: string]: readonly [Backward, RegExp] } = {
  'the kernel’s change is transposed': [
    ({ kernel }, x, dy) => [{ kernel: product(transposed(dy), x) }, product(dy, transposed(kernel))],
    /^G-1 linear: the backward is not the slope: .* at parameters\.0\.kernel\[\d\], got \S+, expected \S+, tolerance/,
  ],
  'the cotangent is ignored': [
    ({ kernel }, x) => [{ kernel: x }, kernel],
    /^RD\.2 linear: the backward of a zero cotangent is not zero at (input|parameters\.0\.kernel)/,
  ],
  'the changes have the shape of the transpose': [
    ({ kernel }, x, dy) => [
      { kernel: product(transposed(x), dy) },
      sum(product(dy, transposed(kernel)), [0] as readonly number[]) as Matrix,
    ],
    /^G-4 linear: a change is not like what it changes: shape or dtype differ at input\.shape/,
  ],
};

describe('faults are named', () => {
  test.each(Object.entries(bugs))('%s', (_, [back, message]) => {
    expect(() => {
      checkPara(linear(back), square, { name: 'linear' });
    }).toThrow(message);
  });

  test('a derivative that forgets a factor', () => {
    const wrong = withPullback(
      (x: Tensor<readonly [2]>) => exp(multiply(x, 2)),
      (x) => (dy) => multiply(dy, exp(multiply(x, 2))),
    );
    expect(() => {
      checkGradient(wrong, { shape: [2] }, { name: 'exp(2x)' });
    }).toThrow(/^G-1 exp\(2x\): the backward is not the slope: .* at argument\[\d\], got \S+, expected \S+/);
  });

  test('a correct first derivative with a wrong second one', () => {
    const wrong = withPullback(
      (x: Tensor<readonly [2]>) => multiply(x, abs(x)),
      // The sign is right where it is taken and constant in its own backward, as is everything else.
      (x) => (dy) => multiply(dy, multiply(2, withPullback(abs, () => (w) => multiply(w, 0))(x))),
    );
    expect(() => {
      checkGradient(wrong, { shape: [2] }, { name: 'x·|x|' });
    }).toThrow(/^G-7 backward of x·\|x\|: the backward is not the slope/);
  });

  test('a layer whose init is not a function of its key', () => {
    let calls = 0;
    const layer = { ...right, init: () => [{ kernel: normal(key(calls++), [3, 3]) }] as const };
    expect(() => {
      checkPara(layer, square, { name: 'linear' });
    }).toThrow(/^P-2 linear: init of one key, twice: the two sides differ .* at 0\.kernel\[0\]/);
  });

  test('a failure states how to replay it', () => {
    expect(() => {
      checkGradient(
        (x: Tensor<readonly [2]>) => withPullback(tanh, () => (dy) => dy)(x),
        { shape: [2] },
        { seed: 7 },
      );
    }).toThrow(
      /smallest example: function at value: float32 \[2\] = .*\n {2}replay with \{ seed: 7, path: '/,
    );
  });
});

test('kinks are rejected, and too many of them are a failure', () => {
  const argument = fc.constant(tensor([0, 0], [2]));
  expect(() => {
    checkGradient(
      (x: Tensor<readonly [2]>) => sum(abs(x)),
      { shape: [2] },
      { argument, name: 'abs', runs: 40 },
    );
  }).toThrow(/^abs: \d+ of \d+ examples rejected, at most \d+ may be/);
  // A zero among drawn numbers is a kink as well, and few of them are no failure.
  checkGradient((x: Tensor<readonly [2]>) => abs(x), { shape: [2] }, { name: 'abs' });
});

describe('special points', () => {
  /** y = x/‖x‖, row by row. */
  const unitRows = (epsilon: number) =>
    para({
      init: () => ({}),
      run: (_: object, x: Matrix) => {
        const f = (each: Matrix): Matrix =>
          divide(each, broadcast(sqrt(add(sum(multiply(each, each), [1]), epsilon)), [4, 3], [0]));
        const [y, back] = pullback(f)(x);
        return [y, (dy: Matrix) => [{}, back(dy)] as const];
      },
    });
  const input = { input: { shape: [4, 3] } } as const;

  test('0/0 at a row of zeros is found', () => {
    expect(() => {
      checkPara(unitRows(0), input, { name: 'unit rows' });
    }).toThrow(/^N-4 unit rows: the (value|gradient) is not finite where the argument is (zeros|a zero row)/);
    checkPara(unitRows(1e-6), input, { name: 'unit rows' });
  });

  test('a range that leaves zero out has no row of zeros', () => {
    checkPara(unitRows(0), { input: { shape: [4, 3], low: 0.5, high: 2 } }, { name: 'unit rows' });
  });

  test('an exponential of large numbers is found, unless mathematics itself is too large', () => {
    const naive = (x: Matrix): Matrix => {
      const e = exp(x);
      return divide(e, broadcast(sum(e, [1]), [4, 3], [0]));
    };
    expect(() => {
      checkGradient(naive, { shape: [4, 3] }, { name: 'softmax' });
    }).toThrow(/^N-4 softmax \(\w+\): the value is not finite where the argument is large/);
    checkGradient(naive, { shape: [4, 3], low: -1, high: 1 }, { name: 'softmax' });
    checkGradient((x: Matrix) => exp(x), { shape: [4, 3] }, { name: 'exp' });
  });

  test('the initial values are a special point of the parameters', () => {
    // y = x·‖p‖, whose gradient at p = 0 is 0/0.
    const length = differentiable(
      () => ({ p: full([3], 0) }),
      ({ p }: { p: Tensor<readonly [3]> }, x: Tensor<readonly [2]>) => multiply(x, sqrt(sum(multiply(p, p)))),
    );
    expect(() => {
      checkPara(length, { input: { shape: [2] } }, { name: 'length' });
    }).toThrow(/^N-4 length: the gradient is not finite/);
  });
});

test('a discontinuous layer is found', () => {
  // No number that is drawn is a multiple of 0.3: at the kink itself there is no slope.
  const hinged = (offset: number) =>
    stateless((x: Matrix) => select(less(x, 0.3), x, add(multiply(x, 0.25), offset)));
  checkPara(hinged(0.225), { input: { shape: [4, 3] } });
  expect(() => {
    checkPara(hinged(0.1), { input: { shape: [4, 3] } }, { name: 'hinged' });
  }).toThrow(/^G-11 hinged: the value jumps, and no slope says so/);
  checkPara(hinged(0.1), { input: { shape: [4, 3] } }, { continuous: false });
});

describe('independentRows', () => {
  const mixing = differentiable(
    () => ({}),
    (_: object, x: Tensor<readonly [number, 3]>) => subtract(x, mean(x, [0])),
  );

  test('a layer that mixes the examples of a batch is found', () => {
    expect(() => {
      checkPara(mixing, { input: { shape: [4, 3] } }, { name: 'centered', independentRows: true });
    }).toThrow(/^E-1 centered: row \d of the (result|gradient) depends on the other rows/);
    checkPara(mixing, { input: { shape: [4, 3] } }, { name: 'centered' });
    checkPara(dense(3, 2), { input: { shape: [4, 3] } }, { independentRows: true });
  });

  test('without a batch there are no rows', () => {
    expect(() => {
      checkPara(dense(3, 2), { input: { shape: [3] as never } }, { independentRows: true });
    }).toThrow(/independentRows: every tensor of the input and the result must begin with one batch axis/);
  });
});
