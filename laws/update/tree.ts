/** O-3 and O-18: an update of a tree is a tree of updates, and two updates side by side know nothing of each other. All ≡. */
import { same } from '../base/compare.js';
import { bitwise, type Equality } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { parallelLenses } from '../../src/lens/lens.js';
import { placeholder, traceTensors } from '../../src/graph/trace.js';
import { isFloat } from '../../src/tensor/dtype.js';
import { sizeOf } from '../../src/tensor/shape.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves } from '../../src/tree/tree.js';
import { standIn } from '../map/numeric-map.js';
import { labelled, type Vector } from '../map/vector.js';
import type { UpdatePoint } from './random-update.js';
import { overTree, reached, type Standing, type UpdateMap } from './update-map.js';

/** Where a history and one more gradient lead, over some of the leaves. */
const endOf = (map: UpdateMap, { parameters, history, gradient }: UpdatePoint, of: (v: Vector) => Vector) =>
  reached(map, of(parameters), [...history, gradient].map(of)).parameters;

const HINT = 'what is kept for one leaf is used for another, or a step looks beyond its own parameter';

/** O-3. The update of a tree ≡ the tree of the updates of its leaves. */
export const leafByLeaf = (map: UpdateMap, point: UpdatePoint): Verdict => {
  const together = endOf(map, point, (v) => v);
  return every(
    leaves<AnyTensor>(map.tree).map((leaf, i) => () => {
      const places = map.parameters.slice(i, i + 1);
      const alone = endOf(overTree(map, leaf), point, (v) => v.slice(i, i + 1));
      return same(bitwise, labelled(places, together.slice(i, i + 1)), labelled(places, alone), {
        law: 'O-3',
        subject: map.name,
        what: 'a leaf moves otherwise in the tree than by itself',
        hint: HINT,
      });
    }),
  );
};

/**
 * O-3. Names and nesting do not matter: the same leaves in another tree move in the same way. To the bit, but
 * for an update that sums over the whole tree, whose order of summation they are.
 */
export const renested = (map: UpdateMap, point: UpdatePoint, equality: Equality = bitwise): Verdict => {
  const flat = leaves<AnyTensor>(standIn(map.tree, 'leaf'));
  const turned = flat.toReversed();
  const half = Math.ceil(turned.length / 2);
  const tree = { z: turned.slice(0, half), a: { inner: turned.slice(half) } };
  const order = leaves<AnyTensor>(tree).map((leaf) => flat.indexOf(leaf));
  const permuted = (v: Vector): Vector => order.flatMap((i) => v[i] ?? []);
  const places = order.flatMap((i) => map.parameters[i] ?? []);
  const got = endOf(overTree(map, tree), point, permuted);
  return same(equality, labelled(places, got), labelled(places, permuted(endOf(map, point, (v) => v))), {
    law: 'O-3',
    subject: map.name,
    what: 'the leaves of a tree move otherwise under other names',
    hint: HINT,
  });
};

/** O-3 of element-wise updates: a leaf cut in two moves as the whole does. */
export const split = (map: UpdateMap, point: UpdatePoint): Verdict => {
  const cuts = map.parameters.map(({ shape, dtype }) => {
    const size = sizeOf(shape);
    return { dtype, size, at: isFloat(dtype) ? Math.ceil(size / 3) : size };
  });
  const tree = cuts.map(({ dtype, size, at }) => [
    placeholder({ shape: [at], dtype }, 'front'),
    placeholder({ shape: [size - at], dtype }, 'back'),
  ]);
  const cut = (v: Vector): Vector =>
    cuts.flatMap(({ at }, i) => [v[i]?.slice(0, at) ?? [], v[i]?.slice(at) ?? []]) as Vector;
  const divided = overTree(map, tree);
  return same(
    bitwise,
    labelled(divided.parameters, endOf(divided, point, cut)),
    labelled(divided.parameters, cut(endOf(map, point, (v) => v))),
    {
      law: 'O-3',
      subject: map.name,
      what: 'a leaf that is cut in two moves otherwise than whole',
      hint: 'the step of a number looks at its neighbors, at its place, or at the size of its tensor',
    },
  );
};

/**
 * O-18. A joint update of (p, q) ≡ one update of p and one of q by itself: per-layer updates are the joint
 * update (P-4), and an update that is made of two keeps them apart. `joint` is over the tree [p, q].
 */
export const besideEachOther = (
  joint: UpdateMap,
  [first, second]: readonly [UpdateMap, UpdateMap],
  point: UpdatePoint,
): Verdict => {
  const count = first.parameters.length;
  const alone = [
    ...endOf(first, point, (v) => v.slice(0, count)),
    ...endOf(second, point, (v) => v.slice(count)),
  ];
  const together = endOf(joint, point, (v) => v);
  return same(bitwise, labelled(joint.parameters, together), labelled(joint.parameters, alone), {
    law: 'O-18',
    subject: joint.name,
    what: 'two parts move otherwise together than each by itself',
    hint: 'they share a number that each needs for itself, such as a count or the power of a decay',
  });
};

/** The leaves of a map's tree in two trees, and the pair of both. */
export const inTwo = (map: UpdateMap): readonly [UpdateMap, readonly [UpdateMap, UpdateMap]] => {
  const flat = leaves<AnyTensor>(map.tree);
  const half = Math.floor(flat.length / 2);
  const trees = [flat.slice(0, half), flat.slice(half)] as const;
  return [overTree(map, trees), [overTree(map, trees[0]), overTree(map, trees[1])]];
};

/**
 * O-18. (put₁ ⊗ put₂)((s, p), (t, q), (g, h)) ≡ (put₁(s, p, g), put₂(t, q, h)), though one has gone more steps.
 */
export const tensorOfUpdates = (
  first: UpdateMap,
  second: UpdateMap,
  { parameters, history, gradient }: UpdatePoint,
): Verdict => {
  const standings = [reached(first, parameters, history), reached(second, parameters, [])] as const;
  const maps = [first, second] as const;
  const like = maps.map(({ update, tree }) => {
    const inner = standIn(tree, 'parameter');
    return { at: [standIn(update.init(inner), 'state'), inner] as const, g: standIn(tree, 'gradient') };
  });
  const [one, other] = like;
  if (one === undefined || other === undefined) throw new TypeError('O-18: two updates are needed');
  const lens = parallelLenses(first.update.lens<unknown>(), second.update.lens<unknown>());
  const [, back] = lens.run([one.at, other.at]);
  const [movedOne, movedOther] = back([one.g, other.g]);
  const program = traceTensors(leaves<AnyTensor>(like), leaves<AnyTensor>([movedOne[1], movedOther[1]]));
  const inputs = ({ state, parameters: p }: Standing): Vector => [...state, ...p, ...gradient];
  const places = maps.flatMap((map, i) =>
    map.parameters.map((place) => ({ ...place, path: `${i}.${place.path}` })),
  );
  const got = first.engine.compile(program)([...inputs(standings[0]), ...inputs(standings[1])]);
  const alone = maps.flatMap((map, i) => map.step(standings[i] ?? standings[0], gradient).parameters);
  return same(bitwise, labelled(places, got), labelled(places, alone), {
    law: 'O-18',
    subject: `${first.name} beside ${second.name}`,
    what: 'two updates side by side move otherwise than each by itself',
    hint: 'they share a number that each needs for itself, such as a count',
  });
};
