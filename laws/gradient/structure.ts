/** G-4, L-5 and L-6 of a map of numbers: what a backward gives, and what it must leave alone. */
import type { Point } from '../arbitrary/point.js';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { copied, labelled } from '../map/vector.js';

/**
 * G-4. R[f](x, w) has exactly the tree, the shapes and the dtypes of x.
 */
export const cotangentLikeArgument = ({ name, structure, domain, cotangents }: NumericMap): Verdict => {
  const claim = { law: 'G-4', subject: name } as const;
  const specs = (places: NumericMap['domain']): unknown =>
    Object.fromEntries(places.map(({ path, shape, dtype }) => [path, { shape, dtype }]));
  return every([
    () =>
      same(
        bitwise,
        { tree: cotangents.structure },
        { tree: structure },
        {
          ...claim,
          what: 'the backward gives another tree than the argument',
          hint: 'one leaf for each leaf',
        },
      ),
    () =>
      same(bitwise, specs(cotangents.places), specs(domain), {
        ...claim,
        what: 'a change is not like what it changes: shape or dtype differ',
        hint: 'sum the cotangent over the axes that were broadcast',
      }),
  ]);
};

/**
 * L-5. The way back may be gone again and again: R(x, w); R(x, w₂); R(x, w) gives the first answer.
 */
export const reentrantMap = (map: NumericMap, { x, w, other }: Pick<Point, 'x' | 'w' | 'other'>): Verdict => {
  const first = copied(map.backward(x, w));
  map.backward(x, other);
  return same(bitwise, labelled(map.domain, map.backward(x, w)), labelled(map.domain, first), {
    law: 'L-5',
    subject: map.name,
    what: 'the second time the backward gives another answer',
    hint: 'it keeps something between calls, or reuses a buffer',
  });
};

/**
 * L-6. Forward and backward leave the bytes of their arguments as they were.
 */
export const pureMap = (map: NumericMap, { x, w }: Pick<Point, 'x' | 'w'>): Verdict => {
  const [beforeX, beforeW] = [copied(x), copied(w)];
  map.forward(x);
  map.backward(x, w);
  const claim = { law: 'L-6', subject: map.name, hint: 'a kernel writes where it should read' } as const;
  return every([
    () =>
      same(bitwise, labelled(map.domain, x), labelled(map.domain, beforeX), {
        ...claim,
        what: 'the argument has been written to',
      }),
    () =>
      same(bitwise, labelled(map.codomain, w), labelled(map.codomain, beforeW), {
        ...claim,
        what: 'the cotangent has been written to',
      }),
  ]);
};
