/** Backwards with planted bugs: of a linear layer, and of functions over tensors. */
import { para, type Tensor, tensor } from 'paralens';
import {
  abs,
  add,
  broadcast,
  contract,
  divide,
  exp,
  matmul,
  max,
  maximum,
  minimum,
  multiply,
  normal,
  relu,
  scatterAdd,
  sigmoid,
  softplus,
  sqrt,
  subtract,
  sum,
  take,
  tanh,
  transpose,
  withPullback,
} from 'paralens/operation';
import { type Law, law } from 'paralens/laws';
import {
  backwardIsAdjoint,
  betweenSlopes,
  derivativeLaws,
  drawLattice,
  drawSubject,
  extrapolatedSlope,
  float64,
  fusedIsComposed,
  partitionOfUnity,
  type Subject,
  type SubjectAtPoint,
  subjectOf,
  subjectOfPara,
} from 'paralens/laws/kit';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

type Matrix = Tensor<readonly [number, number]>;
type Row = Tensor<readonly [2]>;
interface Kernel {
  readonly kernel: Matrix;
}
type Backward = (r: Kernel, x: Matrix, dy: Matrix) => readonly [Kernel, Matrix];

const transposed = (x: Matrix): Matrix => transpose(x, [1, 0]);
const product = (x: Matrix, y: Matrix): Matrix => matmul<readonly [number], number, number, 'float32'>(x, y);

const suspect = (
  name: string,
  killedBy: readonly string[],
  subject: Subject,
  laws: readonly Law<SubjectAtPoint>[] = derivativeLaws(),
): Suspect => plant(name, killedBy, (sampler) => drawSubject(sampler, subject), laws);

/** y = x·W, with a backward given as its two halves. */
const linear = (name: string, killedBy: readonly string[], back: Backward): Suspect => {
  const layer = para({
    init: (from) => ({ kernel: normal(from, [3, 3]) }),
    run: (r: Kernel, x: Matrix) => [product(x, r.kernel), (dy: Matrix) => back(r, x, dy)],
  });
  return suspect(`linear: ${name}`, killedBy, subjectOfPara('linear', layer, { input: { shape: [3, 3] } }));
};

// y = x·W ⇒ dx = dy·Wᵀ, dW = xᵀ·dy
const ofKernel = (x: Matrix, dy: Matrix): Kernel => ({ kernel: product(transposed(x), dy) });
const ofInput = ({ kernel }: Kernel, dy: Matrix): Matrix => product(dy, transposed(kernel));

const linearSuspects: readonly Suspect[] = [
  linear('sound', [], (r, x, dy) => [ofKernel(x, dy), ofInput(r, dy)]),
  linear('the kernel’s change is transposed', ['G-1', 'RD.7'], (r, x, dy) => [
    { kernel: product(transposed(dy), x) },
    ofInput(r, dy),
  ]),
  linear('the input’s change uses the kernel and not its transpose', ['G-1'], ({ kernel }, x, dy) => [
    ofKernel(x, dy),
    product(dy, kernel),
  ]),
  linear('the kernel’s change is missing', ['G-1'], (r, x, dy) => [
    { kernel: multiply(r.kernel, 0) },
    add(ofInput(r, dy), multiply(x, 0)),
  ]),
  linear('the cotangent is ignored', ['RD.2'], ({ kernel }, x) => [{ kernel: x }, kernel]),
  linear('a bias leaks into the backward', ['RD.2'], (r, x, dy) => [
    { kernel: add(ofKernel(x, dy).kernel, 1e-3) },
    ofInput(r, dy),
  ]),
  linear('the cotangent’s absolute value', ['RD.2', 'RD.6'], (r, x, dy) => [
    { kernel: product(transposed(x), abs(dy)) },
    ofInput(r, dy),
  ]),
  linear('the cotangent is clipped', ['RD.2'], (r, x, dy) => [
    ofKernel(x, dy),
    ofInput(r, maximum(dy, -0.5)),
  ]),
  linear('the broadcast is not summed', ['G-4'], (r, x, dy) => [
    ofKernel(x, dy),
    sum(ofInput(r, dy), [0] as readonly number[]) as Matrix,
  ]),
  linear('changes of kernel and input in each other’s place', ['G-1'], (r, x, dy) => [
    { kernel: ofInput(r, dy) },
    ofKernel(x, dy).kernel,
  ]),
];

/** Rows over their lengths. */
const unitRows = (epsilon: number): Subject =>
  subjectOf(
    'unit rows',
    (x: Matrix) => divide(x, broadcast(sqrt(add(sum(multiply(x, x), [1]), epsilon)), x.shape, [0])),
    { shape: [3, 2] },
  );

