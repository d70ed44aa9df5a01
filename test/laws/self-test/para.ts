/** Ways to put layers together with planted bugs: of parameters, of sharing, of freezing. */
import {
  addTrees,
  type AnyTensor,
  batchNormalization,
  type BatchNormalizationParameters,
  dropout,
  type DropoutParameters,
  evaluation,
  key,
  mapTree,
  type Para,
  type Parameters,
  pullback,
  reference,
  sequential,
  type Tensor,
  withCarried,
  zerosLike,
} from 'paralens';
import {
  rematerializeLaws,
  drawParas,
  drawRemade,
  law,
  paraLaws,
  type ParaOperations,
  paras,
  stateGoesOn,
} from 'paralens/laws';
import { add, fullLike, stopGradient } from 'paralens/operation';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const suspect = (name: string, killedBy: readonly string[], changed: Partial<ParaOperations>): Suspect => {
  const comparison = { operations: { ...paras, ...changed }, backend: reference() };
  return plant(`layers: ${name}`, killedBy, drawParas, paraLaws(comparison), { runs: 8 });
};

/** Composition with something done to its changes. */
const composing =
  (change: (dp: Parameters, dq: Parameters) => Parameters): ParaOperations['compose'] =>
  (f, g) => ({
    ...paras.compose(f, g),
    run: (parameters, a) => {
      const [p, q] = [parameters.slice(0, f.size), parameters.slice(f.size)];
      const [b, backF] = f.run(p as never, a);
      const [c, backG] = g.run(q as never, b);
      return [
        c,
        (dc) => {
          const [dq, db] = backG(dc);
          const [dp, da] = backF(db);
          return [change(dp, dq) as never, da];
        },
      ];
    },
  });

/** Sharing with another way to join the changes of both uses. */
const sharing =
  (join: <R>(first: R, second: R) => R): ParaOperations['share'] =>
  (f) =>
    paras.reparametrize(
      {
        size: 1,
        init: (key) => [f.init(key)[0]],
        lens: { run: ([r]) => [[r, r] as const, ([first, second]) => [join(first, second)]] },
      },
      f,
    );

const added = <R>(first: R, second: R): R => addTrees(first, second);

/** A checkpoint that goes back through another run than the first. */
const remaking =
  (again: {
    readonly parameters?: <P>(p: P) => P;
    readonly argument?: <A>(a: A) => A;
    readonly cotangent?: <B>(db: B) => B;
    readonly changes?: <P>(dp: P, p: P) => P;
  }): ParaOperations['rematerialize'] =>
  (f) => ({
    ...paras.rematerialize(f),
    run: (p, a) => {
      const { parameters, argument, cotangent, changes } = again;
      const [, back] = f.run(parameters?.(p) ?? p, argument?.(a) ?? a);
      return [
        f.run(p, a)[0],
        (db) => {
          const [dp, da] = back(cotangent?.(db) ?? db);
          return [changes?.(dp, p) ?? dp, da];
        },
      ];
    },
  });

const each = <T>(tree: T, f: (x: AnyTensor) => AnyTensor): T => mapTree(tree, (x) => f(x as AnyTensor));

const rematerializing = (
  name: string,
  killedBy: readonly string[],
  rematerialize: ParaOperations['rematerialize'],
): Suspect => {
  const comparison = { operations: { ...paras, rematerialize }, backend: reference() };
  return plant(`rematerialize: ${name}`, killedBy, drawRemade, () => rematerializeLaws(comparison), {
    runs: 15,
  });
};

export const rematerializeSuspects: readonly Suspect[] = [
  rematerializing('sound', [], paras.rematerialize),
  rematerializing('sound, nothing run again', [], (f) => f),
  rematerializing(
    'runs again with another key',
    ['F-18'],
    remaking({
      parameters: (p) =>
        each(p, (x) => (x.dtype === 'uint32' ? add(x as never, fullLike(x, 1) as never) : x)),
    }),
  ),
  rematerializing(
    'runs again on another argument',
    ['F-18'],
    remaking({
      argument: (a) => each(a, (x) => add(x as never, fullLike(x, 0.5) as never)),
    }),
  ),
  rematerializing('drops the cotangent', ['F-18'], remaking({ cotangent: (db) => zerosLike(db) })),
  rematerializing('does not carry on', ['F-18'], remaking({ changes: (dp, p) => withCarried(dp, p) })),
  rematerializing(
    'holds what it computes again constant',
    ['F-18'],
    remaking({
      parameters: (p) => each(p, stopGradient),
    }),
  ),
];

type Rows = Tensor<readonly [number, 3]>;
type CarryingParameters = readonly [DropoutParameters, BatchNormalizationParameters<3>];
type Carrying = Para<CarryingParameters, Rows, Rows>;

