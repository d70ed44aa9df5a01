/** Parameters after a few updates. */
import * as paralens from 'paralens';
import type { Tensor, Update } from 'paralens';
import { adagrad, adamax, nadam } from 'paralens/update';
import { caseOf, type Family } from '../case.js';

/** Steps with gradients that are given, whatever the parameters. */
const moved =
  (update: Update, options: Readonly<Record<string, unknown>>): Family =>
  ({ integer }) => {
    const shape = [integer(1, 4), integer(1, 5)];
    return caseOf({
      options,
      gradients: false,
      inputs: { parameter: { shape }, first: { shape }, second: { shape }, third: { shape } },
      f: ({ parameter, first, second, third }) => {
        let state: readonly [paralens.UpdateState<Tensor>, Tensor] = [
          update.init<Tensor>(parameter),
          parameter,
        ];
        for (const gradient of [first, second, third]) state = update.lens<Tensor>().run(state)[1](gradient);
        return state[1];
      },
    });
  };

export const updates: { readonly [name: string]: Family } = {
  sgd: moved(paralens.sgd({ learningRate: 0.1 }), { lr: 0.1 }),
  momentum: moved(paralens.momentum({ learningRate: 0.1, momentum: 0.8 }), { lr: 0.1, momentum: 0.8 }),
  rmsprop: moved(paralens.rmsprop({ learningRate: 0.1, smoothing: 0.8 }), { lr: 0.1, alpha: 0.8, eps: 1e-7 }),
  adagrad: moved(adagrad({ learningRate: 0.1 }), { lr: 0.1 }),
  adamw: moved(paralens.adamw({ learningRate: 0.1, weightDecay: 0.2 }), { lr: 0.1, weight_decay: 0.2 }),
  amsgrad: moved(paralens.adam({ learningRate: 0.1, beta2: 0.5, amsgrad: true }), {
    lr: 0.1,
    betas: [0.9, 0.5],
    amsgrad: true,
  }),
  adamax: moved(adamax({ learningRate: 0.1 }), { lr: 0.1 }),
  nadam: moved(nadam({ learningRate: 0.1 }), { lr: 0.1 }),
  adam: moved(paralens.adam({ learningRate: 0.1, beta1: 0.8, beta2: 0.95 }), { lr: 0.1, betas: [0.8, 0.95] }),
};
