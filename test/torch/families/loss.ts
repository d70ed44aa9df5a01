/** Losses of a batch, against gradients of the predictions. */
import * as paralens from 'paralens';
import type { Loss, Tensor } from 'paralens';
import { caseOf, type Draws, type Family, type Input } from '../case.js';

/** A loss of predictions and targets of one shape. */
const alike =
  (
    loss: () => Loss<Tensor, Tensor>,
    prediction: Omit<Input, 'shape'>,
    target: Omit<Input, 'shape'>,
    least = 1,
  ): Family =>
  ({ integer }: Draws) => {
    const shape = [integer(1, 5), integer(least, 6)];
    return caseOf({
      inputs: { prediction: { shape, ...prediction }, target: { shape, ...target } },
      f: (inputs) => loss().run([inputs.prediction, inputs.target])[0],
    });
  };

const logits = { low: -6, high: 6 };
const share = { low: 0, high: 1 };

export const losses: { readonly [name: string]: Family } = {
  meanAbsoluteError: alike(paralens.meanAbsoluteError, {}, {}),
  huber: alike(() => paralens.huber(0.5), {}, {}),
  hinge: alike(paralens.hinge, {}, {}),
  // Of one number the gradient is 0 here, and rounding there.
  cosineDistance: alike(paralens.cosineDistance, {}, {}, 2),
  klDivergence: alike(paralens.klDivergence, logits, { low: 0.01, high: 1 }),
  smoothedCrossEntropy: alike(() => paralens.softmaxCrossEntropy({ smoothing: 0.25 }), logits, share),
  meanSquaredError: alike(paralens.meanSquaredError, {}, {}),
  binaryCrossEntropy: alike(paralens.binaryCrossEntropy, logits, share),
  softmaxCrossEntropy: alike(paralens.softmaxCrossEntropy, logits, share),
  sparseSoftmaxCrossEntropy: ({ integer }) => {
    const [batch, classes] = [integer(1, 5), integer(2, 7)];
    return caseOf({
      inputs: {
        prediction: { shape: [batch, classes], ...logits },
        target: { shape: [batch], dtype: 'int32', low: 0, high: classes - 1 },
      },
      f: ({ prediction, target }) => paralens.sparseSoftmaxCrossEntropy().run([prediction, target])[0],
    });
  },
};
