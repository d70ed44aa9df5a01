/** B-4 and B-6: views, fusion and compilation change no bit. */
import { type Shape, type Tensor, tensor } from 'paralens';
import { check, type Sampler } from 'paralens/laws';
import {
  broadcastAsCopies,
  drawBroadcast,
  drawCotangent,
  drawData,
  drawExpression,
  drawing,
  drawLattice,
  drawProgram,
  drawView,
  eagerAsCompiled,
  float64,
  fusedAsApart,
  viewAsCopy,
} from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import { gradient } from 'paralens/operation';
import { describe, test } from 'vitest';
import { compositeSubjects, layerSubjects, lossSubjects } from './subject/layer.js';
import { compiledBackends, runsOn } from './subject/backends.js';

type Reader = (x: Tensor) => unknown;

/** Unless the tensor has no axis, or none of an axis, which these do not read. */
const filled =
  (f: Reader): Reader =>
  (x) =>
    x.shape.length === 0 || x.shape.includes(0) ? x : f(x);

const rowsOf = (x: Tensor): Tensor =>
  operation.reshape(x, [x.shape.slice(0, -1).reduce((n, size) => n * size, 1), x.shape.at(-1) ?? 1]);

/** What reads a tensor, in every way in which kernels walk through one. */
const readers: { readonly [name: string]: Reader } = {
  exp: (x) => operation.exp(x),
  sum: (x) => operation.sum(x),
  'sum of columns': filled((x) => operation.sum(x, [0])),
  'sum of rows': filled((x) => operation.sum(x, [x.shape.length - 1])),
  'added to its reverse': (x) => operation.add(x, operation.reverse(x, [...x.shape.keys()])),
  softmax: filled((x) => operation.softmax(x)),
  argmax: filled((x) => operation.argmax(x)),
  concat: filled((x) => operation.concat([x, operation.negate(x)], 0)),
  gradient: (x) => gradient((y: Tensor) => operation.sum(operation.multiply(operation.tanh(y), y)))(x),
};

/** Sums of products, which are exact in every order on whole numbers only. */
const products: { readonly [name: string]: Reader } = {
  'x·xᵀ': filled((x) => operation.contract(rowsOf(x), rowsOf(x), 'ik,jk->ij')),
  'xᵀ·x': filled((x) => operation.contract(rowsOf(x), rowsOf(x), 'ki,kj->ij')),
};

const drawArgument = (sampler: Sampler, shape: Shape, whole: boolean): Tensor => {
  const range = { shape, dtype: 'float32', low: -3, high: 3 } as const;
  return tensor(whole ? drawLattice(sampler, range) : drawData(sampler, range), shape);
};

const reading = (name: string, reader: Reader, whole: boolean) => (sampler: Sampler) => {
  const shape = sampler.shape();
  return { x: drawArgument(sampler, shape, whole), view: drawView(sampler, shape), name, reader };
};

const binaries = {
  add: operation.add,
  subtract: operation.subtract,
  multiply: operation.multiply,
  maximum: operation.maximum,
  less: operation.less,
} as const;

describe.each(compiledBackends)('on $name, threads: $threads', (backend) => {
  test.each(Object.entries(readers))('B-4 %s of a view is that of a copy', (name, reader) => {
    check(name, drawing(reading(name, reader, false)), (at) => viewAsCopy(at, backend), {
      runs: runsOn(backend, 15),
    });
  });

  test.each(Object.entries(products))('B-4 %s of a view is that of a copy', (name, reader) => {
    check(name, drawing(reading(name, reader, true)), (at) => viewAsCopy(at, backend), {
      runs: runsOn(backend, 15),
    });
  });

  test.each(Object.entries(binaries))('B-4 %s of broadcast operands is that of copies', (name, f) => {
    const example = drawing((sampler) => {
      const { left, right } = drawBroadcast(sampler);
      return [drawArgument(sampler, left, false), drawArgument(sampler, right, false)] as const;
    });
    check(name, example, ([a, b]) => broadcastAsCopies(name, f, a, b, backend), {
      runs: runsOn(backend, 10),
    });
  });

  test('B-6 a random program equals its instructions one by one', () => {
    const example = drawing((sampler) => {
      const { program } = drawProgram(sampler);
      const inputs = program.inputs.map((input) =>
        drawData(sampler, {
          ...input,
          low: input.dtype === 'bool' ? 0 : -3,
          high: input.dtype === 'bool' ? 1 : 3,
        }),
      );
      return { program, inputs };
    });
    check('program', example, ({ program, inputs }) => fusedAsApart('program', program, backend, inputs), {
      runs: 40,
    });
  });

  test.each(Object.entries({ ...layerSubjects, ...compositeSubjects, ...lossSubjects }))(
    'B-6 %s forward and back equals its instructions one by one',
    (name, draw) => {
      const example = drawing((sampler) => {
        const subject = draw(sampler);
        // A contraction over windows sums in the order in which they lie, and a copy of them lies otherwise: of whole
        // numbers, of which every order is exact.
        if (name.toLowerCase().includes('convolution')) {
          const whole = [...subject.ranges, ...subject.on(float64).codomain];
          const inputs = whole.map((each) => drawLattice(sampler, { ...each, low: -3, high: 3 }));
          return { subject, inputs };
        }
        const x = subject.ranges.map((range) => drawData(sampler, range));
        return { subject, inputs: [...x, ...drawCotangent(sampler, subject.on(float64).codomain)] };
      });
      check(
        name,
        example,
        ({ subject, inputs }) => fusedAsApart(name, subject.computations().backward.program, backend, inputs),
        { runs: runsOn(backend, 2) },
      );
    },
  );

  test('B-6 compiling equals evaluating', () => {
    const example = drawing((sampler) => {
      const shape = sampler.pick([[1], [3], [2, 3]]) ?? [1];
      return { f: drawExpression(sampler), x: drawArgument(sampler, shape, false) };
    });
    const slope =
      (f: (x: Tensor) => Tensor) =>
      (x: Tensor): readonly [Tensor, Tensor] => [f(x), gradient((y: Tensor) => operation.sum(f(y)))(x)];
    check('expression', example, ({ f, x }) => eagerAsCompiled('expression', slope(f), x, backend));
    // Of a single number, which a trace knows and a compiled function does not.
    const number = drawing((sampler) => sampler.numbers(1, -2, 2)[0] ?? 0);
    const chain = (x: Tensor<readonly []>): unknown =>
      [operation.exp, operation.sin, operation.tanh, operation.sigmoid, operation.erf].map((f) =>
        operation.add(operation.negate(operation.multiply(f(x), 0)), operation.subtract(0, f(f(x)))),
      );
    check('chain', number, (x) => eagerAsCompiled('chain', chain, tensor(x), backend), {
      runs: runsOn(backend, 10),
    });
  });
});
