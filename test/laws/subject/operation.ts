/** A random use of every operation that the library exports. */
import { key, scalar } from 'paralens';
import type { AnyTensor, Shape, Tensor } from 'paralens';
import type { Draw } from 'paralens/program';
import { type Sampler, type Specification } from 'paralens/laws';
import { type Subject, subjectOf } from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import type * as derivatives from '../../../src/autodiff/index.js';
import { drawConvolution, drawPooling } from './window.js';

export type DrawSubject = (sampler: Sampler) => Subject;

type Unary = (x: Tensor) => AnyTensor;
type Pair = readonly [Tensor, Tensor];

const float = (shape: Shape, low = -4, high = 4): Specification<Shape, 'float32'> => ({ shape, low, high });

/** Element by element on any shape. */
const unary =
  (name: string, f: Unary, low?: number, high?: number): DrawSubject =>
  ({ shape }) =>
    subjectOf<Tensor, AnyTensor>(name, f, float(shape(), low, high));

/** Element by element, where the second derivative jumps at 0: there finite differences are off by as much as they step. */
const bentAtZero =
  (name: string, f: Unary): DrawSubject =>
  (sampler) => {
    const [low, high] = sampler.pick([
      [-4, -0.25],
      [0.25, 4],
    ]);
    return unary(name, f, low, high)(sampler);
  };

/** On two shapes of which one is the end of the other, or on a shape and a number. */
const binary =
  (name: string, f: operation.Binary<'same' | 'bool', 'float32'>, low?: number, high?: number): DrawSubject =>
  ({ shape, integer, pick }) => {
    const whole = shape();
    const end = whole.slice(integer(0, whole.length));
    const [a, b] = pick(['equal', 'first', 'second', 'number']) === 'second' ? [end, whole] : [whole, end];
    const number = pick([true, false]);
    if (number) return subjectOf<Tensor, AnyTensor>(name, (x) => f(x, 1.5), float(whole, low, high));
    return subjectOf<Pair, AnyTensor>(name, ([x, y]) => f(x, y as Tensor<never>), [
      float(a, low, high),
      float(b, low, high),
    ]);
  };

const logic =
  (name: string, count: number, f: (...truths: readonly Tensor<Shape, 'bool'>[]) => AnyTensor): DrawSubject =>
  ({ shape }) => {
    const truth = { shape: shape(), dtype: 'bool', low: 0, high: 1 } as const;
    return subjectOf<readonly Tensor<Shape, 'bool'>[], AnyTensor>(
      name,
      (truths) => f(...truths),
      Array.from({ length: count }, () => truth),
    );
  };

/** A shape without empty axes, of at least this rank. */
const filled = (draw: Draw, least = 1): Shape =>
  draw.shape(draw.integer(least, 3)).map((size) => Math.max(1, size));

/** Some axes of a rank, each counted from the front or from the back, or all that there are. */
const someAxes = ({ integer }: Draw, rank: number): readonly number[] | undefined =>
  integer(0, 2) === 0
    ? undefined
    : Array.from({ length: rank }, (_, axis) => (integer(0, 1) === 1 ? axis : axis - rank)).filter(
        () => integer(0, 1) === 1,
      );

const drawReduction = (draw: Draw) => {
  const shape = filled(draw);
  return { shape, axes: someAxes(draw, shape.length), options: { keepDims: draw.integer(0, 1) === 1 } };
};

const reduction =
  (name: string, f: operation.Reduction<'float32'>, low?: number, high?: number): DrawSubject =>
  (draw) => {
    const { shape, axes, options } = drawReduction(draw);
    return subjectOf<Tensor, AnyTensor>(name, (x) => f(x, axes, options), float(shape, low, high));
  };

const reductionOfBools =
  (name: string, f: operation.Reduction<'bool'>): DrawSubject =>
  (draw) => {
    const { shape, axes, options } = drawReduction(draw);
    return subjectOf<Tensor<Shape, 'bool'>, AnyTensor>(name, (x) => f(x, axes, options), {
      shape,
      dtype: 'bool',
    });
  };

