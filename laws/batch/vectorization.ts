/** The ways from a layer of one example to one of a batch, which the laws of batches are said of. */
import { vmap } from '../../src/autodiff/vmap.js';
import { withPullback } from '../../src/autodiff/custom.js';
import { batched } from '../../src/lens/batched.js';
import { differentiate } from '../../src/lens/differentiable.js';
import { asLens, type Para } from '../../src/lens/para.js';
import type { SimpleLens } from '../../src/lens/lens.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';

/** Leaves of a tree, in order. */
export type Leaves = readonly AnyTensor[];

/** A layer over lists of tensors: what all examples share is its one record of parameters. */
export type LayerOfLeaves = Para<readonly [Leaves], Leaves, Leaves>;

/** From a layer of one example to the lens of all: shared leaves and those of the batch to results. */
export interface Vectorization {
  readonly name: string;
  readonly of: (layer: LayerOfLeaves) => SimpleLens<readonly [readonly [Leaves], Leaves], Leaves>;
}

/** The layer's own backward, as a function that is differentiated by it. */
const asFunction = (layer: LayerOfLeaves): ((argument: readonly [Leaves, Leaves]) => Leaves) =>
  withPullback(
    ([shared, x]: readonly [Leaves, Leaves]) => layer.run([shared], x)[0],
    ([shared, x]) =>
      (dy) => {
        const [[change], dx] = layer.run([shared], x)[1](dy);
        return [change, dx];
      },
  );

/** The library's own. */
export const vectorizations: readonly Vectorization[] = [
  { name: 'batched', of: (layer) => asLens(batched(layer)) },
  {
    name: 'vmap',
    of: (layer) =>
      differentiate(([[shared], batch]) => {
        const f = asFunction(layer);
        return vmap((x: Leaves) => f([shared, x]))(batch);
      }),
  },
];
