/** E-1: what layers do with rows, with order and with size. */
import {
  batchNormalization,
  convolution1d,
  convolution2d,
  dense,
  dropout,
  groupNormalization,
  layerNormalization,
  type Buffers,
  type Para,
  type Parameters,
  relu,
  selfAttention,
  sequential,
  type Shape,
  stateless,
  type Tensor,
  transformerBlock,
} from 'paralens';
import { drawPooling } from './subject/window.js';
import { check, every, type Sampler } from 'paralens/laws';
import {
  blocksFuture,
  denseIsProduct,
  drawCotangent,
  drawData,
  drawing,
  drawLattice,
  drawLine,
  drawOrder,
  engineOf,
  float64,
  homogeneous,
  increasing,
  keepsOrder,
  line,
  movesWithRow,
  normalizesRows,
  partitionOfUnity,
  placesAlike,
  profileOf,
  rowsApart,
  rowsSumToOne,
  sameMask,
  shiftInvariantRows,
  shiftsWithInput,
  type Subject,
  subjectOf,
  subjectOfPara,
} from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import { describe, test } from 'vitest';
import { layerSubjects } from './subject/layer.js';
import { everyBackend, runsOn } from './subject/backends.js';

const matrix = (rows: number, columns: number) => ({ shape: [rows, columns], low: -4, high: 4 }) as const;

const curve = (name: string, f: (x: Tensor) => Tensor, rows: number, columns: number): Subject =>
  subjectOf<Tensor, Tensor>(name, f, matrix(rows, columns));

/** A softmax of a few rows, made once for each shape. */
const softmaxOf = (rows: number, columns: number): Subject =>
  curve('softmax', operation.softmax, rows, columns);

/** Layers of `[rows, 3]`, their rows independent. */
const perRow: { readonly [name: string]: (rows: number) => Subject } = {
  dense: (rows) => subjectOfPara('dense', dense(3, 2), { input: { shape: [rows, 3] } }),
  'dense, relu, dense': (rows) =>
    subjectOfPara('model', sequential(dense(3, 5), relu(), dense(5, 2)), { input: { shape: [rows, 3] } }),
  softmax: (rows) => softmaxOf(rows, 3),
  logSoftmax: (rows) => curve('logSoftmax', operation.logSoftmax, rows, 3),
  gelu: (rows) => curve('gelu', operation.gelu, rows, 3),
};

const rowExample = (subjectFor: (rows: number) => Subject) => (sampler: Sampler) => {
  const rows = sampler.integer(1, 9);
  const subject = subjectFor(rows);
  const { codomain } = subject.on(float64);
  const draw = (): ReturnType<typeof drawData>[] => subject.ranges.map((range) => drawData(sampler, range));
  return {
    subject,
    rows,
    row: sampler.integer(0, rows - 1),
    x: draw(),
    other: draw(),
    w: drawCotangent(sampler, codomain),
    otherW: drawCotangent(sampler, codomain),
  };
};

const monotone = {
  relu: operation.relu,
  softplus: operation.softplus,
  logSigmoid: operation.logSigmoid,
  sigmoid: operation.sigmoid,
  tanh: operation.tanh,
  erf: operation.erf,
  exp: operation.exp,
  expm1: operation.expm1,
} as const;

