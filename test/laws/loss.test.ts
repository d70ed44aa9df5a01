/** S-1 to S-4, S-6 to S-8, and M-2: the losses and metrics of the library. */
import {
  accuracyLaws,
  binaryCrossEntropyLaws,
  check,
  crossEntropyLaws,
  drawDistributions,
  drawing,
  drawLabels,
  drawTruths,
  drawWholeBatch,
  engineOf,
  type Law,
  type LossBatch,
  rowGradientLaw,
  shareLaw,
  type Sampler,
  smoothingLaw,
  squaredErrorLaws,
  stableLaw,
} from 'paralens/laws';
import { describe, test } from 'vitest';
import { families } from './subject/loss.js';
import { everyBackend, runsOn } from './subject/backends.js';

const { meanSquaredError, softmaxCrossEntropy, sparseSoftmaxCrossEntropy, binaryCrossEntropy, accuracy } =
  families;

type Kind = readonly [draw: (sampler: Sampler) => LossBatch, laws: readonly Law<LossBatch>[]];

const losses: { readonly [name: string]: Kind } = {
  meanSquaredError: [(sampler) => drawWholeBatch(sampler, meanSquaredError), squaredErrorLaws()],
  softmaxCrossEntropy: [
    (sampler) => drawDistributions(sampler, softmaxCrossEntropy),
    [...crossEntropyLaws(), smoothingLaw],
  ],
  sparseSoftmaxCrossEntropy: [
    (sampler) => drawLabels(sampler, sparseSoftmaxCrossEntropy),
    crossEntropyLaws(),
  ],
  binaryCrossEntropy: [(sampler) => drawTruths(sampler, binaryCrossEntropy), binaryCrossEntropyLaws()],
};

describe.each(Object.entries(losses))('%s', (name, [draw, laws]) => {
  test('its laws in float64', () => {
    check(name, drawing(draw), laws, { runs: 60 });
  });

  test.each(everyBackend)('S-3 finite and S-7 row by row on $name, threads: $threads', (backend) => {
    check(
      name,
      drawing(draw),
      [stableLaw(backend), rowGradientLaw(backend)].slice(name === 'meanSquaredError' ? 1 : 0),
      { runs: runsOn(backend, 20) },
    );
  });
});

describe('accuracy', () => {
  const example = drawing((sampler) => drawLabels(sampler, accuracy, true));

  test('its laws in float64', () => {
    check('accuracy', example, accuracyLaws(), { runs: 100 });
  });

  test.each(everyBackend)('a share of rows on $name, threads: $threads', (backend) => {
    check('accuracy', example, shareLaw(engineOf(backend)));
  });
});
