/** O-20, and of O-19 the count: the state of an update is a pure value, of one form from first to last. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import { allocate } from '../../src/tensor/dtype.js';
import { isFinite, labelled, type Vector } from '../map/vector.js';
import type { UpdatePoint } from './random-update.js';
import { beginning, computeUpdate, overTree, reached, trajectory, type UpdateMap } from './update-map.js';

/** O-20. The next state and parameters have the tree, the shapes and the dtypes of the last: no growth, no drift. */
export const stableForm = ({ name, before, after }: UpdateMap): Verdict => {
  const specs = ({ places }: UpdateMap['before']): unknown =>
    Object.fromEntries(places.map(({ path, shape, dtype }) => [path, { shape, dtype }]));
  return every([
    () =>
      same(
        bitwise,
        { tree: after.structure },
        { tree: before.structure },
        {
          law: 'O-20',
          subject: name,
          what: 'a step gives another tree than it was given',
          hint: 'a state that grows, or loses something, with every step',
        },
      ),
    () =>
      same(bitwise, specs(after), specs(before), {
        law: 'O-20',
        subject: name,
        what: 'a step gives another shape or dtype than it was given',
      }),
  ]);
};

/** The number in digits; −0 is another number than 0. */
const digits = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));

/** A value written down in digits and read again, as a file of text would. */
const writtenAndRead = (map: UpdateMap, { state, parameters }: { state: Vector; parameters: Vector }) => {
  const again = (vector: Vector): Vector =>
    vector.map((data, i) => {
      const numbers = JSON.parse(JSON.stringify([...data].map(digits))) as readonly string[];
      const dtype = vector === state ? map.state[i]?.dtype : map.parameters[i]?.dtype;
      const read =
        data instanceof Float64Array
          ? allocate('float64', data.length)
          : allocate(dtype ?? 'float32', data.length);
      read.set(numbers.map(Number));
      return read;
    });
  return { state: again(state), parameters: again(parameters) };
};

/**
 * O-20. State and parameters are all that there is: steps that are one program ≡ steps each made anew from what
 * was written down, and read again, after the one before.
 */
export const resumable = (map: UpdateMap, { parameters, history, gradient, other }: UpdatePoint): Verdict => {
  const from = reached(map, parameters, history);
  const { places, values } = computeUpdate(
    map,
    from,
    [gradient, other],
    ({ state, parameters: p, gradients: [g, h] }) => {
      const lens = map.update.lens<unknown>();
      return lens.run(lens.run([state, p])[1](g))[1](h);
    },
  );
  const anew = overTree(map, map.tree);
  const { state, parameters: last } = anew.step(writtenAndRead(map, map.step(from, gradient)), other);
  return same(bitwise, labelled(places, values), labelled(places, [...state, ...last]), {
    law: 'O-20',
    subject: map.name,
    what: 'a run that is resumed from its state goes on otherwise',
    hint: 'something is kept outside of the state',
  });
};

/** O-20. Fresh states of the same parameters are the same, and no state that is reached holds a NaN or an infinity. */
export const finiteState = (map: UpdateMap, { parameters, history, gradient }: UpdatePoint): Verdict => {
  const claim = { law: 'O-20', subject: map.name } as const;
  const { state } = reached(map, parameters, [...history, gradient]);
  const wrong = state.findIndex((data) => !isFinite([data]));
  return every([
    () =>
      same(
        bitwise,
        labelled(map.state, overTree(map, map.tree).init(parameters)),
        labelled(map.state, map.init(parameters)),
        { ...claim, what: 'init of the same parameters gives another state the second time' },
      ),
    () =>
      wrong < 0
        ? holds
        : broken({ ...claim, what: 'a number of the state is not finite', path: map.state[wrong]?.path }),
  ]);
};

/** O-19. `count` is the number of updates that were applied. */
export const countsUpdates = (map: UpdateMap, { parameters, history, gradient }: UpdatePoint): Verdict => {
  const place = map.state.findIndex(({ path }) => path === 'count');
  const from = beginning(map, parameters);
  const standings = [from, ...trajectory(map, from, [...history, gradient])];
  return same(
    bitwise,
    { count: standings.map(({ state }) => state[place]?.[0] ?? Number.NaN) },
    { count: standings.map((_, t) => t) },
    {
      law: 'O-19',
      subject: map.name,
      what: 'the count is not the number of updates that were applied',
      hint: 'count from 0, once a step, whatever the tree',
    },
  );
};