describe.each(everyBackend)('E-1 on $name, threads: $threads', (backend) => {
  const engine = engineOf(backend);

  test.each(Object.entries(perRow))('%s works row by row', (name, subjectFor) => {
    check(name, drawing(rowExample(subjectFor)), (at) => rowsApart(at.subject.on(engine), at), {
      runs: runsOn(backend, 15),
    });
  });

  test('softmax is a distribution, equivariant to permutations, and invariant to added constants', () => {
    const example = drawing((sampler) => {
      const [rows, columns] = [sampler.integer(1, 5), sampler.integer(1, 9)];
      const range = { shape: [rows, columns], dtype: 'float32', low: -9, high: 9 } as const;
      return {
        map: softmaxOf(rows, columns).on(engine),
        x: [drawData(sampler, range)],
        whole: [drawLattice(sampler, range)],
        shift: sampler.integer(-100, 100),
        order: drawOrder(sampler, [...Array(columns).keys()]),
      };
    });
    check('softmax', example, ({ map, x, whole, shift, order }) =>
      every([
        () => rowsSumToOne(map, x, order.length),
        () => shiftInvariantRows(map, whole, shift),
        () => movesWithRow(map, x, order),
      ]),
    );
  });

  test('dense is a product plus a bias', () => {
    const example = drawing((sampler) => {
      const draw = layerSubjects['dense'];
      if (draw === undefined) throw new Error('no dense');
      const subject = draw(sampler);
      return {
        subject,
        x: subject.ranges.map((range) => drawLattice(sampler, { ...range, low: -8, high: 8 })),
      };
    });
    check('dense', example, ({ subject, x }) => denseIsProduct(subject.on(engine), x), {
      runs: runsOn(backend, 40),
    });
  });

  test.each(Object.entries(monotone))('%s is increasing along the line', (name, f) => {
    const values = (at: readonly number[]): ArrayLike<number> => profileOf(name, f, at, engine).value;
    const example = drawing((sampler) => [...line, ...drawLine(sampler, 40)]);
    check(name, example, (at) => increasing(name, at, values(at)), { runs: runsOn(backend, 10) });
  });

  test('convolution1d and convolution2d shift with their input', () => {
    const example = drawing((sampler) => {
      const [size, inputs, outputs] = [sampler.integer(1, 3), sampler.integer(1, 2), sampler.integer(1, 2)];
      const plane = sampler.pick([true, false]);
      const layer = plane
        ? (convolution2d(inputs, outputs, size) as Para<Parameters, Tensor, Tensor>)
        : (convolution1d(inputs, outputs, size) as Para<Parameters, Tensor, Tensor>);
      const shape = [2, size + sampler.integer(1, 3), ...(plane ? [size + 1] : []), inputs];
      const subject = subjectOfPara('convolution', layer, { input: { shape } });
      return {
        subject,
        x: subject.ranges.map((range) => drawLattice(sampler, { ...range, low: -8, high: 8 })),
      };
    });
    check('convolution', example, ({ subject, x }) => shiftsWithInput(subject.on(engine), x), {
      runs: runsOn(backend, 12),
    });
  });

  test('maxPooling2d and maxPooling1d are partitions that keep the order', () => {
    const example = drawing((sampler) => {
      const { x: shape, size, options } = drawPooling(sampler);
      const subject = subjectOf<Tensor, Tensor>(
        'maxPool',
        (x) => operation.maxPool(x, size, size.length, options),
        { shape, low: -2, high: 2 },
      );
      return {
        subject,
        x: subject.ranges.map((range) => drawLattice(sampler, range)),
        w: subject.on(float64).codomain.map((range) => drawLattice(sampler, { ...range, low: -8, high: 8 })),
      };
    });
    check(
      'maxPool',
      example,
      ({ subject, x, w }) =>
        every([
          () => partitionOfUnity(subject.on(engine), { x, w }),
          () => keepsOrder(subject.on(engine), x),
        ]),
      { runs: runsOn(backend, 20) },
    );
  });

  test('selfAttention and transformerBlock see no future, and without a mask places are alike', () => {
    const example = drawing((sampler) => {
      const time = sampler.integer(2, 4);
      const causal = sampler.pick([
        selfAttention<number, number, number>(4, 2, { causal: true, rotary: true }),
        transformerBlock<number, number, number>({ width: 4, heads: 2, hidden: 3, causal: true }),
      ]) as Para<Parameters, Tensor, Tensor>;
      const alike = selfAttention(4, 2) as Para<Parameters, Tensor, Tensor>;
      const [late, free] = [causal, alike].map((layer) =>
        subjectOfPara('attention', layer, { input: { shape: [2, time, 4] } }),
      );
      if (late === undefined || free === undefined) throw new Error('no attention');
      const draw = (subject: Subject) => subject.ranges.map((range) => drawData(sampler, range));
      return {
        late,
        free,
        x: draw(late),
        other: draw(late),
        y: draw(free),
        until: sampler.integer(0, time - 2),
        order: drawOrder(sampler, [...Array(time).keys()]),
      };
    });
    check(
      'attention',
      example,
      ({ late, free, x, other, y, until, order }) =>
        every([
          () => blocksFuture(late.on(engine), x, other, until),
          () => placesAlike(free.on(engine), y, order),
        ]),
      { runs: runsOn(backend, 10) },
    );
  });

  test('dropout masks forward and back alike', () => {
    const example = drawing((sampler) => {
      const layer = dropout<Shape>(sampler.pick([0.25, 0.5, 0.75]));
      const subject = subjectOfPara('dropout', layer, { input: { shape: [sampler.integer(1, 40)] } });
      // No number is 0 by itself.
      return {
        subject,
        x: subject.ranges.map(({ shape }) => Float32Array.from({ length: shape[0] ?? 0 }, () => 1.5)),
      };
    });
    check('dropout', example, ({ subject, x }) => sameMask(subject.on(engine), x), {
      runs: runsOn(backend, 10),
    });
  });

  test('relu is positively homogeneous', () => {
    const example = drawing((sampler) => ({
      x: Float32Array.from(sampler.numbers(7, -8, 8)),
      exponent: sampler.integer(-20, 20),
    }));
    const subject = subjectOf<Tensor, Tensor>('relu', operation.relu<Shape, 'float32'>, { shape: [7] });
    check('relu', example, ({ x, exponent }) => homogeneous(subject.on(engine), x, exponent));
  });
});

