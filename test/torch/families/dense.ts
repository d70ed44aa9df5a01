/** Dense layers and activations. */
import * as paralens from 'paralens';
import type { Para, Shape, Tensor } from 'paralens';
import { caseOf, type Family } from '../case.js';

const activation =
  (layer: () => Para<readonly [], Tensor, Tensor>, range = 5): Family =>
  ({ integer }) =>
    caseOf({
      inputs: { x: { shape: [integer(1, 4), integer(1, 7)], low: -range, high: range } },
      f: ({ x }) => layer().run([], x)[0],
    });

export const dense: { readonly [name: string]: Family } = {
  dense: ({ integer }) => {
    const [lead, inputs, outputs] = [integer(1, 5), integer(1, 6), integer(1, 6)];
    const layer = paralens.dense<number, number, Shape>(inputs, outputs);
    return caseOf({
      inputs: {
        x: { shape: [lead, inputs] },
        kernel: { shape: [inputs, outputs] },
        bias: { shape: [outputs] },
      },
      f: ({ x, kernel, bias }) => layer.run([{ kernel, bias }], x)[0],
    });
  },
  relu: activation(paralens.relu),
  tanh: activation(paralens.tanh),
  logistic: activation(paralens.logistic),
  softplus: activation(paralens.softplus),
  gelu: activation(paralens.gelu),
  // Of larger logits one is nearly 1, and its gradient a difference that float32 cannot tell from 0.
  softmax: activation(paralens.softmax, 2),
};
