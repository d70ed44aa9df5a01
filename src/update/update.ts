/** Updates: optimizers as lenses that move parameters against their gradient. */
import type { Lens } from '../lens/lens.js';
import { fail } from '../error.js';
import { required } from '../require.js';
import { add, minimum } from '../operation/arithmetic.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { type DType, isFloat } from '../tensor/dtype.js';
import type { Scalar, Shape } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { ownOf, setOwn, leaves, mapTree, sameStructure, structureOf, unflatten } from '../tree/tree.js';
import { inFloat64 } from './float64.js';
import { type LearningRate, scheduleOf } from './schedule.js';

/** The state of an update between steps, a tree of tensors like the parameters. */
export interface UpdateState<P> {
  /** The number of applied updates. */
  readonly count: Tensor<Scalar, 'int32'>;
  /** Scalars, such as powers of a decay rate. */
  readonly scalars: { readonly [name: string]: Tensor<Scalar> };
  /** Tensors for each parameter, such as a velocity. */
  readonly slots: { readonly [name: string]: P };
  /** The states of inner updates, if the update contains others. */
  readonly parts?: { readonly [name: string]: UpdateState<unknown> };
}

/** The largest int32. */
const MOST_UPDATES = 2 ** 31 - 1;

/**
 * The count plus one. It stays at 2³¹ − 1, so that it never becomes negative in a run of months; schedules are constant
 * from there on.
 */
export const nextCount = (count: Tensor<Scalar, 'int32'>): Tensor<Scalar, 'int32'> =>
  add(minimum(count, MOST_UPDATES - 1), 1);

/** State and parameters. */
export type Updated<P> = readonly [state: UpdateState<P>, parameters: P];

/** The input of a step: state, parameters, and the weight of its gradient when gradients are averaged. */
export type UpdateInput<P> = readonly [
  state: UpdateState<P>,
  parameters: P,
  weight?: (() => Tensor<Scalar>) | undefined,
];

/**
 * An optimizer as a lens over (state × parameters). Forward returns the parameters at which the gradient is taken;
 * backward takes the gradient and returns the next state and parameters. Parameters that are not floats do not change.
 */
export interface Update {
  readonly init: <P>(parameters: P) => UpdateState<P>;
  readonly lens: <P>() => Lens<UpdateInput<P>, Updated<P>, P, P>;
}

/** The input of an element-wise rule for one parameter. */
export interface Leaf {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** The slots of this parameter, by name. */
  readonly slots: Readonly<Record<string, Tensor>>;
  readonly rate: Tensor<Scalar>;
  /** The scalars, already advanced to this step. */
  readonly scalars: Readonly<Record<string, Tensor<Scalar>>>;
}

/** A scalar of the state: its initial value, and its next value given the scalars before it in the list. */
export interface MovingScalar {
  readonly initial: number;
  readonly next: (value: Tensor<Scalar>, moved: Readonly<Record<string, Tensor<Scalar>>>) => Tensor<Scalar>;
}

/** An update that treats all parameters in the same way, element by element. */
export interface ElementwiseRule {
  readonly learningRate: LearningRate;
  /** The names of the slots; all start at 0. */
  readonly slots: readonly string[];
  /** The scalars, in the order in which they advance before each update. */
  readonly scalars?: Readonly<Record<string, MovingScalar>>;
  /** The point at which the gradient is taken; default: the parameter itself. */
  readonly ahead?: (leaf: Omit<Leaf, 'gradient'>) => Tensor;
  readonly move: (leaf: Leaf) => {
    readonly parameter: Tensor;
    readonly slots: Readonly<Record<string, Tensor>>;
  };
}

type Names<T> = Readonly<Record<string, T>>;

const mapValues = <T, U>(record: Names<T>, f: (value: T, name: string) => U): Names<U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));

/** The slots of each leaf of the parameters. */
const slotsByLeaf = <P>(slots: Names<P>, count: number): readonly Names<Tensor>[] => {
  const flat = Object.entries(slots).map(([name, slot]) => ({ name, tensors: leaves<Tensor>(slot) }));
  return Array.from({ length: count }, (_, i) => {
    const own: Record<string, Tensor> = {};
    for (const { name, tensors } of flat) if (tensors[i] !== undefined) setOwn(own, name, tensors[i]);
    return own;
  });
};