/** A layer around another one with dropout and running statistics, with a backward of its own. */
const carryingSuspect = (
  name: string,
  killedBy: readonly string[],
  run: (
    inner: Carrying,
    p: CarryingParameters,
    x: Rows,
  ) => readonly [Rows, (dy: Rows) => readonly [CarryingParameters, Rows]],
  predicts?: (inner: Carrying) => Carrying,
): Suspect => {
  const inner: Carrying = sequential(dropout(0.5), batchNormalization(3));
  const around = (f: Carrying): Carrying => ({
    ...f,
    run: (p, x) => run(f, p, x),
    evaluation: () => predicts?.(inner) ?? around(evaluation(f)),
  });
  return plant(
    `layers: ${name}`,
    killedBy,
    ({ integer }) => integer(0, 99),
    [law('P-11', (seed) => stateGoesOn(name, around(inner), inner.init(key(seed)), { shape: [4, 3] }))],
    { runs: 2 },
  );
};

export const carryingSuspects: readonly Suspect[] = [
  carryingSuspect('carried state handed on', [], (inner, p, x) => inner.run(p, x)),
  carryingSuspect('a derived backward loses carried state', ['P-11'], (inner, p, x) =>
    pullback(([q, a]: readonly [CarryingParameters, Rows]) => inner.run(q, a)[0])([p, x]),
  ),
  carryingSuspect('a backward holds carried state as it is', ['P-11'], (inner, p, x) => {
    const [y, back] = inner.run(p, x);
    return [y, (dy) => [withCarried(back(dy)[0], p), back(dy)[1]]];
  }),
  carryingSuspect('carried state of a closure', ['P-11'], (inner, p, x) => {
    const [y] = inner.run(inner.init(key(1)), x);
    return [y, (dy) => inner.run(p, x)[1](dy)];
  }),
  carryingSuspect(
    'it predicts as it learns',
    ['P-11'],
    (inner, p, x) => inner.run(p, x),
    (inner) => inner,
  ),
];

export const paraSuspects: readonly Suspect[] = [
  suspect('sound', [], {}),
  suspect('sound, written by hand', [], {
    compose: composing((dp, dq) => [...dp, ...dq]),
    share: sharing(added),
  }),
  suspect('changes of parameters in reverse order', ['P-6'], {
    compose: composing((dp, dq) => [...dq, ...dp]),
  }),
  suspect('parameters of all layers from one key', ['P-2'], {
    compose: (f, g) => ({ ...paras.compose(f, g), init: (key) => [...f.init(key), ...g.init(key)] }),
  }),
  suspect('a size that counts the first layer only', ['P-2'], {
    compose: (f, g) => ({ ...paras.compose(f, g), size: f.size }),
  }),
  suspect('a wrapper applied twice', ['P-3'], {
    reparametrize: (along, f) => paras.reparametrize(along, paras.reparametrize(along as never, f)),
  }),
  suspect('a wrapper that the way back forgets', ['P-3'], {
    reparametrize: ({ size, init, lens }, f) =>
      paras.reparametrize({ size, init, lens: { run: (q) => [lens.run(q)[0], (dp) => dp as never] } }, f),
  }),
  suspect('lifting leaves a unit among the parameters’ changes', ['P-5'], {
    lift: (lens) => ({
      ...paras.lift(lens),
      run: (_, a) => {
        const [b, back] = lens.run(a);
        return [b, (db) => [[[]] as never, back(db)]];
      },
    }),
  }),
  suspect('side by side, the argument’s changes change places', ['P-7'], {
    parallel: (f, g) => ({
      ...paras.parallel(f, g),
      run: (p, a) => {
        const [b, back] = paras.parallel(f, g).run(p, a);
        return [
          b,
          (db) => {
            const [dp, [da, dc]] = back(db);
            return [dp, [dc, da] as never];
          },
        ];
      },
    }),
  }),
  suspect('a shared record keeps the last use’s change alone', ['P-8'], {
    share: sharing((_, last) => last),
  }),
  suspect('a shared record counts a use twice', ['P-8'], {
    share: sharing((first, last) => added(added(first, first), last)),
  }),
  suspect('what is frozen still learns', ['P-9'], {
    freeze: (parameters, f) => ({
      size: 0,
      init: () => [],
      run: (_, a) => {
        const [b, back] = f.run(parameters, a);
        return [
          b,
          (db) => {
            const [dp, da] = back(db);
            return [dp as never, da];
          },
        ];
      },
    }),
  }),
  suspect('flipping does not flip the changes', ['P-10'], {
    swap: () => ({ run: ([a, b]) => [[b, a], (changes) => changes as never] }),
  }),
];
