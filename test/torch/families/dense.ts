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
  sigmoid: activation(paralens.sigmoid),
  softplus: activation(paralens.softplus),
  gelu: activation(paralens.gelu),
  geluTanh: activation(paralens.geluTanh),
  silu: activation(paralens.silu),
  mish: activation(paralens.mish),
  elu: activation(() => paralens.elu(0.5)),
  celu: activation(() => paralens.celu(0.5)),
  selu: activation(paralens.selu),
  softsign: activation(paralens.softsign),
  leakyRelu: activation(() => paralens.leakyRelu(0.2)),
  relu6: activation(paralens.relu6, 9),
  hardTanh: activation(paralens.hardTanh),
  hardSigmoid: activation(paralens.hardSigmoid),
  hardSwish: activation(paralens.hardSwish),
  logSigmoid: activation(paralens.logSigmoid),
  logSoftmax: activation(paralens.logSoftmax),
  glu: ({ integer }) =>
    caseOf({
      inputs: { x: { shape: [integer(1, 4), 2 * integer(1, 4)] } },
      f: ({ x }) => paralens.glu().run([], x)[0],
    }),
  prelu: ({ integer }) => {
    const channels = integer(1, 5);
    return caseOf({
      inputs: { x: { shape: [integer(1, 4), channels] }, slope: { shape: [channels] } },
      f: ({ x, slope }) => paralens.prelu(channels).run([{ slope }], x)[0],
    });
  },
  // Of larger logits one is nearly 1, and its gradient a difference that float32 cannot tell from 0.
  softmax: activation(paralens.softmax, 2),
};
