/** O-22 and O-15: gradients move parameters, what is kept of them changes, and what was moving comes to rest. */
import { same } from '../base/compare.js';
import { normWise } from '../base/equality.js';
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import { isFloat } from '../../src/tensor/dtype.js';
import { range } from '../../src/tensor/shape.js';
import { labelled, type Place, type Vector } from '../map/vector.js';
import { mapFloats, nonzero, numberAt, zerosOf } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { beginning, type Standing, trajectory, type UpdateMap } from './update-map.js';

/** Enough for what waits before it moves: gradients that are accumulated, weights that are looked at every so often. */
const PATIENCE = 256;

/** The name of the slot that a leaf of the state belongs to, with the update that keeps it. */
const slotOf = (path: string): string | undefined => /^(?:.*\.)?slots\.[^.]+/u.exec(path)?.[0];

const differs = (a: Vector[number] | undefined, b: Vector[number] | undefined): boolean =>
  a?.some((x: number, i: number) => !Object.is(x, b?.[i])) ?? false;

/** What has to change: names of parts, and the leaves of which one has to. */
type Parts = ReadonlyMap<string, readonly number[]>;

const partsOf = (places: readonly Place[], name: (path: string) => string | undefined): Parts => {
  const parts = new Map<string, number[]>();
  for (const [leaf, { path, dtype, shape }] of places.entries()) {
    const part = name(path);
    if (part === undefined || !isFloat(dtype) || shape.includes(0)) continue;
    parts.set(part, [...(parts.get(part) ?? []), leaf]);
  }
  return parts;
};

/** The names of the parts that have not changed. */
const unchanged = (parts: Parts, now: Vector, first: Vector): readonly string[] =>
  [...parts].filter(([, all]) => !all.some((leaf) => differs(now[leaf], first[leaf]))).map(([name]) => name);

/**
 * O-22. Under the same gradients again and again, none of them 0, every tensor of parameters at some time moves otherwise
 * than under the opposite ones, and every slot of the state changes; where a step looks at names, some tensor does
 */
export const isAlive = (
  map: UpdateMap,
  { parameters, gradient }: Pick<UpdatePoint, 'parameters' | 'gradient'>,
  { byName = false }: { readonly byName?: boolean } = {},
): Verdict => {
  const first = beginning(map, nonzero(parameters));
  const g = nonzero(gradient);
  const opposite = mapFloats(g, (each) => -each);
  const moving = partsOf(map.parameters, (path) => (byName ? 'parameters' : path));
  const kept = partsOf(map.state, slotOf);
  // Beside the opposite gradients: by the size of weights alone, as in LAMB, a tensor moves under any, and without one.
  let [now, turned]: [Standing, Standing] = [first, first];
  let [idles, losts] = [[...moving.keys()], [...kept.keys()]];
  for (let step = 0; step < PATIENCE && idles.length + losts.length > 0; step++) {
    now = map.step(now, g);
    turned = map.step(turned, opposite);
    const [alike, old] = [
      unchanged(moving, now.parameters, turned.parameters),
      unchanged(kept, now.state, first.state),
    ];
    idles = idles.filter((name) => alike.includes(name));
    losts = losts.filter((name) => old.includes(name));
  }
  const claim = { law: 'O-22', subject: map.name } as const;
  const [[idle], [lost]] = [idles, losts];
  if (idle !== undefined)
    return broken({
      ...claim,
      what: `${PATIENCE} gradients, none of them 0, move a tensor of parameters as their opposites do, or not at all`,
      path: idle,
      hint: 'the gradient is not used; say { still: true } of an update that is meant to move nothing',
    });
  return lost === undefined
    ? holds
    : broken({
        ...claim,
        what: `${PATIENCE} gradients, none of them 0, have not changed what is kept`,
        path: lost,
        hint: 'the next value of a slot is computed but not returned',
      });
};

/** Steps over which the lengths of moves are compared: a move of an update that looks back every so often is among them. */
const WINDOW = 12;

