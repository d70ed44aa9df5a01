/** A law of rounding knows what rounding may do: an ill-conditioned step is not blamed on a kernel. */
import {
  adam,
  adamw,
  type Backend,
  batchNormalization,
  dense,
  learner,
  meanSquaredError,
  relu,
  rmsprop,
  sequential,
  type Update,
  wasm,
} from 'paralens';
import { reference } from 'paralens/program';
import { batchDrawer, brokenLaws, drawing, drawRun, learnerLaws } from 'paralens/laws/kit';
import { expect, test } from 'vitest';

const updates: readonly (readonly [string, Update])[] = [
  ['adam', adam()],
  ['adam with a large rate', adam({ learningRate: 1 })],
  ['adamw', adamw()],
  ['rmsprop', rmsprop()],
];

/** A backend with a planted bug: an exponential in place of each square root. */
const wrongRoots: Backend = {
  ...reference(),
  name: 'wrong roots',
  compile: (program) =>
    reference().compile({
      ...program,
      instructions: program.instructions.map((each) =>
        each.kind === 'operation' && each.name === 'sqrt' ? { ...each, name: 'exp' as const } : each,
      ),
    }),
};

test.each(updates)(
  'B-1 does not blame a kernel for a bias before a normalization, whose gradient is rounding alone, under %s',
  (_, update) => {
    const fitting = learner({
      model: sequential(dense(3, 4), batchNormalization(4), relu(), dense(4, 1)),
      loss: meanSquaredError(),
      update,
    });
    const draw = batchDrawer<(typeof fitting)['step'] extends (s: never, b: infer B) => unknown ? B : never>({
      input: { shape: [6, 3] },
      target: { shape: [6, 1] },
    });
    const laws = learnerLaws(fitting, { examples: false, backends: [wasm(), reference()] }).filter(
      ({ id }) => id === 'B-1' || id === 'B-3',
    );
    expect(laws.length).toBe(4);
    const runs = drawing((sampler) => drawRun(sampler, fitting, draw));
    expect(brokenLaws(runs, laws, { runs: 4 })).toEqual([]);
    const wrong = learnerLaws(fitting, { examples: false, backends: [wrongRoots] }).filter(
      ({ id }) => id === 'B-1',
    );
    expect(brokenLaws(runs, wrong, { runs: 4 })).toEqual(['B-1']);
  },
);