/** Applies a rule to floats; a parameter of another dtype has no gradient and does not change. */
const floatsOnly = <T extends AnyTensor>(tensor: T, f: () => AnyTensor): AnyTensor =>
  isFloat(tensor.dtype) ? f() : tensor;

/** A scalar in the dtype of the parameter that it is used for, in full precision. */
export const inDtypeOf = (parameter: AnyTensor, number: Tensor<Scalar>): Tensor<Scalar> => {
  if (!isFloat(parameter.dtype) || parameter.dtype === number.dtype) return number;
  // The type `Tensor` says float32, but leaves of float64 are handled in the same way.
  return (
    parameter.dtype === 'float64' ? inFloat64(number) : cast(number, parameter.dtype)
  ) as Tensor<Scalar>;
};

/** The dtype of scalars in the state: that of the widest parameter. */
const widest = (parameters: unknown): 'float32' | 'float64' =>
  leaves<AnyTensor>(parameters).some(({ dtype }) => dtype === 'float64') ? 'float64' : 'float32';

/** Throws if the gradient has another structure than the parameters. */
const requireStructure = (gradient: unknown, parameters: unknown): void => {
  if (!sameStructure(gradient, parameters))
    fail({
      operation: 'update',
      what: 'the gradient has another structure than the parameters',
      got: structureOf(gradient),
      needed: structureOf(parameters),
    });
};

/** The update of an element-wise rule. Throws if the gradient has another structure than the parameters. */
export const elementwiseUpdate = (rule: ElementwiseRule): Update => {
  const { slots: names, scalars = {}, ahead, move } = rule;
  const schedule = scheduleOf(rule.learningRate);

  const init = <P>(parameters: P): UpdateState<P> => ({
    count: scalar(0, 'int32'),
    scalars: mapValues(
      scalars,
      ({ initial }) => scalar(initial, widest(parameters)) as AnyTensor as Tensor<Scalar>,
    ),
    slots: Object.fromEntries(
      names.map((name) => [name, mapTree(parameters, (each) => fullLike(each as AnyTensor, 0))]),
    ),
  });

  const run = <P>([state, parameters]: Updated<P>): readonly [P, (gradient: P) => Updated<P>] => {
    const flat = leaves<Tensor>(parameters);
    const kept = slotsByLeaf(state.slots, flat.length);
    const rate = schedule(state.count);
    const moved: Record<string, Tensor<Scalar>> = {};
    for (const [name, { next }] of Object.entries(scalars))
      setOwn(moved, name, next(ownOf(state.scalars, name) ?? scalar(0), moved));
    /** The scalars, made once for all parameters of a dtype. */
    const numbers = new Map<DType, Pick<Leaf, 'rate' | 'scalars'>>();
    const numbersFor = (parameter: AnyTensor): Pick<Leaf, 'rate' | 'scalars'> => {
      const found = numbers.get(parameter.dtype) ?? {
        rate: inDtypeOf(parameter, rate),
        scalars: mapValues(moved, (number) => inDtypeOf(parameter, number)),
      };
      numbers.set(parameter.dtype, found);
      return found;
    };
    const context = (parameter: Tensor, i: number): Omit<Leaf, 'gradient'> => ({
      parameter,
      slots: required(kept[i], 'the slots of a parameter'),
      ...numbersFor(parameter),
    });
    const at =
      ahead === undefined
        ? parameters
        : unflatten(
            parameters,
            flat.map((parameter, i) => floatsOnly(parameter, () => ahead(context(parameter, i)))),
          );
    const back = (gradient: P): Updated<P> => {
      requireStructure(gradient, parameters);
      const gradients = leaves<Tensor>(gradient);
      const next = flat.map((parameter, i) => {
        const own = {
          ...context(parameter, i),
          gradient: gradients[i] ?? fullLike<Shape, 'float32'>(parameter, 0),
        };
        return isFloat(parameter.dtype) ? move(own) : { parameter, slots: own.slots };
      });
      return [
        {
          count: nextCount(state.count),
          scalars: moved,
          slots: mapValues(state.slots, (slot, name) =>
            unflatten(
              slot,
              next.map(({ slots }) => slots[name]),
            ),
          ),
        },
        unflatten(
          parameters,
          next.map(({ parameter }) => parameter),
        ),
      ];
    };
    return [at, back];
  };

  return { init, lens: () => ({ run }) };
};