const alongAxis =
  (name: string, f: (x: Tensor, axis: number, keepDims: boolean) => AnyTensor): DrawSubject =>
  (draw) => {
    const shape = filled(draw);
    const axis = draw.integer(-shape.length, shape.length - 1);
    const keepDims = draw.integer(0, 1) === 1;
    return subjectOf<Tensor, AnyTensor>(name, (x) => f(x, axis, keepDims), float(shape));
  };

const random =
  (name: string, f: (from: Tensor<readonly [2], 'uint32'>, shape: Shape) => unknown): DrawSubject =>
  ({ shape }) => {
    const drawn = shape();
    return subjectOf<Tensor<readonly [2], 'uint32'>, unknown>(name, (from) => f(from, drawn), {
      shape: [2],
      dtype: 'uint32',
      low: 0,
      high: 2 ** 31,
    });
  };

const constant =
  (name: string, f: (shape: Shape, sampler: Sampler) => AnyTensor): DrawSubject =>
  (sampler) => {
    const shape = sampler.shape();
    const made = f(shape, sampler);
    return subjectOf<readonly [], AnyTensor>(name, () => made, []);
  };

const indices = (
  size: number,
  shape: Shape,
): Specification<Shape, 'int32'> & { readonly dtype: 'int32' } => ({
  shape,
  dtype: 'int32',
  low: 0,
  high: Math.max(0, size - 1),
});

const convolutionSubject = (
  name: string,
  sampler: Sampler,
  f: typeof operation.convolve | typeof operation.transposedConvolve,
): Subject => {
  const { x, kernel, options } = drawConvolution(sampler);
  return subjectOf<Pair, AnyTensor>(name, ([a, b]) => f(a, b, options), [float(x), float(kernel)]);
};

const poolingSubject = (
  name: string,
  sampler: Sampler,
  f: typeof operation.maxPool | typeof operation.averagePool,
): Subject => {
  const { x, size, options } = drawPooling(sampler);
  return subjectOf<Tensor, AnyTensor>(name, (a) => f(a, size, size.length, options), float(x));
};

const windows = { sizes: [2], strides: [2], dilations: [1] } as const;

