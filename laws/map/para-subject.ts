/** A layer as a subject: its parameters and its argument together are the argument of a lens. */
import type { Specifications } from '../arbitrary/specification.js';
import { dataOf } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import type { SimpleLens } from '../../src/lens/lens.js';
import type { Buffers, Para, Parameters } from '../../src/lens/para.js';
import { key } from '../../src/operation/random.js';
import { isFloat } from '../../src/tensor/dtype.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves, mapTree } from '../../src/tree/tree.js';
import { type Subject, subjectOfLens } from './subject.js';

export interface ParaSpecification<P, A> {
  readonly input: Specifications<A>;
  /** Those that `init` makes, with floats between −1 and 1, unless given. */
  readonly parameters?: Specifications<P>;
}

/** What `init` makes, as specifications. */
export const specificationsOf = <P>(parameters: P): Specifications<P> =>
  // Each leaf has become its specification, which is what the type says.
  mapTree<unknown>(parameters, (each) => {
    const { shape, dtype } = each as AnyTensor;
    return { shape, dtype, low: isFloat(dtype) ? -1 : 0, high: 1 };
  }) as Specifications<P>;

/** Parameters and argument of a layer, under the names that messages use. */
export interface ParaArgument<P, A> {
  readonly parameters: P;
  readonly input: A;
}

/** A layer as a lens from parameters and argument together. */
const lensOfPara = <P extends Parameters, A, B, S extends Buffers>(
  layer: Para<P, A, B, S>,
  buffers: S,
): SimpleLens<ParaArgument<P, A>, B> => ({
  run: ({ parameters, input }) => {
    const [b, back] = layer.run(parameters, input, ...buffers);
    return [
      b,
      (db) => {
        const [dp, da] = back(db);
        return { parameters: dp, input: da };
      },
    ];
  },
});

/**
 * A layer with its parameters; its leaves are called `parameters.0.kernel` and `input`. Its buffers are those before the
 * first step.
 */
export const subjectOfPara = <P extends Parameters, A, B, S extends Buffers>(
  name: string,
  layer: Para<P, A, B, S>,
  specification: ParaSpecification<P, A>,
): Subject => {
  const initial = layer.init(key(0));
  const { input, parameters = specificationsOf(initial) } = specification;
  const lens = lensOfPara(layer, layer.buffers.init(key(0)));
  const subject = subjectOfLens<ParaArgument<P, A>, B>(name, lens, { parameters, input });
  // Leaves are in the order of their names: those of `input`, then those of `parameters`.
  const made = dataOf(leaves<AnyTensor>(initial), reference());
  const inputs = Array.from({ length: subject.ranges.length - made.length }, () => undefined);
  return { ...subject, initial: [...inputs, ...made] };
};
