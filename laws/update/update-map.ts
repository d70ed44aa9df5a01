/** An update over one tree of parameters, as a map of numbers on an engine: what the laws of updates are said of. */
import type { Program } from '../../src/graph/program.js';
import { traceTensors } from '../../src/graph/trace.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves, structureOf } from '../../src/tree/tree.js';
import type { Update, UpdateState } from '../../src/update/update.js';
import { type Engine, float64 } from '../map/engine.js';
import { type Computation, lazily, placesOf, standIn } from '../map/numeric-map.js';
import type { Place, Vector } from '../map/vector.js';
import { widened } from './numbers.js';

/** Where an update stands: its state and the parameters. */
export interface Standing {
  readonly state: Vector;
  readonly parameters: Vector;
}

/** What a step gives: the next standing, and where its gradient was to be taken. */
export interface Stepped extends Standing {
  readonly at: Vector;
}

/** What a step's results are like; law O-20 says that they are like what it was given. */
export interface Likeness {
  readonly structure: string;
  readonly places: readonly Place[];
}

export interface UpdateMap {
  readonly name: string;
  readonly update: Update;
  readonly engine: Engine;
  /** The parameters' tree, stand-ins for its leaves. */
  readonly tree: unknown;
  readonly parameters: readonly Place[];
  readonly state: readonly Place[];
  /** State and parameters together, before a step and after it. */
  readonly before: Likeness;
  readonly after: Likeness;
  readonly init: (parameters: Vector) => Vector;
  /** put(s, p, g), and get(s, p) */
  readonly step: (standing: Standing, gradient: Vector) => Stepped;
  /** The program of a step: state, parameters and gradient to where it is taken, state and parameters. */
  readonly computation: Computation;
}

/** State, parameters and gradients by their stand-ins. */
export interface StandIns<P> {
  readonly state: UpdateState<P>;
  readonly parameters: P;
  readonly gradients: readonly P[];
}

/** What a program of state, parameters and some gradients computes, and how to run it. */
export interface UpdateProgram {
  readonly program: Program;
  /** State and parameters, as they were handed out. */
  readonly before: Likeness;
  readonly result: unknown;
}

const likenessOf = (tree: unknown): Likeness => ({ structure: structureOf(tree), places: placesOf(tree) });

/** Traces any function of state, parameters and a number of gradients. */
export const traceUpdate = <P>(
  update: Update,
  tree: P,
  count: number,
  f: (standIns: StandIns<P>) => unknown,
): UpdateProgram => {
  const parameters = standIn(tree, 'parameter');
  const state = standIn(update.init(parameters), 'state');
  const gradients = Array.from({ length: count }, (_, i) => standIn(tree, `gradient ${i}`));
  const like = { state, parameters, gradients };
  // Before they are handed out: a step that writes to them is L-6's to tell.
  const inputs = leaves<AnyTensor>([state, parameters, gradients]);
  const before = likenessOf({ state, parameters });
  const result = f(like);
  return { program: traceTensors(inputs, leaves<AnyTensor>(result)), before, result };
};

/** Runs such a function on numbers. */
export const computeUpdate = (
  { engine, update, tree }: UpdateMap,
  { state, parameters }: Standing,
  gradients: readonly Vector[],
  f: (standIns: StandIns<unknown>) => unknown,
): { readonly places: readonly Place[]; readonly values: Vector } => {
  const { program, result } = traceUpdate(update, tree, gradients.length, f);
  const values = engine.compile(program)([...state, ...parameters, ...gradients.flat()]);
  return { places: placesOf(result), values };
};

/** An update over a tree like this one, on an engine. */
export const updateMap = (name: string, update: Update, tree: unknown, engine: Engine): UpdateMap => {
  const called = engine.name === 'float64' ? name : `${name} (${engine.name})`;
  const { program, before, result } = traceUpdate(
    update,
    tree,
    1,
    ({ state, parameters, gradients: [g] }) => {
      const [at, back] = update.lens<unknown>().run([state, parameters]);
      const [next, moved] = back(g);
      return { at, next: { state: next, parameters: moved } };
    },
  );
  const { next } = result as { readonly next: { readonly state: unknown; readonly parameters: unknown } };
  const under = (part: string): readonly Place[] =>
    before.places.flatMap(({ path, ...spec }) =>
      path === part || path.startsWith(`${part}.`) ? [{ ...spec, path: path.slice(part.length + 1) }] : [],
    );
  const [state, parameters] = [under('state'), under('parameters')];
  const run = lazily(() => engine.compile(program));
  const initial = lazily(() => {
    const from = standIn(tree, 'parameter');
    return engine.compile(traceTensors(leaves<AnyTensor>(from), leaves<AnyTensor>(update.init(from))));
  });
  const after = likenessOf(next);
  return {
    name: called,
    update,
    engine,
    tree,
    parameters,
    state,
    before,
    after,
    init: (p) => initial()(p),
    step: (standing, gradient) => {
      const all = run()([...standing.state, ...standing.parameters, ...gradient]);
      // at, then parameters, then state: a record's parts are in the order of their names.
      const count = parameters.length;
      return {
        at: all.slice(0, count),
        parameters: all.slice(count, 2 * count),
        state: all.slice(2 * count),
      };
    },
    computation: { name: `step of ${name}`, program, results: placesOf(result) },
  };
};

/** The same engine and the same tree under another update. */
export const withUpdate = (map: UpdateMap, update: Update, name = map.name): UpdateMap =>
  updateMap(name, update, map.tree, map.engine);

/** The same update and the same engine over another tree. */
export const overTree = (map: UpdateMap, tree: unknown): UpdateMap =>
  updateMap(map.name, map.update, tree, map.engine);

/** The standing before the first step. */
export const beginning = (map: UpdateMap, parameters: Vector): Standing => ({
  state: map.init(parameters),
  parameters: map.engine === float64 ? widened(parameters) : parameters,
});

/** Every standing that gradients lead to, one after the other. */
export const trajectory = (
  map: UpdateMap,
  from: Standing,
  gradients: readonly Vector[],
): readonly Stepped[] => {
  const path: Stepped[] = [];
  for (const gradient of gradients) path.push(map.step(path.at(-1) ?? from, gradient));
  return path;
};

/** The standing that gradients lead to, from the first one. */
export const reached = (map: UpdateMap, parameters: Vector, history: readonly Vector[]): Standing => {
  const from = beginning(map, parameters);
  return trajectory(map, from, history).at(-1) ?? from;
};