export const operationSubjects: {
  readonly [N in Exclude<keyof typeof operation, keyof typeof derivatives> | 'key']: DrawSubject;
} = {
  abs: unary('abs', operation.abs),
  add: binary('add', operation.add),
  advance: random('advance', (from) => operation.advance(from, 3)),
  all: reductionOfBools('all', operation.all),
  and: logic('and', 2, (a, b) => operation.and(a ?? scalar(1, 'bool'), b ?? scalar(1, 'bool'))),
  any: reductionOfBools('any', operation.any),
  argmax: alongAxis('argmax', (x, axis, keepDims) => operation.argmax(x, axis, { keepDims })),
  argmin: alongAxis('argmin', (x, axis, keepDims) => operation.argmin(x, axis, { keepDims })),
  broadcast: ({ shape, integer }) => {
    const [inner, outer] = [shape(integer(0, 2)), integer(0, 3)];
    const axes = inner.map((_, axis) => axis - inner.length);
    return subjectOf<Tensor, AnyTensor>(
      'broadcast',
      (x) => operation.broadcast(x, [outer, ...inner], axes),
      float(inner),
    );
  },
  celu: bentAtZero('celu', (x) => operation.celu(x, 1.5)),
  attend: ({ integer, pick }) => {
    const [batch, queries, keys] = [integer(1, 2), integer(1, 3), integer(1, 3)];
    const [heads, size] = [integer(1, 2), integer(1, 3)];
    const causal = pick([true, false]);
    const memory = float([batch, keys, heads, size], -2, 2);
    const mask = { shape: [batch, keys], dtype: 'bool' } as const;
    return subjectOf<readonly [Tensor, Tensor, Tensor, Tensor<Shape, 'bool'>], AnyTensor>(
      'attend',
      ([q, k, v, seen]) => operation.attend(q, k, v, { causal, mask: seen }),
      [float([batch, queries, heads, size], -2, 2), memory, memory, mask],
    );
  },
  averagePool: (sampler) => poolingSubject('averagePool', sampler, operation.averagePool),
  cast: unary('cast', (x) => operation.cast(x, 'int32')),
  check: unary('check', (x) =>
    operation.check(x, scalar(1, 'bool'), x, {
      operation: 'sample',
      what: 'never',
      needed: 'none',
      hint: 'none',
    }),
  ),
  clip: unary('clip', (x) => operation.clip(x, -1, 2)),
  concat: ({ shape, integer }) => {
    const first = shape(2);
    const second = [integer(0, 3), first[1] ?? 0];
    return subjectOf<Pair, AnyTensor>('concat', (parts) => operation.concat(parts, -2), [
      float(first),
      float(second),
    ]);
  },
  cumsum: alongAxis('cumsum', operation.cumsum),
  contract: ({ integer }) => {
    const [i, j, k] = [integer(0, 5), integer(0, 5), integer(0, 5)];
    return subjectOf<Pair, AnyTensor>('contract', ([a, b]) => operation.contract(a, b, 'ik,kj->ji'), [
      float([i, k]),
      float([k, j]),
    ]);
  },
  convolve: (sampler) => convolutionSubject('convolve', sampler, operation.convolve),
  cos: unary('cos', operation.cos),
  divide: binary('divide', operation.divide, 0.5, 4),
  elu: bentAtZero('elu', (x) => operation.elu(x, 0.5)),
  equal: binary('equal', operation.equal),
  erf: unary('erf', operation.erf),
  expandDims: unary('expandDims', (x) => operation.expandDims(x, -1)),
  exp: unary('exp', operation.exp),
  expm1: unary('expm1', operation.expm1),
  floor: unary('floor', operation.floor),
  full: constant('full', (shape, { integer }) => operation.full(shape, integer(-3, 3))),
  fullLike: unary('fullLike', (x) => operation.fullLike(x, 0.1)),
  gelu: unary('gelu', operation.gelu),
  geluTanh: unary('geluTanh', operation.geluTanh),
  glu: ({ shape, integer }) =>
    subjectOf<Tensor, AnyTensor>('glu', operation.glu, float([...shape(integer(0, 2)), 2 * integer(1, 3)])),
  greater: binary('greater', operation.greater),
  greaterOrEqual: binary('greaterOrEqual', operation.greaterOrEqual),
  hardSigmoid: unary('hardSigmoid', operation.hardSigmoid),
  hardSwish: unary('hardSwish', operation.hardSwish),
  hardTanh: unary('hardTanh', operation.hardTanh),
  iota: constant('iota', (shape) => operation.iota([...shape, 3], shape.length, 'float32')),
  key: constant('key', (_, { integer }) => key(integer(0, 1000))),
  leakyRelu: unary('leakyRelu', (x) => operation.leakyRelu(x, 0.2)),
  less: binary('less', operation.less),
  lessOrEqual: binary('lessOrEqual', operation.lessOrEqual),
  log: unary('log', operation.log, 0.25, 4),
  log1p: unary('log1p', operation.log1p, -0.75, 4),
  logSigmoid: unary('logSigmoid', operation.logSigmoid),
  logSoftmax: alongAxis('logSoftmax', (x, axis) => operation.logSoftmax(x, axis)),
  logSumExp: alongAxis('logSumExp', (x, axis, keepDims) => operation.logSumExp(x, axis, { keepDims })),
  sigmoid: unary('sigmoid', operation.sigmoid),
  matmul: ({ shape, integer }) => {
    const [lead, k, n] = [shape(integer(0, 2)), integer(0, 5), integer(0, 5)];
    return subjectOf<readonly [Tensor<readonly number[]>, Tensor<readonly [number, number]>], AnyTensor>(
      'matmul',
      ([x, matrix]) => operation.matmul<Shape, number, number, 'float32'>(x as Tensor<never>, matrix),
      [float([...lead, k]), { ...float([]), shape: [k, n] }],
    );
  },
  max: reduction('max', operation.max),
  maxPool: (sampler) => poolingSubject('maxPool', sampler, operation.maxPool),
  maximum: binary('maximum', operation.maximum),
  mean: reduction('mean', operation.mean),
  min: reduction('min', operation.min),
  minimum: binary('minimum', operation.minimum),
  mish: unary('mish', operation.mish),
  moments: ({ integer }) =>
    subjectOf<Tensor, unknown>('moments', (x) => operation.moments(x, [0]), float([integer(1, 4), 2])),
  multiply: binary('multiply', operation.multiply),
  negate: unary('negate', operation.negate),
  normal: random('normal', operation.normal),
  // Away from 0, where its derivative jumps.
  norm: reduction('norm', operation.norm, 1, 4),
  notEqual: binary('notEqual', operation.notEqual),
  oneHot: ({ integer, shape }) => {
    const count = integer(1, 5);
    return subjectOf<Tensor<Shape, 'int32'>, AnyTensor>(
      'oneHot',
      (places) => operation.oneHot(places, count),
      indices(count, shape(integer(0, 2))),
    );
  },
  not: logic('not', 1, (a) => operation.not(a ?? scalar(1, 'bool'))),
  or: logic('or', 2, (a, b) => operation.or(a ?? scalar(1, 'bool'), b ?? scalar(1, 'bool'))),
  pad: unary('pad', (x) => {
    const [ones, twos] = [x.shape.map(() => 1), x.shape.map(() => 2)];
    return operation.pad(x, { low: ones, high: twos, interior: ones });
  }),
  power: (sampler) => {
    const n = sampler.pick([-2, -1, 0, 0.5, 1, 2, 3, 5, 2.5, undefined]);
    if (n === undefined) return binary('power', operation.power, 0.25, 3)(sampler);
    const [low, high] = Number.isInteger(n) && n >= 0 ? [-2, 2] : [0.25, 3];
    return unary('power', (x) => operation.power(x, n), low, high)(sampler);
  },
  product: reduction('product', operation.product, -1.5, 1.5),
  randomBits: random('randomBits', operation.randomBits),
  reciprocal: unary('reciprocal', operation.reciprocal, 0.5, 4),
  relu: unary('relu', operation.relu),
  relu6: unary('relu6', operation.relu6, -4, 9),
  reshape: (sampler) => {
    const free = sampler.pick([true, false]);
    return free
      ? subjectOf<Tensor, AnyTensor>('reshape', (x) => operation.reshape(x, [1, -1]), float(filled(sampler)))
      : unary('reshape', (x) => operation.reshape(x, x.shape.toReversed()))(sampler);
  },
  reverse: unary('reverse', (x) =>
    operation.reverse(
      x,
      x.shape.map((_, axis) => axis),
    ),
  ),
  rootMeanSquare: ({ integer }) =>
    subjectOf<Tensor, AnyTensor>(
      'rootMeanSquare',
      (x) => operation.rootMeanSquare(x, [-1], 0.1),
      float([integer(0, 3), integer(1, 4)]),
    ),
  rotary: ({ integer }) =>
    subjectOf<Tensor, AnyTensor>(
      'rotary',
      operation.rotary,
      float([integer(1, 2), integer(0, 3), integer(1, 2), 2 * integer(1, 2)]),
    ),
  scan: ({ integer }) => {
    const [length, rows, size] = [integer(0, 4), integer(0, 2), integer(1, 3)];
    const reverse = integer(0, 1) === 1;
    return subjectOf<readonly [h: Tensor, xs: Tensor, w: Tensor], unknown>(
      'scan',
      ([h, xs, w]) =>
        operation.scan(
          ({ h: before, n }: { readonly h: Tensor; readonly n: Tensor<Shape, 'int32'> }, x: Tensor) => {
            // w is from outside; the count goes into the numbers.
            const product = operation.contract(before, w, 'ij,jk->ik');
            const next = operation.tanh(operation.add(product, x));
            const counted = operation.add(n, 1);
            const weight = operation.broadcast(operation.cast(counted, 'float32'), [rows, size], []);
            return [
              { h: next, n: counted },
              { y: operation.multiply(next, weight), n },
            ] as const;
          },
          { h, n: scalar(0, 'int32') },
          xs,
          { reverse },
        ),
      [float([rows, size]), float([length, rows, size]), float([size, size])],
    );
  },
  scatterAdd: ({ integer }) => {
    const [size, count] = [integer(1, 5), integer(0, 5)];
    return subjectOf<readonly [Tensor<Shape, 'int32'>, Tensor], AnyTensor>(
      'scatterAdd',
      ([places, updates]) => operation.scatterAdd(places, updates, 0, size),
      [indices(size, [count]), float([count, 2])],
    );
  },
  select: ({ shape }) => {
    const drawn = shape();
    return subjectOf<readonly [Tensor<Shape, 'bool'>, Tensor, Tensor], AnyTensor>(
      'select',
      ([condition, a, b]) => operation.select(condition, a, b),
      [{ shape: drawn, dtype: 'bool' }, float(drawn), float(drawn)],
    );
  },
  selu: bentAtZero('selu', operation.selu),
  sign: unary('sign', operation.sign),
  silu: unary('silu', operation.silu),
  sin: unary('sin', operation.sin),
  sinusoids: constant('sinusoids', (_, { integer }) => operation.sinusoids(integer(0, 3), 2 * integer(1, 2))),
  slice: unary('slice', (x) =>
    operation.slice(x, {
      start: x.shape.map((size) => Math.min(1, size)),
      stop: x.shape,
      stride: x.shape.map(() => 2),
    }),
  ),
  softmax: alongAxis('softmax', (x, axis) => operation.softmax(x, axis)),
  softplus: unary('softplus', operation.softplus),
  softsign: bentAtZero('softsign', operation.softsign),
  split: random('split', (from) => operation.split(from, 3)),
  square: unary('square', operation.square),
  squeeze: ({ shape }) =>
    subjectOf<Tensor, AnyTensor>('squeeze', (x) => operation.squeeze(x, [-1]), float([...shape(), 1])),
  stack: ({ shape, integer }) => {
    const drawn = shape();
    const axis = integer(-drawn.length - 1, drawn.length);
    return subjectOf<Pair, AnyTensor>('stack', (parts) => operation.stack(parts, axis), [
      float(drawn),
      float(drawn),
    ]);
  },
  sqrt: unary('sqrt', operation.sqrt, 0.25, 4),
  standardize: ({ integer }) => {
    const [rows, columns] = [integer(1, 4), integer(1, 3)];
    return subjectOf<readonly [Tensor, Tensor, Tensor], AnyTensor>(
      'standardize',
      ([x, mean, variance]) => operation.standardize(x, { mean, variance }, [0], 0.1),
      [float([rows, columns]), float([columns]), float([columns], 0.5, 2)],
    );
  },
  stopGradient: unary('stopGradient', operation.stopGradient),
  subtract: binary('subtract', operation.subtract),
  sum: reduction('sum', operation.sum),
  take: ({ integer, shape }) => {
    const size = integer(1, 5);
    return subjectOf<readonly [Tensor, Tensor<Shape, 'int32'>], AnyTensor>(
      'take',
      ([x, places]) => operation.take(x, places, -2),
      [float([size, 2]), indices(size, shape(integer(0, 2)))],
    );
  },
  tanh: unary('tanh', operation.tanh),
  transpose: unary('transpose', (x) =>
    operation.transpose(
      x,
      x.shape.map((_, axis) => -1 - axis),
    ),
  ),
  transposedConvolve: (sampler) =>
    convolutionSubject('transposedConvolve', sampler, operation.transposedConvolve),
  uniform: random('uniform', (from, shape) => operation.uniform(from, shape, -1, 2)),
  unstack: (draw) => {
    const shape = filled(draw);
    const axis = draw.integer(-shape.length, shape.length - 1);
    return subjectOf<Tensor, readonly AnyTensor[]>(
      'unstack',
      (x) => operation.unstack(x, axis),
      float(shape),
    );
  },
  window: ({ integer }) =>
    subjectOf<Tensor, AnyTensor>(
      'window',
      (x) => operation.window(x, windows),
      float([integer(0, 3), integer(0, 7)]),
    ),
  windowSum: ({ integer }) => {
    const [rows, count] = [integer(0, 3), integer(0, 3)];
    return subjectOf<Tensor, AnyTensor>(
      'windowSum',
      (x) => operation.windowSum(x, windows, [rows, 2 * count + 1]),
      float([rows, count, 2]),
    );
  },
};

/** Through these no derivative flows though their values move: G-1 does not speak of them. */
export const held: ReadonlySet<string> = new Set(['stopGradient', 'custom']);
