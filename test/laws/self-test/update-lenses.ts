/** Optimizers written as lenses, sound ones and such as are none. */
import {
  type LearningRate,
  scalar,
  type Schedule,
  sgd,
  type Tensor,
  type Update,
  type UpdateState,
} from 'paralens';
import { leaves, mapTree, unflatten, zipTrees } from 'paralens/program';
import { add, divide, maximum, multiply, sqrt, subtract, sum } from 'paralens/operation';
import { zero } from './update-rules.js';

/** An update written as a lens, without the library's rule: p′ = p − η·g. */
export const lensOf = (
  next: <P>(state: UpdateState<P>, parameters: P, gradient: P) => readonly [UpdateState<P>, P],
  init: <P>(parameters: P) => UpdateState<P>['slots'] = () => ({}),
): Update => ({
  init: (parameters) => ({ count: scalar(0, 'int32'), scalars: {}, slots: init(parameters) }),
  lens: () => ({
    run: ([state, parameters]) => [parameters, (gradient) => next(state, parameters, gradient)],
  }),
});

export const moved = <P>(parameters: P, gradient: P, rate: number | Tensor<readonly []> = 0.25): P =>
  zipTrees('step', parameters, gradient, (p, g) => subtract(p as Tensor, multiply(g as Tensor, rate)));
export const counted = <P>(state: UpdateState<P>): UpdateState<P> => ({
  ...state,
  count: add(state.count, 1),
});

/** Slots as trees of zeros. */
const velocities = <P>(parameters: P): UpdateState<P>['slots'] => ({
  velocity: mapTree(parameters, (p) => zero(p as Tensor)),
});

/** Momentum as a lens, the velocities of the leaves chosen by a function. */
export const zipped = (choose: <T>(velocities: readonly T[]) => readonly T[]): Update =>
  lensOf((state, parameters, gradient) => {
    const { velocity: before = gradient } = state.slots;
    const read = unflatten(before, choose(leaves<Tensor>(before)));
    const after = zipTrees('velocity', read, gradient, (v, g) =>
      add(multiply(v as Tensor, 0.5), g as Tensor),
    );
    return [{ ...counted(state), slots: { velocity: after } }, moved(parameters, after)];
  }, velocities);

/** A record of all gradients, which is no state of one form. */
export const growing: Update = lensOf((state, parameters, gradient) => [
  { ...counted(state), slots: { ...state.slots, [`g${Object.keys(state.slots).length}`]: gradient } },
  moved(parameters, gradient),
]);

/** A rate that falls with the calls of a closure. */
export const hiddenCount = (): Update => {
  let calls = 0;
  return {
    ...sgd(),
    lens: () => ({
      run: ([state, parameters]) => {
        calls += 1;
        const rate = 1 / calls;
        return [parameters, (gradient) => [counted(state), moved(parameters, gradient, rate)]];
      },
    }),
  };
};

/** The way back adds up what goes through it. */
export const usedUp = (): Update => ({
  ...sgd(),
  lens: () => ({
    run: ([state, parameters]) => {
      let times = 0;
      return [
        parameters,
        (gradient) => {
          times += 1;
          return [counted(state), moved(parameters, gradient, times)];
        },
      ];
    },
  }),
});

/** Writes the next parameters into the tree that it was given. */
export const overwriting: Update = lensOf((state, parameters, gradient) => {
  const next = moved(parameters, gradient);
  if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters))
    Object.assign(parameters, next);
  return [counted(state), next];
});

/** The rate of the count that follows. */
export function late(learningRate: LearningRate): Update {
  const schedule: Schedule =
    typeof learningRate === 'number' ? () => scalar(learningRate) : (count) => learningRate(add(count, 1));
  return sgd({ learningRate: schedule });
}

/** Clipping by the global norm, before a step of gradient descent. */
export const globalNorm: Update = lensOf((state, parameters, gradient) => {
  const squares = leaves<Tensor>(gradient).map((g) => sum(multiply(g, g)));
  const norm = sqrt(squares.reduce((total, each) => add(total, each), scalar(0)));
  const factor = divide(1, maximum(norm, 1));
  return [counted(state), moved(parameters, gradient, multiply(factor, 0.25))];
});

/** Two updates beside each other over [p, q], their numbers under names of their own, or under the same. */
export const pairOf = (first: Update, second: Update, apart: boolean): Update => {
  const named = <T>(prefix: string, record: { readonly [name: string]: T }) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}${name}`, value]));
  const unnamed = <T>(prefix: string, record: { readonly [name: string]: T }) =>
    Object.fromEntries(
      Object.entries(record).flatMap(([name, value]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
      ),
    );
  const prefixes = apart ? ['first ', 'second '] : ['', ''];
  const parts = [first, second] as const;
  type Pair = readonly unknown[];
  const merge = (states: readonly UpdateState<unknown>[]): UpdateState<Pair> => {
    const [one, other] = states;
    return {
      count: one?.count ?? scalar(0, 'int32'),
      scalars: Object.assign({}, ...states.map(({ scalars }, i) => named(prefixes[i] ?? '', scalars))),
      slots: Object.fromEntries(
        Object.keys(one?.slots ?? {}).map((name) => [name, [one?.slots[name], other?.slots[name]]]),
      ),
    };
  };
  const part = ({ count, scalars, slots }: UpdateState<Pair>, i: number): UpdateState<unknown> => ({
    count,
    scalars: unnamed(prefixes[i] ?? '', scalars),
    slots: Object.fromEntries(Object.entries(slots).map(([name, pair]) => [name, pair[i]])),
  });
  return {
    init: (parameters) =>
      merge(parts.map((update, i) => update.init((parameters as Pair)[i]))) as UpdateState<typeof parameters>,
    lens: () => ({
      run: ([state, parameters]) => {
        const runs = parts.map((update, i) =>
          update.lens<unknown>().run([part(state as UpdateState<Pair>, i), (parameters as Pair)[i]]),
        );
        return [
          runs.map(([at]) => at) as typeof parameters,
          (gradient) => {
            const ends = runs.map(([, back], i) => back((gradient as Pair)[i]));
            return [
              merge(ends.map(([each]) => each)) as typeof state,
              ends.map(([, each]) => each) as typeof parameters,
            ];
          },
        ];
      },
    }),
  };
};
