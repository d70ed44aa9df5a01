/**
 * The derivatives of a loop are loops. Backwards it goes the other way: each step computes its own forward again
 * from the state that was recorded before it, so what is kept of a long loop is its states and nothing else.
 */
import { required } from '../require.js';
import { isFloat } from '../tensor/dtype.js';
import { add } from '../tensor/primitive/arithmetic.js';
import { full, fullLike } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { reshape } from '../tensor/primitive/movement.js';
import { type Binding, type Loop, makeScan } from '../tensor/primitive/scan-body.js';
import { type Place, scanLayout, scanParts, standIn } from '../tensor/primitive/scan-layout.js';
import { concat, slice } from '../tensor/primitive/slicing.js';
import { sizeOf } from '../tensor/shape.js';
import type { AnyTensor, Application } from '../tensor/tensor.js';

/** The change of each of these, where one is known. */
type Changes = readonly (AnyTensor | undefined)[];

/** The backward sweep of `sweep.ts`, which calls this. */
export type Sweep = (
  sources: readonly AnyTensor[],
  results: readonly AnyTensor[],
  cotangents: readonly AnyTensor[],
) => Changes;

/** The tangents of results, given those of some of what they are made of: the walk of `pushforward.ts`. */
export type Push = (tangents: ReadonlyMap<AnyTensor, AnyTensor>, results: readonly AnyTensor[]) => Changes;

/** What the body of a loop is given, inside and outside, and what it gives, each by its role. */
const rolesOf = ({
  attributes: { body, shared, state, summed },
  inputs,
}: Application<'scan'>): Omit<Loop, 'length' | 'reverse'> => {
  const { outputs } = body;
  const given = body.inputs.map((inside, slot): Binding => [inside, required(inputs[slot], 'an input')]);
  return {
    shared: given.slice(0, shared),
    state: given.slice(shared, shared + state),
    stacked: given.slice(shared + state),
    next: outputs.slice(0, state),
    results: outputs.slice(state, outputs.length - summed),
    sums: outputs.slice(outputs.length - summed),
  };
};

const isOfFloats = ({ dtype }: AnyTensor): boolean => isFloat(dtype);

const floatsOf = (tensors: readonly AnyTensor[]): readonly AnyTensor[] => tensors.filter(isOfFloats);

/** What a flat change is a sum of, in order: an addition reached once is its terms, whatever else is one term. */
const termsOf = (flat: AnyTensor): readonly AnyTensor[] => {
  const terms: AnyTensor[] = [];
  const seen = new Set<AnyTensor>();
  const stack = [flat];
  for (let term = stack.pop(); term !== undefined; term = stack.pop()) {
    const { node } = term;
    if (node.kind === 'application' && node.name === 'add' && !seen.has(term))
      stack.push(...node.inputs.toReversed());
    else terms.push(term);
    seen.add(term);
  }
  return terms;
};

/** What is padded with zeros, and from where to where it stands there; of all else the whole. */
const placed = (
  term: AnyTensor,
): { readonly inside?: AnyTensor; readonly low: number; readonly end: number } => {
  const { node } = term;
  const [size = 0] = term.shape;
  if (node.kind !== 'application' || node.name !== 'pad') return { low: 0, end: size };
  const [inside] = node.inputs;
  const {
    low: [low = 0],
    high: [high = 0],
    interior: [interior = 0],
  } = node.attributes;
  return inside === undefined || interior > 0 ? { low: 0, end: size } : { inside, low, end: size - high };
};

/**
 * The parts of a flat change at places, as a function of the place; `undefined` where nothing flows. It was put
 * together by the derivatives of slices, sums of what is padded with zeros, which is taken apart again without them.
 */