const functionSuspects: readonly Suspect[] = [
  suspect(
    'tanh(x)·x: sound',
    [],
    subjectOf('tanh(x)·x', (x: Row) => multiply(tanh(x), x), { shape: [2] }),
  ),
  suspect(
    'exp(2x): sound, its backward by hand',
    [],
    subjectOf(
      'exp(2x)',
      withPullback(
        (x: Row) => exp(multiply(x, 2)),
        (x) => (dy) => multiply(dy, multiply(exp(multiply(x, 2)), 2)),
      ),
      { shape: [2] },
    ),
  ),
  suspect(
    'exp(2x): a factor is forgotten',
    ['G-1'],
    subjectOf(
      'exp(2x)',
      withPullback(
        (x: Row) => exp(multiply(x, 2)),
        (x) => (dy) => multiply(dy, exp(multiply(x, 2))),
      ),
      { shape: [2] },
    ),
  ),
  suspect(
    'x·|x|: the second derivative is wrong, the first is right',
    ['G-7'],
    subjectOf(
      'x·|x|',
      withPullback(
        (x: Row) => multiply(x, abs(x)),
        (x) => (dy) => multiply(dy, multiply(2, withPullback(abs, () => (w) => multiply(w, 0))(x))),
      ),
      { shape: [2] },
    ),
  ),
  suspect('x/√(‖x‖² + ε)', [], unitRows(1e-3)),
  suspect('x/‖x‖: 0/0 at a row of zeros', ['N-4'], unitRows(0)),
  suspect(
    'sigmoid: one part in ten million leaks',
    ['G-2'],
    subjectOf(
      'sigmoid',
      withPullback(
        (x: Row) => sigmoid(x),
        (x) => (dy) => multiply(dy, multiply(multiply(sigmoid(x), sigmoid(multiply(x, -1))), 1.0000001)),
      ),
      { shape: [2] },
    ),
    [
      ...derivativeLaws({ twice: false }),
      law('G-2', ({ map, point }) => extrapolatedSlope(map, point, 1e-8)),
    ],
  ),
];

/** Whole numbers, so that there are zeros and ties everywhere, and sums are exact. */
const onLattice = (
  name: string,
  killedBy: readonly string[],
  subject: Subject,
  laws: readonly Law<SubjectAtPoint>[],
): Suspect =>
  plant(
    name,
    killedBy,
    (sampler) => {
      const at = drawSubject(sampler, subject);
      const x = subject.ranges.map((range) => drawLattice(sampler, range));
      const w = at.map.codomain.map(({ shape }) =>
        drawLattice(sampler, { shape, dtype: 'float32', low: -8, high: 8 }),
      );
      return { ...at, point: { ...at.point, x, w } };
    },
    laws,
    { runs: 50 },
  );

const kinkLaws: readonly Law<SubjectAtPoint>[] = [
  // Of one entry of the result: several would cancel.
  law('G-5', ({ map, point }) =>
    betweenSlopes(map, { ...point, w: point.w.map((data) => data.map((_, i) => (i === 0 ? 1 : 0))) }),
  ),
];
const choiceLaws: readonly Law<SubjectAtPoint>[] = [
  ...kinkLaws,
  law('G-6', ({ map, point }) => partitionOfUnity(map, point)),
];

const rows = { shape: [3, 4], low: -1, high: 1 } as const;

/** Rows’ largest entries, with a backward that is given what is tied with it. */
const largest = (back: (tied: Tensor, dy: Tensor) => Tensor): Subject =>
  subjectOf<Tensor, Tensor>(
    'max',
    withPullback(
      (x: Tensor) => max(x, [1]),
      (x) => (dy) => {
        const all = broadcast(max(x, [1]), x.shape, [0]);
        return back(subtract(1, minimum(abs(subtract(x, all as Tensor<never>)), 1)), dy);
      },
    ),
    rows,
  );

const indices = tensor([2, 0, 2, 1, 2], 'int32');
const taken = (back: (dy: Tensor) => Tensor): Subject =>
  subjectOf<Tensor, Tensor>(
    'take',
    withPullback(
      (x: Tensor) => take(x, indices, 0),
      () => back,
    ),
    { shape: [3, 2], low: -8, high: 8 },
  );
const adjointLaws: readonly Law<SubjectAtPoint>[] = [
  law('G-8', ({ map, point }) =>
    backwardIsAdjoint(
      {
        map,
        back: (w) =>
          taken((dy) => scatterAdd(indices, dy, 0, 3))
            .on(float64)
            .backward(point.x, w),
      },
      point,
    ),
  ),
];

const latticeSuspects: readonly Suspect[] = [
  onLattice('relu: sound at kinks', [], subjectOf<Tensor, Tensor>('relu', relu, rows), kinkLaws),
  onLattice(
    'relu: twice the slope at 0',
    ['G-5'],
    subjectOf<Tensor, Tensor>(
      'relu',
      withPullback(
        (x: Tensor) => relu(x),
        // 2 at 0, 1 above, 0 below
        (x) => (dy) => multiply(dy, maximum(0, subtract(2, abs(subtract(minimum(x, 1), 0))))),
      ),
      rows,
    ),
    kinkLaws,
  ),
  onLattice(
    'max: each of several that tie gets all',
    ['G-5', 'G-6'],
    largest((tied, dy) => contract(tied, dy, 'ij,i->ij')),
    choiceLaws,
  ),
  onLattice(
    'take: an index that comes twice is counted once',
    ['G-8'],
    taken((dy) => scatterAdd(tensor([2, 0, 1], 'int32'), take(dy, tensor([0, 1, 3], 'int32'), 0), 0, 3)),
    adjointLaws,
  ),
];

/** A fused form against the composition that it stands for. */
const softplusOf = (f: (x: Tensor) => Tensor): Subject =>
  subjectOf<Tensor, Tensor>('softplus', f, { shape: [2, 3] });
const fusedSuspect = suspect(
  'softplus: the fused backward at a point beside',
  ['RD.5'],
  softplusOf(
    withPullback(
      (x: Tensor) => softplus(x),
      (x) => (dy) => multiply(dy, sigmoid(subtract(x, 1e-6))),
    ),
  ),
  [law('RD.5', ({ map, point }) => fusedIsComposed(map, softplusOf(softplus).on(float64), point))],
);

export const derivativeSuspects: readonly Suspect[] = [
  ...linearSuspects,
  ...functionSuspects,
  ...latticeSuspects,
  fusedSuspect,
];
