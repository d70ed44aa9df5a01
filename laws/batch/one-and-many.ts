/** A lens of one example beside that of a batch: some leaves of its argument are the examples' own, others shared. */
import type { SimpleLens } from '../../src/lens/lens.js';
import { para } from '../../src/lens/para.js';
import { placeholder } from '../../src/graph/trace.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves, unflatten } from '../../src/tree/tree.js';
import type { Engine } from '../map/engine.js';
import {
  type Computation,
  lazily,
  type NumericMap,
  numericMap,
  placesOf,
  traceLens,
} from '../map/numeric-map.js';
import { perEngine } from '../map/subject.js';
import type { LayerOfLeaves, Leaves, Vectorization } from './vectorization.js';

export interface OneAndMany {
  readonly name: string;
  readonly size: number;
  /** Of each leaf of the argument, whether each example has its own. */
  readonly mask: readonly boolean[];
  /** The map of one example. */
  readonly one: (engine: Engine) => NumericMap;
  /** The map of all: shared leaves first, then those of the batch, each in order. */
  readonly many: (engine: Engine) => NumericMap;
  readonly computations: () => { readonly forward: Computation; readonly backward: Computation };
}

/** Those of a list that a mask names, or those that it does not. */
export const chosen = <T>(list: readonly T[], mask: readonly boolean[], wanted: boolean): readonly T[] =>
  list.filter((_, i) => (mask[i] === true) === wanted);

/** The lens as a layer: what is shared is its parameters. */
const layerOf = <A, B>(lens: SimpleLens<A, B>, like: A, mask: readonly boolean[]): LayerOfLeaves =>
  para({
    init: () => [],
    run: (shared: Leaves, own: Leaves) => {
      const [rest, mine] = [[...shared], [...own]];
      const parts = mask.map((isOwn) => (isOwn ? mine : rest).shift());
      const [b, back] = lens.run(unflatten(like, parts));
      return [
        leaves<AnyTensor>(b),
        (db: Leaves) => {
          const changes = leaves<AnyTensor>(back(unflatten(b, db)));
          return [chosen(changes, mask, false), chosen(changes, mask, true)];
        },
      ];
    },
  });

/** The lens of one example, and what a vectorization makes of it for a batch. */
export const batchOf = <A, B>(
  name: string,
  vectorization: Vectorization,
  { lens, like }: { readonly lens: SimpleLens<A, B>; readonly like: A },
  { mask, size }: Pick<OneAndMany, 'mask' | 'size'>,
): OneAndMany => {
  const all = leaves<AnyTensor>(like);
  const batch: Leaves = chosen(all, mask, true).map(({ shape, dtype }) =>
    placeholder({ shape: [size, ...shape], dtype }, 'batch'),
  );
  const one = lazily(() => traceLens(lens, like));
  const many = lazily(() =>
    traceLens(vectorization.of(layerOf(lens, like, mask)), [[chosen(all, mask, false)], batch] as const),
  );
  const title = `${vectorization.name} of ${name}`;
  return {
    name: title,
    size,
    mask,
    one: perEngine((engine) => numericMap(name, one(), engine)),
    many: perEngine((engine) => numericMap(title, many(), engine)),
    computations: () => {
      const { forward, backward, result, change } = many();
      return {
        forward: { name: title, program: forward, results: placesOf(result) },
        backward: { name: `backward of ${title}`, program: backward, results: placesOf(change) },
      };
    },
  };
};
