/** Matrix products in float32, billions of multiplications and additions a second. */
import { type Backend, evaluate, key } from 'paralens';
import { compileChecked, trace } from 'paralens/program';
import { matmul, uniform } from 'paralens/operation';
import { type Figure, figureOf, median, timesOf } from './measure.js';

const SIZES = [
  [128, 784, 512],
  [512, 512, 512],
  [1024, 1024, 1024],
] as const;

export const sgemm = (backend: Backend): readonly Figure[] =>
  SIZES.map(([m, k, n]) => {
    const [left, right] = [
      { shape: [m, k], dtype: 'float32' },
      { shape: [k, n], dtype: 'float32' },
    ] as const;
    // Factors and product stay in the machine's memory, as peers' stay in theirs.
    const result = { shape: [m, n], dtype: 'float32' } as const;
    const program = trace((a, b) => [a, b, matmul(a as never, b as never)], [left, right, result], 3);
    const factors = [evaluate(uniform(key(1), left.shape)).data, evaluate(uniform(key(2), right.shape)).data];
    const machine = compileChecked(backend, program).start([...factors, new Float32Array(m * n)]);
    const ms = median(timesOf(() => void machine.step([]), m > 512 ? 20 : 100, 10));
    return figureOf(`sgemm ${m}×${k}×${n}`, backend)('rate', (2 * m * k * n) / ms / 1e6, 'GFLOP/s');
  });
