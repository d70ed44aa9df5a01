/** E-1: what layers do with rows, with order and with size. */
import { dense, relu, sequential, type Shape, type Tensor } from 'paralens';
import {
  check,
  denseIsProduct,
  drawCotangent,
  drawData,
  drawing,
  drawLattice,
  drawLine,
  drawOrder,
  engineOf,
  every,
  float64,
  homogeneous,
  increasing,
  line,
  movesWithRow,
  profileOf,
  rowsApart,
  rowsSumToOne,
  type Sampler,
  shiftInvariantRows,
  type Subject,
  subjectOf,
  subjectOfPara,
} from 'paralens/laws';
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
  logistic: operation.logistic,
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

  test('softmax is a distribution, moves with its row, and not with what is added', () => {
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

  test('dense is a product and a bias', () => {
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

  test('relu is positively homogeneous', () => {
    const example = drawing((sampler) => ({
      x: Float32Array.from(sampler.numbers(7, -8, 8)),
      exponent: sampler.integer(-20, 20),
    }));
    const subject = subjectOf<Tensor, Tensor>('relu', operation.relu<Shape, 'float32'>, { shape: [7] });
    check('relu', example, ({ x, exponent }) => homogeneous(subject.on(engine), x, exponent));
  });
});
