/** Different updates for different parts of a model. */
import { fail } from '../error.js';
import type { Lens } from '../lens/lens.js';
import { scalar } from '../tensor/primitive/constant.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leafPaths, leaves, unflatten } from '../tree/tree.js';
import { nextCount, type Update, type Updated, type UpdateInput, type UpdateState } from './update.js';

/**
 * An update that changes no parameters. Buffers still change, and dropout still drops; use `freeze` to run a layer in
 * evaluation mode.
 *
 * @example
 * partition({ encoder: frozen }, adam());
 */
export const frozen: Update = {
  init: () => ({ count: scalar(0, 'int32'), scalars: {}, slots: {} }),
  lens: <P>(): Lens<UpdateInput<P>, Updated<P>, P, P> => ({
    run: ([state, parameters]) => [
      parameters,
      () => [{ ...state, count: nextCount(state.count) }, parameters] as const,
    ],
  }),
};

type Leaves = readonly AnyTensor[];

/** The name of the state of the update for all other parameters. */
const OTHERS = '*';

/**
 * One update for each named part, and one for all other parameters. The parameters of a part are those with its name in
 * their path. `init` throws if a name is in no path, or if a parameter belongs to several parts.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: partition({ encoder: adam(), decoder: sgd() }, frozen) });
 */
export const partition = (parts: Readonly<Record<string, Update>>, others: Update): Update => {
  const names = Object.keys(parts);
  const updates = Object.entries({ ...parts, [OTHERS]: others });

  /** The name of the part of each leaf. */
  const partsOf = (parameters: unknown): readonly string[] =>
    leafPaths(parameters).map((path) => {
      const found = names.filter((name) => path.includes(name));
      if (found.length > 1)
        fail({
          operation: 'partition',
          what: 'a parameter belongs to two parts',
          got: `${path.join('.')} in ${found.join(' and ')}`,
          needed: 'parts that do not contain each other',
        });
      return found[0] ?? OTHERS;
    });

  const requireParts = (found: readonly string[], parameters: unknown): void => {
    const missing = names.find((name) => !found.includes(name));
    if (missing !== undefined)
      fail({
        operation: 'partition',
        what: 'no part has this name',
        got: `'${missing}'`,
        needed: 'a name in the path of a parameter',
        hint: `there are ${leafPaths(parameters)
          .map((path) => path.join('.'))
          .join(', ')}`,
      });
  };

  const select = (all: Leaves, places: readonly string[], part: string): Leaves =>
    all.filter((_, i) => places[i] === part);

  /** Puts the leaves of the parts back in their places. */
  const merge = (places: readonly string[], byPart: Readonly<Record<string, Leaves>>): Leaves => {
    const next = new Map<string, number>();
    return places.flatMap((part) => {
      const index = next.get(part) ?? 0;
      next.set(part, index + 1);
      const leaf = byPart[part]?.[index];
      return leaf === undefined ? [] : [leaf];
    });
  };

  const init = <P>(parameters: P): UpdateState<P> => {
    const places = partsOf(parameters);
    requireParts(places, parameters);
    const all = leaves<AnyTensor>(parameters);
    return {
      count: scalar(0, 'int32'),
      scalars: {},
      slots: {},
      parts: Object.fromEntries(
        updates.map(([part, update]) => [part, update.init(select(all, places, part))]),
      ),
    };
  };

  const run = <P>([state, parameters, weight]: UpdateInput<P>): readonly [P, (gradient: P) => Updated<P>] => {
    const places = partsOf(parameters);
    const all = leaves<AnyTensor>(parameters);
    const runs = updates.map(([part, update]) => {
      const own = select(all, places, part);
      // `init` made the state of a part from its leaves.
      const before = (state.parts?.[part] ?? update.init(own)) as UpdateState<Leaves>;
      return [part, update.lens<Leaves>().run([before, own, weight])] as const;
    });
    const at = merge(places, Object.fromEntries(runs.map(([part, [ahead]]) => [part, ahead])));
    const back = (gradient: P): Updated<P> => {
      const changes = leaves<AnyTensor>(gradient);
      const moved = runs.map(([part, [, move]]) => [part, move(select(changes, places, part))] as const);
      const next = merge(places, Object.fromEntries(moved.map(([part, [, own]]) => [part, own])));
      return [
        {
          ...state,
          count: nextCount(state.count),
          parts: Object.fromEntries(moved.map(([part, [own]]) => [part, own])),
        },
        unflatten(parameters, next),
      ];
    };
    return [unflatten(parameters, at), back];
  };

  return { init, lens: () => ({ run }) };
};
