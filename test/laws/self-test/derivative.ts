/** Backwards with planted bugs: of a linear layer, and of functions over tensors. */
import { para, type Tensor, withPullback } from 'paralens';
import {
  brokenLaws,
  derivativeLaws,
  drawing,
  drawSubject,
  type Subject,
  subjectOf,
  subjectOfPara,
} from 'paralens/laws';
import { exp, matmul, multiply, normal, transpose } from 'paralens/operation';
import type { Suspect } from './suspect.js';

type Matrix = Tensor<readonly [number, number]>;
interface Kernel {
  readonly kernel: Matrix;
}
type Backward = (r: Kernel, x: Matrix, dy: Matrix) => readonly [Kernel, Matrix];

const transposed = (x: Matrix): Matrix => transpose(x, [1, 0]) as Matrix;
const product = (x: Matrix, y: Matrix): Matrix => matmul<readonly [number], number, number, 'float32'>(x, y);

const suspect = (name: string, killedBy: readonly string[], subject: Subject): Suspect => ({
  name,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing((sampler) => drawSubject(sampler, subject)),
      derivativeLaws(),
    ),
});

/** y = x·W, with a backward given as its two halves. */
const linear = (name: string, killedBy: readonly string[], back: Backward): Suspect => {
  const layer = para({
    init: (from) => ({ kernel: normal(from, [3, 3]) }),
    run: (r: Kernel, x: Matrix) => [product(x, r.kernel), (dy: Matrix) => back(r, x, dy)],
  });
  return suspect(`linear: ${name}`, killedBy, subjectOfPara('linear', layer, { input: { shape: [3, 3] } }));
};

export const derivativeSuspects: readonly Suspect[] = [
  // y = x·W ⇒ dx = dy·Wᵀ, dW = xᵀ·dy
  linear('sound', [], ({ kernel }, x, dy) => [
    { kernel: product(transposed(x), dy) },
    product(dy, transposed(kernel)),
  ]),
  linear('the kernel’s change is transposed', ['G-1'], ({ kernel }, x, dy) => [
    { kernel: product(transposed(dy), x) },
    product(dy, transposed(kernel)),
  ]),
  suspect(
    'exp(2x): a factor is forgotten',
    ['G-1'],
    subjectOf(
      'exp(2x)',
      withPullback(
        (x: Tensor<readonly [2]>) => exp(multiply(x, 2)),
        (x) => (dy) => multiply(dy, exp(multiply(x, 2))),
      ),
      { shape: [2] },
    ),
  ),
];
