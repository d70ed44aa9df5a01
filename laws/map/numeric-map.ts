/** A lens over trees of tensors as a map of numbers: what the laws of derivatives are said of. */
import { differentiate } from '../../src/lens/differentiable.js';
import { pushforward } from '../../src/autodiff/pushforward.js';
import type { SimpleLens } from '../../src/lens/lens.js';
import { placeholder, traceTensors } from '../../src/graph/trace.js';
import type { Program } from '../../src/graph/program.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leafPaths, leaves, structureOf, unflatten } from '../../src/tree/tree.js';
import type { Engine } from './engine.js';
import type { Place, Vector } from './vector.js';

/** A differentiable map f on one engine. A law needs nothing else of it, so a stand-in may be written by hand. */
export interface NumericMap {
  readonly name: string;
  readonly domain: readonly Place[];
  readonly codomain: readonly Place[];
  /** What the backward gives: law G-4 says that it is like the domain. */
  readonly cotangents: { readonly structure: string; readonly places: readonly Place[] };
  readonly structure: string;
  /** f(x) */
  readonly forward: (x: Vector) => Vector;
  /** R[f](x, w) = Jᵀw */
  readonly backward: (x: Vector, w: Vector) => Vector;
  /** D[f](x, v) = Jv, by the pushforward of the forward map alone. */
  readonly tangent: (x: Vector, v: Vector) => Vector;
}

/** Made when it is first asked for, and kept. */
export const lazily = <T>(make: () => T): (() => T) => {
  const made: T[] = [];
  return () => {
    const known = made[0] ?? make();
    made[0] = known;
    return known;
  };
};

/** The leaves of a tree of tensors: where each is, and what. */
export const placesOf = (tree: unknown): readonly Place[] => {
  const paths = leafPaths(tree);
  return leaves<AnyTensor>(tree).map(({ shape, dtype }, i) => ({
    path: (paths[i] ?? []).join('.'),
    shape,
    dtype,
  }));
};

/** The same tree with stand-ins for its leaves. */
export const standIn = <T>(tree: T, name: string): T =>
  unflatten(
    tree,
    leaves<AnyTensor>(tree).map((each, i) => placeholder(each, `${name} ${i}`)),
  );

/** A program, and what its outputs are. */
export interface Computation {
  readonly name: string;
  readonly program: Program;
  readonly results: readonly Place[];
}

/** The programs of a lens at arguments like one tree, traced once. */
export interface Traced<A, B> {
  readonly argument: A;
  readonly result: B;
  readonly change: A;
  readonly forward: Program;
  readonly backward: Program;
  /** The pushforward of the forward map alone; traced when it is first asked for. */
  readonly tangent: () => Program;
}

/** Traces a lens forward, and forward and backward together. */
export const traceLens = <A, B>(lens: SimpleLens<A, B>, like: A): Traced<A, B> => {
  const argument = standIn(like, 'x');
  const [result, back] = lens.run(argument);
  const w = standIn(result, 'w');
  const change = back(w);
  const x = leaves<AnyTensor>(argument);
  return {
    argument,
    result,
    change,
    forward: traceTensors(x, leaves<AnyTensor>(result)),
    backward: traceTensors([...x, ...leaves<AnyTensor>(w)], leaves<AnyTensor>(change)),
    tangent: lazily(() => {
      const [at, v] = [standIn(like, 'x'), standIn(like, 'v')];
      const [, db] = pushforward((a: A) => lens.run(a)[0])(at, v);
      return traceTensors([...leaves<AnyTensor>(at), ...leaves<AnyTensor>(v)], leaves<AnyTensor>(db));
    }),
  };
};

/** A traced lens on an engine; each part is compiled when it is first asked for. */
export const numericMap = <A, B>(name: string, traced: Traced<A, B>, engine: Engine): NumericMap => {
  const forward = lazily(() => engine.compile(traced.forward));
  const backward = lazily(() => engine.compile(traced.backward));
  const tangent = lazily(() => engine.compile(traced.tangent()));
  return {
    name: engine.name === 'float64' ? name : `${name} (${engine.name})`,
    domain: placesOf(traced.argument),
    codomain: placesOf(traced.result),
    structure: structureOf(traced.argument),
    cotangents: { structure: structureOf(traced.change), places: placesOf(traced.change) },
    forward: (x) => forward()(x),
    backward: (x, w) => backward()([...x, ...w]),
    tangent: (x, v) => tangent()([...x, ...v]),
  };
};

/** (x, w) ↦ R[f](x, w) as a lens, its own backward derived: for laws of second derivatives. */
export const backwardLens = <A, B>(lens: SimpleLens<A, B>): SimpleLens<readonly [A, B], A> =>
  differentiate(([x, w]: readonly [A, B]) => lens.run(x)[1](w));