const partsOf = (flat: AnyTensor, places: readonly Place[]): ((place: Place) => AnyTensor | undefined) => {
  const byOffset = new Map(places.map((place) => [place.offset, place]));
  /** The terms that are just what stands at a place, by its offset, and those that any place may have a part of. */
  const exact = new Map<number, (readonly [number, AnyTensor])[]>();
  const others: (readonly [number, AnyTensor, number, number])[] = [];
  for (const [i, term] of termsOf(flat).entries()) {
    const { inside, low, end } = placed(term);
    const place = byOffset.get(low);
    if (inside === undefined || place === undefined || end - low !== sizeOf(place.shape))
      others.push([i, term, low, end]);
    else {
      const known = exact.get(low);
      if (known === undefined) exact.set(low, [[i, inside]]);
      else known.push([i, inside]);
    }
  }
  return (place) => {
    const { offset, shape, dtype } = place;
    const stop = offset + sizeOf(shape);
    const part = (of: AnyTensor): AnyTensor => cast(reshape(of, shape), dtype);
    const parts = [
      ...(offset < stop ? (exact.get(offset) ?? []) : []).map(([i, inside]) => [i, part(inside)] as const),
      ...others.flatMap(([i, term, low, end]) =>
        low < stop && offset < end
          ? [[i, part(slice(term, { start: [offset], stop: [stop] }))] as const]
          : [],
      ),
    ].toSorted(([a], [b]) => a - b);
    const [first, ...rest] = parts.map(([, each]) => each);
    return first && rest.reduce(add, first);
  };
};

/** Of places of floats, which have a change, and the change. */
const changesOf = (
  partAt: (place: Place) => AnyTensor | undefined,
  places: readonly Place[],
): readonly { readonly index: number; readonly change: AnyTensor }[] =>
  places.flatMap((place, index) => {
    const change = isFloat(place.dtype) ? partAt(place) : undefined;
    return change === undefined ? [] : [{ index, change }];
  });

/** A stand-in at a step for each of these; of what is stacked, for one element along axis 0. */
const atStep = (outside: readonly AnyTensor[], isStacked: boolean): readonly Binding[] =>
  outside.map((each): Binding => {
    const shape = isStacked ? each.shape.slice(1) : each.shape;
    return [standIn({ shape, dtype: each.dtype }, each.depth), each];
  });

const insideOf = (given: readonly Binding[]): readonly AnyTensor[] => given.map(([inside]) => inside);

/**
 * The cotangents of the inputs of a loop, as far as they are needed; those of its state come with them.
 *
 * Step t is (c′, y, s) = f(k, c, x), y stacked and s summed ⇒ going the other way (dk, dc, dx) = ∂f*(dc′, dy, ds), to
 * dc what came to the record of c added, dx stacked and dk summed.
 */
export const scanCotangents = (
  application: Application<'scan'>,
  output: AnyTensor,
  cotangent: AnyTensor,
  isNeeded: (slot: number) => boolean,
  sweep: Sweep,
): Changes => {
  const { attributes, inputs } = application;
  const { shared, state, stacked, next, results, sums } = rolesOf(application);
  const layout = scanLayout(attributes.body.outputs, attributes);
  const partAt = partsOf(cotangent, [...layout.records, ...layout.last, ...layout.results, ...layout.sums]);
  const changes = {
    last: changesOf(partAt, layout.last),
    records: changesOf(partAt, layout.records),
    results: changesOf(partAt, layout.results),
    sums: changesOf(partAt, layout.sums),
  };
  const changeOf = ({ change }: { readonly change: AnyTensor }): AnyTensor => change;
  const moving = state.flatMap(([inside, before], index) => (isOfFloats(inside) ? [{ index, before }] : []));
  const dLast = new Map(changes.last.map(({ index, change }) => [index, change]));
  const dState = atStep(
    moving.map(({ index, before }) => dLast.get(index) ?? fullLike(before, 0)),
    false,
  );
  const dRecord = atStep(changes.records.map(changeOf), true);
  const dResult = atStep(changes.results.map(changeOf), true);

  const isState = (slot: number): boolean => slot >= shared.length && slot < shared.length + state.length;
  const sources = [...shared, ...state, ...stacked].flatMap(([inside], slot) =>
    isOfFloats(inside) && (isState(slot) || isNeeded(slot)) ? [{ slot, inside }] : [],
  );
  const swept = sweep(
    sources.map(({ inside }) => inside),
    [
      ...floatsOf(next),
      ...changes.results.map(({ index }) => required(results[index], 'a result')),
      ...changes.sums.map(({ index }) => required(sums[index], 'a sum')),
    ],
    [...insideOf(dState), ...insideOf(dResult), ...changes.sums.map(changeOf)],
  );
  const found = sources.map(({ slot }, i) => ({ slot, change: swept[i] }));
  const reached = found.flatMap((each) =>
    each.change === undefined || isState(each.slot) ? [] : [{ slot: each.slot, change: each.change }],
  );
  const toShared = reached.filter(({ slot }) => slot < shared.length);
  const toStacked = reached.filter(({ slot }) => slot >= shared.length);
  const toState = found.filter(({ slot }) => isState(slot));

  const record = scanParts(output, attributes).records;
  const dRecordOf = new Map(changes.records.map(({ index }, i) => [index, dRecord[i]?.[0]]));
  const loop = makeScan({
    shared,
    state: dState,
    stacked: [
      ...state.map(([inside], i): Binding => [inside, required(record[i], 'a record')]),
      ...stacked,
      ...dResult,
      ...dRecord,
    ],
    next: moving.map(({ index, before }, i) => {
      const through = toState[i]?.change;
      const own = dRecordOf.get(index);
      return through && own ? add(through, own) : (through ?? own ?? fullLike(before, 0));
    }),
    results: toStacked.map((each) => each.change),
    sums: toShared.map((each) => each.change),
    length: attributes.length,
    reverse: !attributes.reverse,
  });
  const back = scanParts(loop.flat, loop.attributes);
  const cotangents = new Map<number, AnyTensor | undefined>([
    ...toShared.map(({ slot }, i) => [slot, back.sums[i]] as const),
    ...toState.map(({ slot }, i) => [slot, back.last[i]] as const),
    ...toStacked.map(({ slot }, i) => [slot, back.results[i]] as const),
  ]);
  return inputs.map((_, slot) => cotangents.get(slot));
};

