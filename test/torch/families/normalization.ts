/** Normalization: values, gradients, and what a batch leaves of the running statistics. */
import * as paralens from 'paralens';
import { concat, reshape, stopGradient } from 'paralens/operation';
import { sizeOf } from 'paralens/program';
import { caseOf, type Draws, type Family, type Fitting } from '../case.js';

type Scaled = paralens.Para<
  readonly [{ readonly scale: Fitting; readonly offset: Fitting }],
  Fitting,
  paralens.Tensor
>;

/** Layers of scale and offset over a shape that ends in channels. */
const normalization =
  (
    drawn: (draws: Draws) => {
      readonly layer: unknown;
      readonly shape: paralens.Shape;
      readonly options: Readonly<Record<string, unknown>>;
    },
  ): Family =>
  (draws) => {
    const { layer, shape, options } = drawn(draws);
    const size = [shape.at(-1) ?? 1];
    return caseOf({
      options,
      inputs: { x: { shape, low: -3, high: 3 }, scale: { shape: size }, offset: { shape: size } },
      f: ({ x, scale, offset }) => (layer as Scaled).run([{ scale, offset }], x)[0],
    });
  };

export const normalizations: { readonly [name: string]: Family } = {
  layerNormalization: normalization(({ integer }) => {
    const size = integer(2, 6);
    return {
      layer: paralens.layerNormalization(size, { epsilon: 0.01 }),
      shape: [integer(1, 3), integer(1, 3), size],
      options: { epsilon: 0.01 },
    };
  }),
  groupNormalization: normalization(({ integer }) => {
    const [groups, size] = [integer(1, 3), integer(1, 3)];
    return {
      layer: paralens.groupNormalization(groups, groups * size, { epsilon: 0.01 }),
      shape: [integer(1, 3), integer(2, 3), integer(1, 3), groups * size],
      options: { epsilon: 0.01, groups },
    };
  }),
  rmsNormalization: ({ integer }) => {
    const size = integer(1, 6);
    return caseOf({
      options: { epsilon: 0.01 },
      inputs: { x: { shape: [integer(1, 4), size] }, scale: { shape: [size] } },
      f: ({ x, scale }) => paralens.rmsNormalization(size, { epsilon: 0.01 }).run([{ scale }], x)[0],
    });
  },
  /** The result, and behind it the running statistics of the next step and what is predicted by them. */
  batchNormalization: ({ integer }) => {
    const channels = integer(1, 4);
    const size = { shape: [channels] };
    const layer = paralens.batchNormalization(channels, { epsilon: 0.01, momentum: 0.7 });
    return caseOf({
      options: { epsilon: 0.01, momentum: 0.7 },
      inputs: {
        x: { shape: [integer(2, 4), integer(1, 3), channels], low: -3, high: 3 },
        scale: size,
        offset: size,
        mean: size,
        variance: { ...size, low: 0.5, high: 2 },
      },
      f: ({ x, scale, offset, mean, variance }) => {
        const parameters = [{ scale, offset }] as const;
        const [y, , after] = layer.run(parameters, x, { mean, variance });
        // PyTorch takes no derivative through running statistics.
        const next = { mean: stopGradient(after.mean), variance: stopGradient(after.variance) };
        const predicted = paralens.evaluation(layer, next).run(parameters, x)[0];
        const parts: readonly paralens.Tensor[] = [y, next.mean, next.variance, predicted];
        return concat(
          parts.map((part) => reshape(part, [sizeOf(part.shape)])),
          0,
        );
      },
    });
  },
};
