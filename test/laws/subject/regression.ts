/** Linear regression as the library does it: told as plain numbers, to be held against the formula. */
import {
  type Backend,
  type DenseParameters,
  evaluate,
  key,
  type Learner,
  type LearnerState,
  type Tensor,
  tensor,
  train,
} from 'paralens';
import { drawing, type Fitted, type Line } from 'paralens/laws/kit';
import { from } from 'rxjs';

type FitParameters = readonly [DenseParameters<2, 1>];
type Columns<N extends number> = Tensor<readonly [number, N]>;
export type FitLearner = Learner<LearnerState<FitParameters>, Columns<2>, Columns<1>, Columns<1>>;

export interface Points {
  readonly x: readonly (readonly [number, number])[];
  readonly y: readonly number[];
}

/** Points, whole numbers among them and as many as a power of two, or not. */
export const drawnPoints = (kind: 'whole' | 'any') =>
  drawing((sampler): Points => {
    const count = kind === 'whole' ? 2 ** sampler.integer(0, 3) : sampler.integer(1, 9);
    const draw = kind === 'whole' ? sampler.integers : sampler.numbers;
    const rows = draw(2 * count, -2, 2);
    return {
      x: Array.from({ length: count }, (_, i) => [rows[2 * i] ?? 0, rows[2 * i + 1] ?? 0] as const),
      y: draw(count, -2, 2),
    };
  });

export const initialLine: Line = { kernel: [1, -2], bias: 0.5 };

/** What training on all points tells, step by step. */
export const fitted = (
  line: FitLearner,
  { x, y }: Points,
  { steps, backend }: { readonly steps: number; readonly backend: Backend },
): readonly Fitted[] => {
  const given = { kernel: tensor([[1], [-2]]), bias: tensor([0.5]) };
  const state: LearnerState<FitParameters> = { ...line.init(key(0)), parameters: [given] };
  const batch = { input: tensor(x.flat(), [x.length, 2]), target: tensor([...y], [y.length, 1]) };
  const told: Fitted[] = [];
  from(Array.from({ length: steps }, () => batch))
    .pipe(train(line, { state, backend }))
    .subscribe(
      ({
        loss,
        state: {
          parameters: [{ kernel, bias }],
        },
      }) =>
        told.push({
          loss,
          line: {
            kernel: [...evaluate(kernel, { backend }).data],
            bias: evaluate(bias, { backend }).data[0] ?? Number.NaN,
          },
        }),
    );
  return told;
};