/** Each normalizes the three rows that it is given, by statistics of each. */
const normalizing: {
  readonly [name: string]: (size: number, epsilon: number) => Para<Parameters, Tensor, Tensor, Buffers>;
} = {
  layerNormalization: (size, epsilon) => layerNormalization<number, Shape>(size, { epsilon }),
  // The channels of a batch are the rows of it turned.
  batchNormalization: (_, epsilon) => {
    const turned = stateless((x: Tensor): Tensor => operation.transpose(x, [1, 0]));
    return sequential(turned, batchNormalization<number, Shape>(3, { epsilon }), turned);
  },
  // The groups of one example's channels are rows beside each other.
  groupNormalization: (size, epsilon) => {
    const shaped = (shape: Shape) => stateless((x: Tensor): Tensor => operation.reshape(x, shape));
    const layer = groupNormalization<number, Shape>(3, 3 * size, { epsilon });
    return sequential(shaped([1, 3 * size]), layer, shaped([3, size]));
  },
};

test.each(Object.entries(normalizing))('E-1 %s forgets origin and scale', (name, layerOf) => {
  const example = drawing((sampler) => {
    const size = sampler.integer(3, 6);
    const subject = subjectOfPara(name, layerOf(size, 1e-14), { input: { shape: [3, size] } });
    const x = subject.ranges.map((range) => drawData(sampler, range));
    // Rows of numbers that differ.
    const spread = x.map((data, i) =>
      subject.ranges[i]?.shape.length === 2
        ? data.map((_: number, at: number) => Math.sin(1 + at * at) + (at % size))
        : data,
    );
    return {
      subject,
      x: spread,
      w: drawCotangent(sampler, subject.on(float64).codomain),
      by: [sampler.integer(1, 5), sampler.integer(-5, 5)] as const,
    };
  });
  check(name, example, ({ subject, x, w, by }) => normalizesRows(subject.on(float64), x, w, by));
});