/** A rate that rises as a line makes moves this much longer from one window to the last. */
const GROWTH = 4;

/** The longest move of any number in each of the steps. */
const longestMoves = (from: Standing, path: readonly Standing[]): readonly number[] =>
  path.map(({ parameters }, step) => {
    const before = path[step - 1] ?? from;
    let longest = 0;
    mapFloats(parameters, (p, leaf, i) => {
      longest = Math.max(longest, Math.abs(p - numberAt(before.parameters, leaf, i)));
      return p;
    });
    return longest;
  });

/**
 * O-22. What was moving comes to rest: without gradients, moves do not grow
 */
export const comesToRest = (
  map: UpdateMap,
  { parameters, history, gradient }: Pick<UpdatePoint, 'parameters' | 'history' | 'gradient'>,
): Verdict => {
  const first = beginning(map, nonzero(parameters));
  const from = trajectory(map, first, [...history, nonzero(gradient)]).at(-1) ?? first;
  const zero = zerosOf(gradient);
  const moves = longestMoves(
    from,
    trajectory(
      map,
      from,
      range(3 * WINDOW).map(() => zero),
    ),
  );
  const [early, late] = [Math.max(...moves.slice(0, WINDOW)), Math.max(...moves.slice(-WINDOW))];
  return late <= GROWTH * early
    ? holds
    : broken({
        law: 'O-22',
        subject: map.name,
        what: `without gradients, moves are longer after ${2 * WINDOW} steps than at first`,
        got: late,
        expected: `at most ${GROWTH} times ${early}`,
        hint: 'the share of a velocity that is left must be below 1',
      });
};

/**
 * O-15. Weight decay takes away and does not add: without gradients |p′| ≤ |p|
 */
export const decayShrinks = (map: UpdateMap, { parameters }: Pick<UpdatePoint, 'parameters'>): Verdict => {
  const from = beginning(map, parameters);
  const { parameters: after } = map.step(from, zerosOf(parameters));
  const grown = map.parameters.flatMap(({ path, dtype }, leaf) => {
    const index = isFloat(dtype)
      ? [...(after[leaf] ?? [])].findIndex(
          (p, i) => Math.abs(p) > Math.abs(numberAt(from.parameters, leaf, i)),
        )
      : -1;
    return index < 0 ? [] : [{ path, leaf, index }];
  })[0];
  return grown === undefined
    ? holds
    : broken({
        law: 'O-15',
        subject: map.name,
        what: 'a parameter without a gradient grows under weight decay',
        path: grown.path,
        index: grown.index,
        got: numberAt(after, grown.leaf, grown.index),
        expected: `at most ${Math.abs(numberAt(from.parameters, grown.leaf, grown.index))} from 0`,
        hint: 'p − η·λ·p',
      });
};

/**
 * O-12. Where means are freed of the bias of beginning at 0, all steps under one gradient are as long as the first
 */
export const evenSteps = (
  map: UpdateMap,
  { parameters, gradient }: Pick<UpdatePoint, 'parameters' | 'gradient'>,
): Verdict => {
  const first = beginning(map, zerosOf(parameters));
  const g = nonzero(gradient);
  const path = trajectory(
    map,
    first,
    range(WINDOW).map(() => g),
  );
  const move = (step: number): Vector =>
    mapFloats(
      path[step]?.parameters ?? first.parameters,
      (p, leaf, i) => p - numberAt((path[step - 1] ?? first).parameters, leaf, i),
    );
  return every(
    range(WINDOW - 1).map(
      (i) => () =>
        same(
          normWise({ rtol: 1e-9, atol: 1e-12 }),
          labelled(map.parameters, move(i + 1)),
          labelled(map.parameters, move(0)),
          {
            law: 'O-12',
            subject: map.name,
            what: `under equal gradients, step ${i + 2} is not as long as the first`,
            hint: 'a running mean that begins at 0 is divided by 1 − βᵗ, t the number of gradients in it',
          },
        ),
    ),
  );
};
