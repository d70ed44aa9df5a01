/** L-4, L-5, L-6 and O-8: the lens of an update. */
import { type Claim, same } from '../base/compare.js';
import { bitwise, normWise } from '../base/equality.js';
import { every, holds, type Verdict } from '../base/verdict.js';
import { tensorsOfData } from '../../src/backend/evaluate.js';
import { backward, forward } from '../../src/lens/lens.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves, structureOf, unflatten } from '../../src/tree/tree.js';
import { copied, labelled, type Vector } from '../map/vector.js';
import { inArraysOf, zerosOf } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { computeUpdate, reached, type UpdateMap } from './update-map.js';

type OfStandIns = Parameters<typeof computeUpdate>[3];

/** Computes two things, which should be the same; `f` gives both. */
const sameHalves = (
  map: UpdateMap,
  point: UpdatePoint,
  f: OfStandIns,
  claim: Omit<Claim, 'subject'>,
): Verdict => {
  const { parameters, history, gradient, other } = point;
  const standing = reached(map, parameters, history);
  const { places, values } = computeUpdate(map, standing, [gradient, other], f);
  const half = places.length / 2;
  // Both under the names of the second.
  const names = places.slice(half);
  return same(bitwise, labelled(names, values.slice(0, half)), labelled(names, values.slice(half)), {
    ...claim,
    subject: map.name,
  });
};

/** L-4. run(s, p) = [b, k] ⇒ b ≡ get(s, p), k(g) ≡ put(s, p, g) */
export const runIsGetAndPut = (map: UpdateMap, point: UpdatePoint): Verdict =>
  sameHalves(
    map,
    point,
    ({ state, parameters, gradients: [g] }) => {
      const lens = map.update.lens<unknown>();
      const [at, back] = lens.run([state, parameters]);
      const moved = back(g);
      return [
        [at, moved],
        [forward(lens)([state, parameters]), backward(lens)([state, parameters], g)],
      ];
    },
    {
      law: 'L-4',
      what: 'run, and get and put, differ',
      hint: 'something is kept outside of the state, such as a count of calls',
    },
  );

/** L-5. k(g); k(h); k(g) gives the first answer again. */
export const reentrantUpdate = (map: UpdateMap, point: UpdatePoint): Verdict =>
  sameHalves(
    map,
    point,
    ({ state, parameters, gradients: [g, h] }) => {
      const [, back] = map.update.lens<unknown>().run([state, parameters]);
      const first = back(g);
      back(h);
      return [first, back(g)];
    },
    {
      law: 'L-5',
      what: 'the second time the way back gives another answer',
      hint: 'something is kept between calls',
    },
  );

/** The tree of a map's parameters with data for its leaves, and the bytes of that data. */
const given = (tree: unknown, vector: Vector): { readonly tree: unknown; readonly bytes: Vector } => {
  const bytes = copied(vector);
  return { tree: unflatten<unknown>(tree, tensorsOfData(leaves<AnyTensor>(tree), bytes)), bytes };
};

/** L-6. State, parameters and gradients are only read: their bytes and their trees are as before. */
export const pureUpdate = (map: UpdateMap, { parameters, gradient }: UpdatePoint): Verdict => {
  const before = { parameters: copied(parameters), gradient: copied(gradient) };
  const claim = {
    law: 'L-6',
    subject: map.name,
    hint: 'make new trees and tensors, and leave the given ones',
  } as const;
  const p = given(map.tree, parameters);
  const g = given(map.tree, gradient);
  const state = map.update.init(p.tree);
  const trees = { state, parameters: p.tree, gradient: g.tree };
  const [structure, tensors] = [structureOf(trees), leaves(trees)];
  map.update.lens<unknown>().run([state, p.tree])[1](g.tree);
  map.step({ state: map.init(parameters), parameters }, gradient);
  const replaced = leaves(trees).findIndex((each, i) => each !== tensors[i]);
  return every([
    () =>
      same(
        bitwise,
        { tree: structureOf(trees) },
        { tree: structure },
        {
          ...claim,
          what: 'a tree that was given has another structure after the step',
        },
      ),
    () =>
      same(
        bitwise,
        { replaced },
        { replaced: -1 },
        {
          ...claim,
          what: 'a leaf of a tree that was given is another one after the step',
        },
      ),
    () =>
      same(
        bitwise,
        [p.bytes, g.bytes, parameters, gradient].map((each) => labelled(map.parameters, each)),
        [before.parameters, before.gradient, before.parameters, before.gradient].map((each) =>
          labelled(map.parameters, each),
        ),
        { ...claim, what: 'numbers that were given have been written to' },
      ),
  ]);
};

const lookahead = normWise({ rtol: 1e-12 });

/** Where the gradient is taken: with the parameters, and where a gradient of 0 would lead. */
const places = (map: UpdateMap, { parameters, history }: UpdatePoint) => {
  const from = reached(map, parameters, history);
  const { at, parameters: coasting } = map.step(from, zerosOf(parameters));
  const here = inArraysOf(at, from.parameters);
  const name = (vector: Vector): unknown => labelled(map.parameters, vector);
  return { at: name(at), here: name(here), coasting: name(coasting) };
};

/** O-8. get(s, p) ≡ p: the gradient is taken at the parameters. */
export const looksAtParameters = (map: UpdateMap, point: UpdatePoint): Verdict => {
  const { at, here } = places(map, point);
  return same(bitwise, at, here, {
    law: 'O-8',
    subject: map.name,
    what: 'the gradient is not taken at the parameters',
  });
};

/** O-8, Nesterov’s coherence: get(s, p) ≈ put(s, p, 0).p */
export const looksAhead = (map: UpdateMap, point: UpdatePoint): Verdict => {
  const { at, coasting } = places(map, point);
  return same(lookahead, at, coasting, {
    law: 'O-8',
    subject: map.name,
    what: 'the gradient is not taken where a gradient of 0 would lead',
    hint: 'look ahead by what the step itself takes of the velocity, with its sign, its factor and the rate',
  });
};

/** O-8 of every update: the gradient is taken at the parameters, or where a gradient of 0 would lead. */
export const looksSomewhere = (map: UpdateMap, point: UpdatePoint): Verdict =>
  looksAtParameters(map, point).kind === 'holds' ? holds : looksAhead(map, point);
