/** G-9: what is computed for a batch at once is what is computed for each of its examples. */
import { sizeOf } from '../../src/tensor/shape.js';
import { same } from '../base/compare.js';
import { type Equality, bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { Engine } from '../map/engine.js';
import { labelled, type Place, type Vector } from '../map/vector.js';
import type { BatchAtPoint } from './draw.js';
import { chosen } from './one-and-many.js';

/** Both sides of G-9 on their engines, and what they are to be alike in. */
export interface BatchComparison {
  /** Where the batch is computed. */
  readonly many: Engine;
  /** Where each example is, by itself. */
  readonly one: Engine;
  /** Of the leaves of results, and of changes, how alike they must be. */
  readonly results: (at: BatchAtPoint) => Equality;
  readonly changes: (at: BatchAtPoint) => Equality;
}

/** Example number `i` of leaves that are batches of `size`. */
const exampleAt = (batch: Vector, size: number, i: number): Vector =>
  batch.map((data) => data.slice((i * data.length) / size, ((i + 1) * data.length) / size));

/** The arguments and cotangents of each example, the shared leaves in their places among its own. */
const examplesOf = ({ both: { mask, size }, x, w }: BatchAtPoint): readonly (readonly [Vector, Vector])[] => {
  const shared = mask.filter((isOwn) => !isOwn).length;
  return Array.from({ length: size }, (_, i) => {
    const [rest, mine] = [x.slice(0, shared), [...exampleAt(x.slice(shared), size, i)]];
    const parts = [...rest];
    const argument = mask.flatMap((isOwn) => (isOwn ? mine : parts).shift() ?? []);
    return [argument, exampleAt(w, size, i)];
  });
};

const wide = (places: readonly Place[], vector: Vector): unknown =>
  labelled(
    places,
    vector.map((data) => Float64Array.from(data)),
  );

/** One after the other, in axis 0. */
const stacked = (places: readonly Place[], parts: readonly Vector[]): Vector =>
  places.map(({ shape }, leaf) => {
    const data = new Float64Array(sizeOf(shape));
    for (const [i, part] of parts.entries()) data.set(part[leaf] ?? [], (i * data.length) / parts.length);
    return data;
  });

const summed = (places: readonly Place[], parts: readonly Vector[]): Vector =>
  places.map(({ shape }, leaf) => {
    const totals = new Float64Array(sizeOf(shape));
    for (const part of parts)
      for (const [i, value] of (part[leaf] ?? []).entries()) totals[i] = (totals[i] ?? 0) + value;
    return totals;
  });

const specs = (places: readonly Place[], lead: Place['shape']): unknown =>
  places.map(({ shape, dtype }) => ({ shape: [...lead, ...shape], dtype }));

/**
 * G-9. The results of a batch are the stack of those of its examples:
 *
 * F(p, [x₀, x₁, …]) = [f(p, x₀), f(p, x₁), …]
 */
export const stackOfResults = (at: BatchAtPoint, { many, one, results }: BatchComparison): Verdict => {
  const { both, x } = at;
  const [whole, single] = [both.many(many), both.one(one)];
  const places = whole.codomain;
  const claim = { law: 'G-9', subject: whole.name } as const;
  return every([
    () =>
      same(bitwise, specs(places, []), specs(single.codomain, [both.size]), {
        ...claim,
        what: 'the results of a batch have not one axis more than those of an example',
      }),
    () =>
      same(
        results(at),
        wide(places, whole.forward(x)),
        wide(
          places,
          stacked(
            places,
            examplesOf(at).map(([argument]) => single.forward(argument)),
          ),
        ),
        {
          ...claim,
          what: 'the results of a batch are not those of each example',
          hint: 'does a rule move each axis by one?',
        },
      ),
  ]);
};

/**
 * G-9. Changes of what is the examples' own are the stack of those of each, changes of what they share the sum:
 *
 * R[F]((p, x), w) = (Σᵢ π₀R[f]((p, xᵢ), wᵢ), [π₁R[f]((p, x₀), w₀), π₁R[f]((p, x₁), w₁), …])
 */
export const stackOfChanges = (at: BatchAtPoint, { many, one, changes }: BatchComparison): Verdict => {
  const { both, x, w } = at;
  const [whole, single] = [both.many(many), both.one(one)];
  const places = whole.domain;
  const shared = both.mask.filter((isOwn) => !isOwn).length;
  const found = examplesOf(at).map(([argument, cotangent]) => single.backward(argument, cotangent));
  const sums = summed(
    places.slice(0, shared),
    found.map((each) => chosen(each, both.mask, false)),
  );
  const stacks = stacked(
    places.slice(shared),
    found.map((each) => chosen(each, both.mask, true)),
  );
  const claim = { law: 'G-9', subject: whole.name } as const;
  return every([
    () =>
      same(bitwise, specs(whole.cotangents.places, []), specs(places, []), {
        ...claim,
        what: 'a change of a batch is not like what it changes',
        hint: 'of what examples share, the change is summed',
      }),
    () =>
      same(changes(at), wide(places, whole.backward(x, w)), wide(places, [...sums, ...stacks]), {
        ...claim,
        what: 'the changes are not the sum (of what examples share) and the stack (of their own) of those of each',
      }),
  ]);
};
