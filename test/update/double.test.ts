/** Updates of float64 parameters: what moves them has all digits of float64 on every backend, rates and schedules too. */
import {
  adam,
  adamw,
  chain,
  clipByGlobalNorm,
  compile,
  evaluate,
  momentum,
  rmsprop,
  sgd,
  type Tensor,
  tensor,
  type Update,
  wasm,
} from 'paralens';
import {
  accumulateGradients,
  adagrad,
  adamax,
  addDecayedWeights,
  cosineDecay,
  decoupledDecay,
  exponentialDecay,
  lamb,
  lion,
  nadam,
} from 'paralens/update';
import { reference } from 'paralens/program';
import { describe, expect, test } from 'vitest';

const updates: { readonly [name: string]: Update } = {
  sgd: sgd({ learningRate: 0.1 }),
  'sgd, exponential decay': sgd({ learningRate: exponentialDecay({ rate: 0.1, factor: 0.3, steps: 7 }) }),
  'adam, cosine decay': adam({ learningRate: cosineDecay({ rate: 0.1, steps: 30, end: 0.003 }) }),
  momentum: momentum({ learningRate: 0.1 }),
  rmsprop: rmsprop({ learningRate: 0.1 }),
  adagrad: adagrad({ learningRate: 0.1 }),
  adam: adam({ learningRate: 0.1 }),
  adamw: adamw({ learningRate: 0.1, weightDecay: 0.03 }),
  adamax: adamax({ learningRate: 0.1 }),
  nadam: nadam({ learningRate: 0.1 }),
  lamb: lamb({ learningRate: 0.1 }),
  lion: lion({ learningRate: 0.1, weightDecay: 0.03 }),
  'penalty and clipping': chain(clipByGlobalNorm(0.7), addDecayedWeights(0.03), sgd({ learningRate: 0.1 })),
  'decoupled decay': decoupledDecay(sgd({ learningRate: 0.1 }), 0.03),
  accumulated: accumulateGradients(sgd({ learningRate: 0.1 }), 1),
};

type Parameters = { readonly p: Tensor };

/** Three steps from [1, −0.25] along gradients [1, 0.5], all in one program. */
const steps =
  (update: Update) =>
  (p: Tensor, g: Tensor): Tensor => {
    const begin: Parameters = { p };
    const lens = update.lens<Parameters>();
    const { p: moved } = [0, 1, 2].reduce<readonly [ReturnType<typeof update.init<Parameters>>, Parameters]>(
      ([state, parameters]) => lens.run([state, parameters])[1]({ p: g }),
      [update.init(begin), begin],
    )[1];
    return moved;
  };

describe.each([wasm(), reference()])('on $name', (backend) => {
  test.each(Object.entries(updates))('%s', (_, update) => {
    // Numbers that float32 holds, so that what differs are the rates.
    const [p, g] = [
      [1, -0.25],
      [1, 0.5],
    ] as const;
    const double = (x: readonly number[]): Tensor => tensor(x, 'float64') as never;
    const got = evaluate(compile(steps(update), { backend })(double(p), double(g))).data;
    // The program of float32 with every number of it widened: literals have all their digits there.
    const exact = compile(steps(update), { backend: reference({ precision: 'float64' }) });
    const needed = evaluate(exact(tensor(p), tensor(g))).data;
    for (const [i, x] of [...needed].entries())
      expect(Math.abs((got[i] ?? Number.NaN) - x)).toBeLessThan(1e-15);
  });

  test('p = 1, g = 1 and a rate of 0.1 give 0.9', () => {
    const got = compile(
      (p: Tensor) => {
        const update = sgd({ learningRate: 0.1 });
        return update
          .lens<Tensor>()
          .run([update.init(p), p])[1](p)[1];
      },
      { backend },
    )(tensor([1], 'float64') as never);
    expect([...evaluate(got).data]).toEqual([0.9]);
  });
});