/**
 * The tangent of the flat result of a loop.
 *
 * Step t is (c′, y, s) = f(k, c, x) ⇒ (dc′, dy, ds) = ∂f·(dk, dc, dx): a loop whose state has its tangent beside it.
 */
export const scanTangent = (
  application: Application<'scan'>,
  tangents: Changes,
  push: Push,
): AnyTensor | undefined => {
  const { attributes, inputs } = application;
  const { shared, state, stacked, next, results, sums } = rolesOf(application);
  const along = new Map<AnyTensor, AnyTensor>();
  const standFor = (given: readonly Binding[], first: number, isStacked: boolean): readonly Binding[] =>
    given.flatMap(([inside, outside], i) => {
      const isState = given === state;
      const tangent = tangents[first + i] ?? (isState ? fullLike(outside, 0) : undefined);
      if (tangent === undefined || !isOfFloats(inside)) return [];
      const pairs = atStep([tangent], isStacked);
      for (const [standing] of pairs) along.set(inside, standing);
      return pairs;
    });
  const dShared = standFor(shared, 0, false);
  const dState = standFor(state, shared.length, false);
  const dStacked = standFor(stacked, shared.length + state.length, true);
  const pushed = (tensors: readonly AnyTensor[]): readonly AnyTensor[] => {
    const of = floatsOf(tensors);
    const found = push(along, of);
    return of.map((tensor, i) => found[i] ?? fullLike(tensor, 0));
  };
  const loop = makeScan({
    shared: [...shared, ...dShared],
    state: [...state, ...dState],
    stacked: [...stacked, ...dStacked],
    next: [...next, ...pushed(next)],
    results: pushed(results),
    sums: pushed(sums),
    length: attributes.length,
    reverse: attributes.reverse,
  });
  const tangent = scanParts(loop.flat, loop.attributes);
  const layout = scanLayout(attributes.body.outputs, attributes);
  const flat = [
    ...flattened(layout.records, tangent.records.slice(state.length), layout.dtype),
    ...flattened(layout.last, tangent.last.slice(state.length), layout.dtype),
    ...flattened(layout.results, tangent.results, layout.dtype),
    ...flattened(layout.sums, tangent.sums, layout.dtype),
  ];
  return inputs.length === 0 || flat.length === 0 ? undefined : concat(flat, 0);
};

/** The pieces of a flat change, one a place: in order those of floats, 0 for what is none. */
const flattened = (
  places: readonly Place[],
  changes: readonly AnyTensor[],
  dtype: AnyTensor['dtype'],
): readonly AnyTensor[] => {
  let taken = 0;
  return places.map((place) => {
    const size = [sizeOf(place.shape)];
    const change = isFloat(place.dtype) ? changes[taken++] : undefined;
    return change === undefined ? full(size, 0, dtype) : cast(reshape(change, size), dtype);
  });
};
