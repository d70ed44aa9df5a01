/** Reductions against plain loops: a gradient check cannot see that the function itself is another one. */
import { type DType, evaluate, type Shape, type Tensor, tensor } from 'paralens';
import { argmax, max, mean, min, sum } from 'paralens/operation';
import { check } from 'paralens/laws';
import { bitwise, drawData, drawing, normWise, same } from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import { everyBackend } from './subject/backends.js';

type Fold = (numbers: readonly number[]) => number;

const total: Fold = (numbers) => numbers.reduce((a, b) => a + b, 0);
const reductions: {
  readonly [name: string]: readonly [(x: Tensor<Shape, DType>) => Tensor<Shape, DType>, Fold];
} = {
  sum: [(x) => sum(x, [1]), total],
  max: [(x) => max(x, [1]), (numbers) => Math.max(...numbers)],
  min: [(x) => min(x, [1]), (numbers) => Math.min(...numbers)],
  argmax: [(x) => argmax(x), (numbers) => numbers.indexOf(Math.max(...numbers))],
};

const cases = everyBackend.flatMap((backend) =>
  Object.entries(reductions).flatMap(([name, [f, fold]]) =>
    (['float32', 'int32', 'uint32'] as const).map((dtype) => ({ backend, name, f, fold, dtype })),
  ),
);

describe('M-1 reductions agree with their definition', () => {
  test.each(cases)('$name of $dtype on $backend.name', ({ backend, name, f, fold, dtype }) => {
    const example = drawing((sampler) => {
      const shape = [sampler.integer(1, 3), sampler.integer(1, 5)];
      return { shape, data: drawData(sampler, { shape, dtype, low: -9, high: 9 }) };
    });
    check(name, example, ({ shape, data }) => {
      const [count = 0, size = 0] = shape;
      const numbers = [...data];
      const rows = Array.from({ length: count }, (_, i) => numbers.slice(i * size, (i + 1) * size));
      const got = [...evaluate(f(tensor(data, shape, dtype)), { backend }).data];
      return same(dtype === 'float32' ? normWise({ rtol: 1e-6 }) : bitwise, got, rows.map(fold), {
        law: 'M-1',
        subject: `${name} of ${dtype}`,
        what: `not the ${name}`,
      });
    });
  });

  test('the mean of floats', () => {
    const example = drawing(({ numbers }) => numbers(6, -9, 9));
    check('mean', example, (numbers) =>
      same(normWise({ rtol: 1e-6 }), [...evaluate(mean(tensor(numbers, [6]))).data], [total(numbers) / 6], {
        law: 'M-1',
        subject: 'mean',
        what: 'not the mean',
      }),
    );
  });
});
